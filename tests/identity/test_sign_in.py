"""Signing in by an honest provider: the account, its groups and rights, and what ends them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from auth.scope import render
from backend.db.identity import IdentityRecord, UserRecord
from backend.secrets.keyring import make_key
from tests.console import ConsoleApp, running_console
from tests.identity.browser import (
    begin,
    come_back,
    holds_nothing,
    refusal,
    sign_in,
    signed_out,
)
from tests.identity.provider import LyingProvider
from tests.waiting import until

SHOP = ("org", "main", "cluster", "local", "ns", "shop")


@pytest.fixture
async def site(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> AsyncIterator[ConsoleApp]:
    declared = (provider.settings(label="Our SSO"),)
    async with running_console(
        tmp_path, database_url, identity_providers=declared, secrets_keys=make_key()
    ) as console:
        yield console


async def test_a_person_signs_in_and_has_an_account(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    caller, answer = await sign_in(site, provider, next_path="/pods?filter=a#x")
    assert answer.headers["location"] == "/pods?filter=a#x"
    session = (await caller.get("/session")).json()
    assert (session["login"], session["name"], session["roles"]) == ("ada", "Ada Lovelace", [])
    query = provider.queries[0]
    assert query["code_challenge_method"] == "S256"
    assert query["scope"].split()[0] == "openid"
    again, _ = await sign_in(site, provider)
    assert (await again.get("/session")).json()["id"] == session["id"]
    async with site.state.db_sessions() as db:
        (known,) = (await db.execute(select(IdentityRecord))).scalars()
    key = (known.provider, known.issuer, known.subject)
    assert key == ("sso", provider.issuer, "ada-1")


async def test_the_page_offers_the_providers(site: ConsoleApp) -> None:
    offered = (await site.caller().get("/signin/providers")).json()
    assert offered == [
        {"name": "sso", "kind": "oidc", "label": "Our SSO", "domains": []} | {"password": False}
    ]


async def test_a_group_of_the_provider_gives_its_rights_and_takes_them(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "viewer"}
    made = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert made.status_code == 201, made.text
    caller, _ = await sign_in(site, provider)
    held = (await caller.get("/session")).json()["roles"]
    assert held == [{"role": "viewer", "title": "Viewer", "scope": render(SHOP)}]
    provider.person["groups"] = ["sales"]
    await sign_in(site, provider)
    await until(lambda: holds_nothing(caller))


async def test_nobody_gets_an_account_by_its_name_or_address(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    provider.person |= {"preferred_username": "owner", "email": "owner@example.test"}
    caller, _ = await sign_in(site, provider)
    session = (await caller.get("/session")).json()
    assert (session["login"], session["roles"]) == ("owner@sso", [])
    provider.person["sub"] = "eve-2"
    other, _ = await sign_in(site, provider)
    assert (await other.get("/session")).json()["login"] == "owner@sso-2"


async def test_a_switched_off_account_does_not_get_in(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(site, provider)
    session = (await caller.get("/session")).json()
    owner = await site.owner()
    off = await owner.patch(
        f"/users/{session['id']}", json={"disabled": True}, headers={"If-Match": '"1"'}
    )
    assert off.status_code == 200, off.text
    await until(lambda: signed_out(caller))
    _, answer = await sign_in(site, provider)
    assert refusal(answer) == "disabled"


async def test_only_known_people_where_the_provider_says_so(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> None:
    declared = (provider.settings(known_only=True),)
    async with running_console(
        tmp_path, database_url, identity_providers=declared, secrets_keys=make_key()
    ) as console:
        _, answer = await sign_in(console, provider)
        assert refusal(answer) == "unknown"
        async with console.state.db_sessions() as db:
            assert len((await db.execute(select(UserRecord))).scalars().all()) == 1


async def test_several_tabs_at_once(site: ConsoleApp, provider: LyingProvider) -> None:
    caller = site.caller()
    urls = [await begin(caller, next_path=f"/tab-{number}") for number in range(3)]
    for number in (2, 0, 1):
        answer = await come_back(caller, await provider.visit(urls[number]))
        assert answer.headers["location"] == f"/tab-{number}"


async def test_groups_come_from_userinfo_where_the_token_has_none(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    provider.lies.claims = lambda honest: {
        name: value for name, value in honest.items() if name != "groups"
    }
    await sign_in(site, provider)
    assert provider.asked["/userinfo"] == 1
    provider.lies.userinfo = lambda honest: {**honest, "sub": "somebody else"}
    _, answer = await sign_in(site, provider)
    assert refusal(answer) == "failed"


async def test_a_sign_in_and_a_refusal_are_in_the_record(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    await sign_in(site, provider)
    provider.lies.callback = lambda honest: {
        "state": honest["state"], "iss": honest["iss"], "error": "access_denied",
        "error_description": "not today",
    }  # fmt: skip
    _, answer = await sign_in(site, provider)
    assert refusal(answer) == "denied"
    assert "not today" not in answer.headers["location"]
    owner = await site.owner()
    rows = (await owner.get("/collections/activity")).json()["rows"]
    text = str(rows)
    assert "subject ada-1" in text
    assert "not today" in text


ELSEWHERE = (
    "//evil.test", "/\\evil.test", "https://evil.test", "/a b", "/a\tb", "/login", "evil.test",
    "javascript:1", "/api/v1/signin/callback/sso", "\\\\evil.test", "/%0d%0a\n", "",
)  # fmt: skip


async def test_a_browser_returns_to_paths_of_the_console_only(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """C27."""
    for asked in ELSEWHERE:
        _, answer = await sign_in(site, provider, next_path=asked)
        assert answer.headers["location"] == "/", asked


async def test_signing_out_leads_to_the_provider(site: ConsoleApp, provider: LyingProvider) -> None:
    caller, _ = await sign_in(site, provider)
    left = await caller.delete("/session")
    assert left.status_code == 200
    url = urlsplit(left.json()["url"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}/leave"
    query = parse_qs(url.query)
    assert query["client_id"] == ["craton"]
    assert query["id_token_hint"][0].count(".") == 2
    assert query["post_logout_redirect_uri"] == ["http://127.0.0.1:8080/login"]
    assert (await caller.get("/session")).status_code == 401
    owner = await site.owner()
    assert (await owner.delete("/session")).json() == {"url": ""}


async def test_step_up_counts_from_when_they_signed_in_there(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """C30: a provider that lets people in silently shows nothing of who is there now."""
    owner = await site.owner()
    grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "owner"}
    await owner.post("/bindings", json={**grant, "scope": "org/main"})
    more = {"subject": "owner", "role": "viewer", "scope": render(SHOP)}
    for auth_time, expected in ((1_000_000, 403), (None, 403), (int(time.time()), 201)):
        provider.lies.claims = lambda honest, told=auth_time: {**honest, "auth_time": told}
        caller, _ = await sign_in(site, provider)
        answer = await caller.post("/bindings", json=more)
        assert answer.status_code == expected, answer.text


async def test_the_provider_asks_again_who_is_there(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> None:
    """C30: `max_age=0` and `acr_values`; of what it tells only a context that was chosen counts."""
    declared = (provider.settings(acr="gold phr"),)
    async with running_console(tmp_path, database_url, identity_providers=declared) as console:
        owner = await console.owner()
        grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "owner"}
        await owner.post("/bindings", json={**grant, "scope": "org/main"})
        more = {"subject": "owner", "role": "viewer", "scope": render(SHOP)}
        caller, _ = await sign_in(console, provider)  # tells no context
        refused = await caller.post("/bindings", json=more)
        problem = refused.json()
        assert (refused.status_code, problem["provider"]) == (403, "sso"), refused.text
        assert "auth_time, acr" in problem["detail"]
        provider.lies.claims = lambda honest: {**honest, "acr": "phr"}
        url = await begin(caller, next_path="/access", fresh=True)
        asked = parse_qs(urlsplit(url).query)
        assert (asked["max_age"], asked["acr_values"]) == (["0"], ["gold phr"])
        back = await come_back(caller, await provider.visit(url))
        assert back.headers["location"] == "/access"
        assert (await caller.post("/bindings", json=more)).status_code == 201
        (session,) = (await caller.get("/sessions")).json()
        assert session["current"], "the session before is not left behind"


async def test_new_people_of_one_login_at_once_get_one_each(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """And the same person twice at once gets one account; nobody waits for another forever."""
    subjects = itertools.cycle(["p-1", "p-2", "p-3"])
    provider.lies.claims = lambda honest: {**honest, "sub": next(subjects)}
    came = await asyncio.gather(*(sign_in(site, provider) for _ in range(6)))
    sessions = [(await caller.get("/session")).json() for caller, _ in came]
    assert {session["login"] for session in sessions} == {"ada", "ada@sso", "ada@sso-2"}
    assert len({session["id"] for session in sessions}) == 3
