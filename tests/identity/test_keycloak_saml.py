"""A real Keycloak that speaks SAML: metadata both ways, signed and encrypted assertions, groups.

One test, since the server takes half a minute to start; slow lane (`make test-slow`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from lxml import etree

from auth.saml.provider import SamlProvider
from auth.scope import render
from backend.providers.service import Providers
from tests.console import OWNER_PASSWORD, ConsoleApp, running_console
from tests.identity.browser import refusal
from tests.identity.keycloak import Keycloak, running_keycloak
from tests.identity.samlidp import signer
from tests.identity.served import served
from tests.identity.test_keycloak import browser, in_thread

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SHOP = ("org", "main", "cluster", "local", "ns", "shop")


def client(url: str, certificate: str) -> dict[str, Any]:
    """The console as its administrator sets it up there."""

    def mapper(name: str, kind: str, **config: str) -> dict[str, Any]:
        told = {"attribute.name": name, "attribute.nameformat": "Basic", **config}
        return {"name": name, "protocol": "saml", "protocolMapper": kind, "config": told}

    consumer = f"{url}/api/v1/hooks/saml/kc"
    return {
        "clientId": f"{url}/api/v1/signin/metadata/kc",
        "protocol": "saml",
        "redirectUris": [consumer],
        "attributes": {
            "saml.assertion.signature": "true",
            "saml.server.signature": "true",
            "saml.client.signature": "false",
            "saml.signature.algorithm": "RSA_SHA256",
            "saml.authnstatement": "true",
            "saml.force.post.binding": "true",
            "saml.encrypt": "true",
            "saml.encryption.certificate": certificate,
            "saml_name_id_format": "persistent",
            "saml_assertion_consumer_url_post": consumer,
        },
        "protocolMappers": [
            mapper("groups", "saml-group-membership-mapper", **{"full.path": "false"}),
            mapper("username", "saml-user-property-mapper", **{"user.attribute": "username"}),
            mapper("email", "saml-user-property-mapper", **{"user.attribute": "email"}),
        ],
    }


async def test_a_person_with_only_a_keycloak_account_signs_in_by_saml(tmp_path: Path) -> None:
    ours = signer("console")
    async with (
        running_console(tmp_path) as console,
        served(console.app) as url,
        in_thread(running_keycloak(tmp_path, client(url, ours.body))) as keycloak,
        browser(url) as owner,
        browser(url) as ada,
    ):
        declared = {
            "name": "kc", "kind": "saml-keycloak", "entity_id": keycloak.issuer,
            "metadata_url": f"{keycloak.issuer}/protocol/saml/descriptor",
            "attribute_login": "username",
            "sp_certificates": [ours.pem], "sp_keys": ours.key_pem,
        }  # fmt: skip
        declare(console, declared)
        await shows_what_it_should(owner, keycloak, url)
        posted = await signs_in(ada, keycloak, url)
        session = (await ada.get("/session")).json()
        assert session["login"] == "ada"
        assert [held["scope"] for held in session["roles"]] == [render(SHOP)]
        again = await posts(url, posted)
        assert refusal(again) == "old"


async def shows_what_it_should(owner: httpx2.AsyncClient, keycloak: Keycloak, url: str) -> None:
    """Its metadata is read, ours can be, and its group gets a role."""
    body = {"login": "owner", "password": OWNER_PASSWORD}
    assert (await owner.post("/session", json=body)).status_code == 200
    found = await owner.get("/identity-providers/kc/saml")
    assert found.status_code == 200, found.text
    assert found.json()["sign_in"] == f"{keycloak.issuer}/protocol/saml"
    assert found.json()["signing"]
    told = await owner.get("/signin/metadata/kc")
    assert etree.fromstring(told.content).get("entityID") == f"{url}/api/v1/signin/metadata/kc"
    grant = {"subject_kind": "group", "subject": "kc/engineers", "role": "viewer"}
    bound = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert bound.status_code == 201, bound.text


async def signs_in(ada: httpx2.AsyncClient, keycloak: Keycloak, url: str) -> dict[str, str]:
    """All the way; the fields that Keycloak had the browser post."""
    begun = await ada.post("/signin/kc", json={"next": "/pods"})
    assert begun.status_code == 200, begun.text
    action, fields = await keycloak.sign_in_by_saml(begun.json()["url"], "ada")
    assert action == f"{url}/api/v1/hooks/saml/kc"
    there = await posts(url, fields)
    assert there.status_code == 303, there.text
    done = await ada.get(f"{url}{there.headers['location']}", follow_redirects=False)
    assert done.headers["location"] == "/pods"
    return fields


async def posts(url: str, fields: dict[str, str]) -> httpx2.Response:
    """As the browser does from Keycloak's page: without any cookie of ours."""
    async with httpx2.AsyncClient(follow_redirects=False, timeout=60) as page:
        return await page.post(f"{url}/api/v1/hooks/saml/kc", data=fields)


def declare(console: ConsoleApp, settings: dict[str, Any]) -> None:
    """As if the operator had: where Keycloak is was not known when the console started."""
    provider = SamlProvider.model_validate(settings)
    console.app.state.parts.get(Providers)._declared = (provider,)
