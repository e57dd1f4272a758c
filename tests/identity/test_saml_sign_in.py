"""People of a SAML provider sign in; what it posts is good once, in its own browser (C10)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from lxml import etree
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.scope import render
from backend.db.identity import IdentityRecord, UserRecord
from backend.http import stepup
from backend.providers.refreshing import Refreshing
from backend.providers.saml import documents
from backend.providers.service import Providers
from backend.providers.table import AssertionSeen, LoginAttempt
from backend.secrets.keyring import make_key
from tests.console import BASE_URL, Caller, ConsoleApp, running_console
from tests.identity.browser import begin, holds_nothing, refusal
from tests.identity.samlidp import SamlIdp, signer
from tests.identity.served import served

SHOP = ("org", "main", "cluster", "local", "ns", "shop")
URL = "/identity-providers"
POSTED = "/hooks/saml/corp"


@pytest.fixture
def idp() -> SamlIdp:
    return SamlIdp()


@pytest.fixture
async def site(tmp_path: Path, database_url: str, idp: SamlIdp) -> AsyncIterator[ConsoleApp]:
    """A console whose operator declared the provider, by its metadata."""
    async with running_console(
        tmp_path, database_url, identity_providers=(idp.settings(),), secrets_keys=make_key()
    ) as console:
        yield console


async def post(console: ConsoleApp, answer: str, state: str | None) -> httpx2.Response:
    """What the provider's page has the browser do: from another site, so without any cookie, our
    header or our Origin."""
    form = {"SAMLResponse": answer} | ({} if state is None else {"RelayState": state})
    page = console.caller()
    del page.headers["x-craton-request"]
    page.headers["origin"] = "https://idp.test"
    return await page.post(POSTED, data=form, follow_redirects=False)


async def come(caller: Caller, answer: httpx2.Response) -> httpx2.Response:
    """The browser goes where the post led it, with its cookies."""
    place = answer.headers["location"]
    assert place.startswith("/api/v1/signin/asserted/corp?state="), place
    return await caller.get(place.removeprefix("/api/v1"), follow_redirects=False)


async def sign_in(
    console: ConsoleApp, idp: SamlIdp, *, next_path: str = "/", **more: Any
) -> tuple[Caller, httpx2.Response]:
    """Somebody new, all the way."""
    caller = console.caller()
    request, state = idp.asked(await begin(caller, "corp", next_path))
    return caller, await come(caller, await post(console, idp.answer(request, **more), state))


async def test_a_person_signs_in_and_has_an_account_and_the_roles_of_their_groups(
    site: ConsoleApp, idp: SamlIdp
) -> None:
    owner = await site.owner()
    grant = {"subject_kind": "group", "subject": "corp/engineers", "role": "viewer"}
    made = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert made.status_code == 201, made.text
    caller, answer = await sign_in(site, idp, next_path="/pods?filter=a#x")
    assert answer.headers["location"] == "/pods?filter=a#x"
    session = (await caller.get("/session")).json()
    assert (session["login"], session["name"]) == ("ada", "Ada Lovelace")
    assert [held["scope"] for held in session["roles"]] == [render(SHOP)]
    idp.attributes = {**idp.attributes, "groups": []}
    again, _ = await sign_in(site, idp)
    assert (await again.get("/session")).json()["id"] == session["id"]
    assert await holds_nothing(again)
    async with site.state.db_sessions() as db:
        (known,) = (await db.execute(select(IdentityRecord))).scalars()
        kept = (await db.execute(select(AssertionSeen))).scalars().all()
        assert not (await db.execute(select(LoginAttempt))).scalars().all()
    assert (known.provider, known.issuer, known.subject) == ("corp", idp.entity_id, "ada-1")
    assert len(kept) == 2
    assert all(time.time() < one.expires < time.time() + 3600 for one in kept)
    offered = (await site.caller().get("/signin/providers")).json()
    assert [(one["kind"], one["password"]) for one in offered] == [("saml", False)]


async def test_c10_an_answer_is_good_once_and_in_its_own_browser(
    site: ConsoleApp, idp: SamlIdp
) -> None:
    caller, thief = site.caller(), site.caller()
    await begin(thief, "corp")
    request, state = idp.asked(await begin(caller, "corp"))
    posted = idp.answer(request)
    first = await post(site, posted, state)
    assert "set-cookie" not in first.headers
    assert refusal(await post(site, posted, state)) == "old"  # the same again
    assert refusal(await come(thief, first)) == "old"
    assert refusal(await come(site.caller(), first)) == "old"
    done = await come(caller, first)
    assert done.headers["location"] == "/"
    assert refusal(await come(caller, first)) == "old"
    assert (await thief.get("/session")).status_code == 401


async def test_c10_an_assertion_is_good_once_whatever_it_answers(
    site: ConsoleApp, idp: SamlIdp
) -> None:
    _, first = await sign_in(site, idp, identifier="_the-same")
    _, second = await sign_in(site, idp, identifier="_the-same")
    assert (refusal(first), refusal(second)) == ("", "failed")
    rows = (await (await site.owner()).get("/collections/activity")).json()["rows"]
    assert "the assertion was used before" in str(rows)


async def test_c10_the_provider_cannot_begin(site: ConsoleApp, idp: SamlIdp) -> None:
    """What is posted unasked is refused, and so is what answers another attempt."""
    caller, other = site.caller(), site.caller()
    request, state = idp.asked(await begin(caller, "corp"))
    about = {"audience": "x", "consumer": f"{BASE_URL}/api/v1{POSTED}"}
    for relay in (None, "", "https://evil.test/"):
        unasked = await post(site, idp.response(request="_none", **about), relay)
        assert refusal(unasked) == "unasked"
    assert refusal(await post(site, idp.answer(request), "s" * 43)) == "old"
    elsewhere, _ = idp.asked(await begin(other, "corp"))
    mixed = await post(site, idp.answer(elsewhere), state)
    assert refusal(await come(caller, mixed)) == "failed"
    assert (await caller.get("/session")).status_code == 401


async def test_a_refusal_of_the_provider_and_lies_are_in_the_record(
    site: ConsoleApp, idp: SamlIdp
) -> None:
    base = "urn:oasis:names:tc:SAML:2.0:status:"
    _, answer = await sign_in(site, SamlIdp(status=(f"{base}Responder", f"{base}AuthnFailed")))
    assert refusal(answer) == "denied"
    _, answer = await sign_in(site, SamlIdp(signing=signer("another")))
    assert refusal(answer) == "failed"
    assert "certificate" not in answer.headers["location"]
    text = str((await (await site.owner()).get("/collections/activity")).json()["rows"])
    assert "AuthnFailed" in text


async def test_what_is_posted_is_bounded(site: ConsoleApp) -> None:
    assert (await post(site, "A" * 1_000_000, "s" * 43)).status_code == 413
    for body in (b"", b"SAMLResponse=a&SAMLResponse=b", b"\xff", b"a=b&" * 20):
        answer = await site.caller().post(
            POSTED, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in {400, 415}, answer.text


async def test_only_known_people_where_the_provider_says_so(tmp_path: Path, idp: SamlIdp) -> None:
    declared = (idp.settings(known_only=True),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        _, answer = await sign_in(console, idp)
        assert refusal(answer) == "unknown"
        async with console.state.db_sessions() as db:
            assert len((await db.execute(select(UserRecord))).scalars().all()) == 1


async def test_c30_step_up_asks_the_provider_and_counts_from_when_they_signed_in_there(
    tmp_path: Path, idp: SamlIdp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepup, "ACTION_SECONDS", 3600.0)
    declared = (idp.settings(contexts="urn:strong"),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        owner = await console.owner()
        grant = {"subject_kind": "group", "subject": "corp/engineers", "role": "owner"}
        await owner.post("/bindings", json={**grant, "scope": "org/main"})
        more = {"subject": "owner", "role": "viewer"}
        for number, (context, ago, expected) in enumerate(
            (("urn:weak", 0, 403), ("urn:strong", 86_400, 403), ("urn:strong", 0, 201))
        ):
            idp.context, idp.authenticated = context, time.time() - ago
            caller, _ = await sign_in(console, idp)
            scope = render((*SHOP[:-1], f"shop-{number}"))
            answer = await caller.post("/bindings", json={**more, "scope": scope})
            assert answer.status_code == expected, answer.text
            if expected == 403:
                assert answer.json()["methods"] == ["sign-in"]
                assert answer.json()["provider"] == "corp"
        request, _ = idp.asked(await begin(caller, "corp", fresh=True))
        assert request.get("ForceAuthn") == "true"
        assert request.findtext(".//{*}AuthnContextClassRef") == "urn:strong"


class Publishing:
    """Serves a provider's metadata."""

    def __init__(self, idp: SamlIdp) -> None:
        self.idp = idp
        self.asked = 0
        self.app = Starlette(routes=[Route("/metadata", self._metadata)])

    async def _metadata(self, _request: Request) -> Response:
        self.asked += 1
        return Response(self.idp.metadata(), media_type="application/samlmetadata+xml")


