"""A real Keycloak: sign-in, groups, back-channel logout, a group that is taken away, sign-out.

One test, since the server takes half a minute to start; slow lane (`make test-slow`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from auth.scope import render
from tests.console import OWNER_PASSWORD, running_console
from tests.identity.keycloak import Keycloak, running_keycloak
from tests.identity.served import served
from tests.identity.test_logout import make_due, refreshing
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SHOP = ("org", "main", "cluster", "local", "ns", "shop")
SECRET = "the secret that both know"


@asynccontextmanager
async def in_thread(server: AbstractContextManager[Keycloak]) -> AsyncIterator[Keycloak]:
    """The server, started and stopped without holding up the console meanwhile."""
    keycloak = await asyncio.to_thread(server.__enter__)
    try:
        yield keycloak
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


def browser(url: str) -> httpx2.AsyncClient:
    """A browser of one person, at the console."""
    headers = {"x-craton-request": "1", "origin": url}
    return httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=60)


async def test_a_person_with_only_a_keycloak_account(tmp_path: Path) -> None:
    async with running_console(tmp_path) as console, served(console.app) as url:
        client = {
            "clientId": "craton",
            "secret": SECRET,
            "redirectUris": [f"{url}/api/v1/signin/callback/kc"],
            "attributes": {
                "backchannel.logout.url": f"{url}/api/v1/hooks/logout/kc",
                "backchannel.logout.session.required": "true",
                "post.logout.redirect.uris": f"{url}/login",
            },
        }
        async with in_thread(running_keycloak(tmp_path, client)) as keycloak:
            declared = {
                "name": "kc", "kind": "keycloak", "issuer": keycloak.issuer,
                "client_id": "craton", "client_secret": SECRET,
            }  # fmt: skip
            declare(console, declared)
            async with browser(url) as owner, browser(url) as ada:
                body = {"login": "owner", "password": OWNER_PASSWORD}
                assert (await owner.post("/session", json=body)).status_code == 200
                grant = {"subject_kind": "group", "subject": "kc/engineers", "role": "viewer"}
                bound = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
                assert bound.status_code == 201, bound.text

                async def sign_in() -> None:
                    begun = await ada.post("/signin/kc", json={"next": "/pods"})
                    assert begun.status_code == 200, begun.text
                    back = await keycloak.sign_in(begun.json()["url"], "ada")
                    answer = await ada.get(back, follow_redirects=False)
                    assert answer.headers["location"] == "/pods"

                async def roles() -> Any:
                    answer = await ada.get("/session")
                    return answer.json()["roles"] if answer.status_code == 200 else None

                await sign_in()
                session = (await ada.get("/session")).json()
                assert (session["login"], session["name"]) == ("ada", "Ada Tester")
                assert [held["scope"] for held in session["roles"]] == [render(SHOP)]

                await asyncio.to_thread(
                    keycloak.sign_out, "ada"
                )  # told to us over the back channel

                async def over() -> bool:
                    return await roles() is None

                await until(over)

                await sign_in()
                await asyncio.to_thread(keycloak.leave_group, "ada", "engineers")
                await make_due(console)
                await refreshing(console).run()
                assert await roles() == []

                left = await ada.delete("/session")
                place = left.json()["url"]
                assert place.startswith(f"{keycloak.issuer}/protocol/openid-connect/logout?")
                async with httpx2.AsyncClient(follow_redirects=False) as visitor:
                    answer = await visitor.get(place)
                assert answer.status_code in {200, 302}, answer.text


def declare(console: Any, settings: dict[str, Any]) -> None:
    """As if the operator had: where Keycloak is was not known when the console started."""
    from auth.oidc.provider import OidcProvider
    from backend.providers.service import Providers

    console.app.state.parts.get(Providers)._declared = (OidcProvider.model_validate(settings),)
