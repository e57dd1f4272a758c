"""One account, known by a second provider: after a fresh sign-in with both, and never by a name."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select, update

from auth.scope import organisation, render
from backend.db.breakglass import BreakGlass
from backend.db.identity import IdentityRecord, UserRecord
from backend.db.rules import SignInRule
from backend.identity.rules import BREAK_GLASS_ONLY
from backend.secrets.keyring import make_key
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.identity.browser import come_back, refusal, sign_in, signed_out
from tests.identity.provider import LyingProvider
from tests.identity.samlidp import SamlIdp
from tests.identity.test_saml_sign_in import come, post
from tests.slapd import PASSWORD, Slapd
from tests.unit.features.test_sessions import grown_old
from tests.waiting import until

MAIN = organisation("main")


@pytest.fixture
async def site(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> AsyncIterator[ConsoleApp]:
    declared = (provider.settings(label="Our SSO"),)
    async with running_console(
        tmp_path, database_url, identity_providers=declared, secrets_keys=make_key()
    ) as console:
        yield console


async def begun(caller: Caller, name: str = "sso") -> str:
    answer = await caller.post(f"/account/identities/{name}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def linked(caller: Caller, provider: LyingProvider) -> dict[str, str]:
    """What the profile is told after the whole way."""
    return told(await come_back(caller, await provider.visit(await begun(caller))))


def told(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/profile/sign-in"
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


async def links(caller: Caller) -> dict[str, Any]:
    return dict((await caller.get("/account/identities")).json())


async def recorded(console: ConsoleApp, *words: str) -> bool:
    """Whether one entry of the record has all the words."""
    owner = await console.owner()
    lines = (await owner.get("/collections/activity?format=jsonl")).text.splitlines()
    return any(all(word in line for word in words) for line in lines)


async def test_both_open_one_account_once_both_were_signed_in_to(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    bob = await site.member("bob")
    assert await links(bob) == {
        "items": [],
        "offered": [{"name": "sso", "label": "Our SSO", "password": False}],
    }
    assert await linked(bob, provider) == {"linked": "sso"}
    assert provider.queries[0]["max_age"] == "0", "the provider asks who is there"
    (link,) = (await links(bob))["items"]
    assert (link["provider"], link["label"], link["login"]) == ("sso", "Our SSO", "ada")
    assert (await links(bob))["offered"] == []
    session = (await bob.get("/session")).json()
    assert (session["login"], session["roles"]) == ("bob", []), "a link alone gives no right"
    assert await recorded(site, "user:link-identity", "bob", "ada-1")

    grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "viewer"}
    owner = await site.owner()
    made = await owner.post("/bindings", json={**grant, "scope": render(MAIN)})
    assert made.status_code == 201, made.text
    there, _ = await sign_in(site, provider)
    session = (await there.get("/session")).json()
    assert session["login"] == "bob"
    assert [held["role"] for held in session["roles"]] == ["viewer"]
    async with site.state.db_sessions() as db:
        logins = set((await db.execute(select(UserRecord.login))).scalars())
    assert logins == {"owner", "bob"}, "no second account"

    gone = await there.delete(f"/account/identities/{link['id']}")
    assert gone.status_code == 409, "signed in with it"
    assert (await bob.delete(f"/account/identities/{link['id']}")).status_code == 204
    await until(lambda: signed_out(there))
    assert (await bob.get("/session")).json()["roles"] == []
    assert await recorded(site, "user:unlink-identity", "bob", "ada-1")
    other, _ = await sign_in(site, provider)
    assert (await other.get("/session")).json()["login"] == "ada", "somebody else now"


async def test_whoever_has_an_account_is_not_taken_over(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    ada, _ = await sign_in(site, provider)
    bob = await site.member("bob")
    assert await linked(bob, provider) == {"refused": "taken", "by": "sso"}
    assert (await ada.get("/session")).json()["login"] == "ada"
    assert (await links(bob))["items"] == []
    assert await recorded(site, "nothing was linked")
    provider.person["sub"] = "ada-2"
    assert await linked(bob, provider) == {"linked": "sso"}
    assert await linked(bob, provider) == {"refused": "known", "by": "sso"}
    provider.person["sub"] = "ada-3"
    assert await linked(bob, provider) == {"refused": "second", "by": "sso"}


async def test_c30_it_needs_who_has_just_shown_who_they_are_on_both_sides(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    bob = await site.member("bob")
    await grown_old(site)
    old = await bob.post("/account/identities/sso")
    assert old.status_code == 403
    assert old.json()["type"].endswith("step-up-required")
    shown = await bob.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert shown.status_code in (200, 204), shown.text
    provider.lies.claims = lambda honest: honest | {"auth_time": time.time() - 3600}
    assert await linked(bob, provider) == {"refused": "stale", "by": "sso"}
    provider.lies.claims = lambda honest: honest
    assert await linked(bob, provider) == {"linked": "sso"}


async def test_an_attempt_is_of_its_account_and_its_browser_alone(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    bob, eve = await site.member("bob"), await site.member("eve")
    callback = await provider.visit(await begun(bob))
    stolen = await come_back(eve, callback)
    assert refusal(stolen) == "old", "another browser's"
    callback = await provider.visit(await begun(bob))
    assert (await bob.delete("/session")).status_code < 300
    assert (await bob.sign_in("eve", OWNER_PASSWORD)).status_code == 200
    assert told(await come_back(bob, callback)) == {"refused": "old", "by": "sso"}
    async with site.state.db_sessions() as db:
        assert (await db.execute(select(IdentityRecord))).scalars().all() == []


async def test_the_last_way_in_stays(site: ConsoleApp, provider: LyingProvider) -> None:
    ada, _ = await sign_in(site, provider)
    (link,) = (await links(ada))["items"]
    gone = await ada.delete(f"/account/identities/{link['id']}")
    assert gone.status_code == 409
    assert "only way" in gone.json()["detail"]
    bob = await site.member("bob")
    theirs = await bob.delete(f"/account/identities/{link['id']}")
    assert theirs.status_code == 404, "nobody else's is seen"
    provider.person["sub"] = "ada-2"
    assert await linked(bob, provider) == {"linked": "sso"}
    (link,) = (await links(bob))["items"]
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(SignInRule).values(enabled=True))
        kept = (await db.execute(select(SignInRule))).scalars().all()
        assert BREAK_GLASS_ONLY in {rule.id for rule in kept}
    gone = await bob.delete(f"/account/identities/{link['id']}")
    assert gone.status_code == 409, "passwords are for emergencies only"


async def test_a_directory_is_linked_by_user_name_and_password(
    tmp_path: Path, directory: Slapd
) -> None:
    name = f"ada{uuid4().hex[:12]}"
    directory.person(name)
    async with running_console(tmp_path, identity_providers=(directory.settings(),)) as console:
        bob = await console.member("bob")
        assert [one["password"] for one in (await links(bob))["offered"]] == [True]
        wrong = {"login": name, "password": "not it"}
        answer = await bob.post("/account/identities/corp/password", json=wrong)
        assert answer.status_code == 422, "who asks is signed in and stays so"
        assert answer.json()["errors"][0]["field"] == "password"
        right = {"login": name, "password": PASSWORD}
        answer = await bob.post("/account/identities/corp/password", json=right)
        assert answer.status_code == 204, answer.text
        again = await bob.post("/account/identities/corp/password", json=right)
        assert (again.status_code, again.json()["detail"]) == (
            409,
            "It is linked to your account already.",
        )
        caller = console.caller()
        assert (await caller.post("/signin/corp/password", json=right)).status_code == 204
        assert (await caller.get("/session")).json()["login"] == "bob"
        eve = await console.member("eve")
        taken = await eve.post("/account/identities/corp/password", json=right)
        assert taken.status_code == 409
        assert "Somebody signs in with it" in taken.json()["detail"]


async def test_a_saml_provider_is_linked(tmp_path: Path) -> None:
    idp = SamlIdp()
    declared = (idp.settings(),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        bob = await console.member("bob")
        request, state = idp.asked(await begun(bob, "corp"))
        assert request.get("ForceAuthn") == "true"
        idp.authenticated = time.time() - 3600
        answer = await post(console, idp.answer(request), state)
        assert told(await come(bob, answer)) == {"refused": "stale", "by": "corp"}
        idp.authenticated = None
        request, state = idp.asked(await begun(bob, "corp"))
        answer = await post(console, idp.answer(request), state)
        assert told(await come(bob, answer)) == {"linked": "corp"}
        assert (await links(bob))["items"][0]["login"] == "ada"


async def test_the_break_glass_account_is_linked_to_nothing(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    bob = await site.member("bob")
    async with site.state.db_sessions() as db, db.begin():
        user_id = (await bob.get("/session")).json()["id"]
        db.add(BreakGlass(user_id=user_id, code="", printed=0.0, printed_by="owner"))
    answer = await bob.post("/account/identities/sso")
    assert answer.status_code == 409, answer.text