async def test_c10_a_new_certificate_is_read_when_it_signs_and_made_up_ones_are_not_asked_about(
    tmp_path: Path, idp: SamlIdp, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing = Publishing(idp)
    async with served(publishing.app) as url:
        declared = (idp.settings(metadata_url=f"{url}/metadata"),)
        async with running_console(tmp_path, identity_providers=declared) as console:
            _, answer = await sign_in(console, idp)
            assert (refusal(answer), publishing.asked) == ("", 1)
            idp.signing = signer("after")
            _, answer = await sign_in(console, idp)
            assert (refusal(answer), publishing.asked) == ("", 2)
            idp.published = (signer("after"),)
            idp.signing = signer("another")
            for _ in range(3):
                _, answer = await sign_in(console, idp)
                assert refusal(answer) == "failed"
            assert publishing.asked == 2
            monkeypatch.setattr(documents, "FORCED_SECONDS", 0.0)
            _, answer = await sign_in(console, idp)
            assert (refusal(answer), publishing.asked) == ("failed", 3)


@pytest.fixture
async def free(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """A console where providers may stand on loopback."""
    async with running_console(
        tmp_path,
        database_url,
        secrets_keys=make_key(),
        connection_networks=("127.0.0.0/8",),
        connection_http_hosts=("127.0.0.1",),
    ) as console:
        yield console


async def test_a_provider_is_made_tried_and_changed_in_the_console(
    free: ConsoleApp, idp: SamlIdp
) -> None:
    owner = await free.owner()
    body = {**idp.settings(), "label": "Corporate", "subject": ""}
    wrong = await owner.post(f"{URL}/saml", json={**body, "entity_id": "https://other.test"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "metadata")
    found = (await owner.post(f"{URL}/saml/test", json=body)).json()
    assert (found["entity_id"], found["sign_in"]) == (idp.entity_id, idp.sign_in)
    assert len(found["signing"]) == 1
    made = await owner.post(f"{URL}/saml", json=body)
    assert made.status_code == 201, made.text
    view = made.json()
    assert view["encrypts"]
    assert "PRIVATE KEY" not in made.text

    told = await free.caller().get(view["sp_entity_id"].removeprefix(f"{BASE_URL}/api/v1"))
    metadata = etree.fromstring(told.content)
    assert metadata.get("entityID") == view["sp_entity_id"]
    first = pem_of(metadata)

    # A trial signs nobody in, and shows what one would give.
    trial = await owner.post(f"{URL}/corp/trial")
    request, state = idp.asked(trial.json()["url"])
    there = await post(free, idp.answer(request, encrypt_for=first), state)
    place = urlsplit((await come(owner, there)).headers["location"])
    assert place.path == "/access/providers/corp"
    shown = (await owner.get(f"{URL}/corp/trials/{parse_qs(place.query)['trial'][0]}")).json()
    assert (shown["failure"], shown["subject"], shown["groups"]) == (
        "", "ada-1", ["engineers", "staff"],
    )  # fmt: skip
    assert shown["claims"]["NameID"] == "ada-1"

    # A new key: what is encrypted for the one before opens still, of a third it does not.
    for _ in range(2):
        version = {"If-Match": f'"{view["row_version"]}"'}
        renewed = await owner.post(f"{URL}/corp/saml/key", headers=version)
        assert renewed.status_code == 200, renewed.text
        before, view = view, renewed.json()
        told = await free.caller().get("/signin/metadata/corp")
        second = pem_of(etree.fromstring(told.content))
        assert second != first
        _, answer = await sign_in(free, idp, encrypt_for=first)
        assert refusal(answer) == ("" if before["row_version"] == 1 else "failed")
        _, answer = await sign_in(free, idp, encrypt_for=second)
        assert refusal(answer) == ""
    state_now = (await owner.get(f"{URL}/corp/saml")).json()
    assert len(state_now["encrypting"]) == 2

    # An attempt does not outlive a change of the settings.
    caller = free.caller()
    request, state = idp.asked(await begin(caller, "corp"))
    changed = await owner.put(
        f"{URL}/corp/saml",
        json={"metadata": idp.metadata(), "attribute_groups": "none"},
        headers={"If-Match": f'"{view["row_version"]}"'},
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["encrypts"]
    assert refusal(await come(caller, await post(free, idp.answer(request), state))) == "old"
    stale = await owner.put(
        f"{URL}/corp/saml", json={"metadata": idp.metadata()}, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412
    text = str((await owner.get("/collections/activity")).json()["rows"])
    assert "PRIVATE KEY" not in text


def pem_of(metadata: Any) -> str:
    body = metadata.findtext(".//{*}X509Certificate")
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


async def test_c10_ids_of_assertions_that_are_over_are_forgotten(
    site: ConsoleApp, idp: SamlIdp
) -> None:
    await sign_in(site, idp)
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(AssertionSeen).values(expires=time.time() - 1))
    loop = Refreshing(site.app.state.parts.get(Providers), site.state.db_sessions, "main")
    for _ in range(2):  # what is over is forgotten from the second time on
        await loop.run()
    async with site.state.db_sessions() as db:
        assert not (await db.execute(select(AssertionSeen))).scalars().all()
