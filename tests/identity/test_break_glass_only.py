"""The rule that of accounts of this console break-glass alone signs in: when it can be switched on,
whom it keeps out, and that nothing passes it by (C4, C19)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.scope import organisation
from backend.features.breakglass import making
from backend.secrets.keyring import make_key
from tests.authenticator import Clock
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.identity.browser import sign_in, signed_out
from tests.identity.provider import LyingProvider
from tests.identity.test_managing import URL, at
from tests.identity.test_managing import made as made_provider
from tests.unit.features.test_break_glass import made, signed_in, unseal
from tests.unit.features.test_invitations import accept, invited
from tests.unit.features.test_passwords import user_id
from tests.waiting import until

MAIN = organisation("main")
FIRST, SECOND = f"{URL}/first", f"{URL}/second"
RULE = "/sign-in-rules/break-glass-only"
KEPT_OUT = "Accounts of this console sign in for emergencies only: sign in by your provider."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.put_in(monkeypatch, making)


@pytest.fixture
async def site(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> AsyncIterator[ConsoleApp]:
    declared = (provider.settings(label="Our SSO"),)
    async with running_console(
        tmp_path, database_url, identity_providers=declared, secrets_keys=make_key()
    ) as console:
        yield console


async def switch(caller: Caller, *, on: bool, version: int = 1) -> Any:
    return await caller.put(RULE, json={"enabled": on}, headers={"If-Match": f'"{version}"'})


async def test_it_needs_a_way_in_and_ends_what_local_accounts_opened(
    site: ConsoleApp, provider: LyingProvider, clock: Clock
) -> None:
    owner, local = await site.owner(), await site.member("eve", ("viewer", MAIN))
    told = (await owner.get(f"{RULE}/impact")).json()
    assert (told["people"], told["signed_in"], told["logins"]) == (2, 2, ["eve", "owner"])
    assert len(told["against"]) == 2
    assert (await switch(owner, on=True)).status_code == 409
    app, glass = await made(owner, clock)
    assert "sign in by a provider" in (await switch(owner, on=True)).json()["detail"]
    admin = await by_provider(site, provider, owner)
    assert (await admin.get(f"{RULE}/impact")).json()["against"] == []
    _, link = await invited(owner, "new")
    done = await switch(admin, on=True)
    assert done.status_code == 200, done.text
    await until(lambda: signed_out(owner))
    await until(lambda: signed_out(local))
    assert (await admin.get("/session")).status_code == 200
    refused = await site.caller().sign_in("eve", OWNER_PASSWORD)
    assert (refused.status_code, refused.json()["detail"]) == (401, KEPT_OUT)
    _, invitation = await accept(site, link)
    assert (invitation.status_code, invitation.json()["detail"]) == (401, KEPT_OUT)
    wrong = await site.caller().sign_in("eve", "not the password")
    assert KEPT_OUT not in wrong.text, "who guesses learns nothing of it"
    await unseal(site.caller(), glass["code"])
    emergency = site.caller()
    assert (await signed_in(emergency, app)).status_code == 200
    gone = await emergency.request("DELETE", f"/users/{await user_id(emergency)}")
    assert gone.status_code == 409
    assert (await switch(emergency, on=False, version=2)).status_code == 200
    assert (await site.caller().sign_in("eve", OWNER_PASSWORD)).status_code == 200
    assert (await accept(site, link))[1].is_success, "it was kept"


async def test_c4_the_last_provider_that_people_come_by_stays(
    tmp_path: Path, database_url: str, provider: LyingProvider, clock: Clock
) -> None:
    loopback = {
        "connection_networks": ("127.0.0.0/8",),
        "connection_http_hosts": ("127.0.0.1",),
    }
    async with running_console(tmp_path, database_url, secrets_keys=make_key(), **loopback) as site:
        owner = await site.owner()
        await made(owner, clock)
        for name in ("first", "second"):
            await made_provider(owner, provider, name=name)
        admin = await by_provider(site, provider, owner, "first")
        assert (await switch(admin, on=True)).status_code == 200
        # Nobody ever came by the second: it may be any address.
        for last in (
            await admin.patch(FIRST, json={"disabled": True}, headers=at(1)),
            await admin.delete(FIRST, headers=at(1)),
        ):
            assert last.status_code == 409, last.text
            assert "the last provider that people came by" in last.json()["detail"]
        assert (await admin.get("/session")).status_code == 200, "nothing was ended"
        other = await by_provider(site, provider, admin, "second")
        both = await asyncio.gather(
            admin.patch(FIRST, json={"disabled": True}, headers=at(1)),
            other.patch(SECOND, json={"disabled": True}, headers=at(1)),
        )
        assert min(one.status_code for one in both) == 200
        assert max(one.status_code for one in both) in {401, 409}, "one of them stays"
        stays = "second" if both[0].status_code == 200 else "first"
        last_one, _ = await sign_in(site, provider, name=stays)
        assert (await switch(last_one, on=False, version=2)).status_code == 200
        off = await last_one.patch(f"{URL}/{stays}", json={"disabled": True}, headers=at(1))
        assert off.status_code == 200, "without the rule it may go"


async def by_provider(
    site: ConsoleApp, provider: LyingProvider, owner: Caller, name: str = "sso"
) -> Caller:
    """An owner who has just signed in by the provider."""
    grant = {"subject_kind": "group", "subject": f"{name}/engineers", "role": "owner"}
    assert (await owner.post("/bindings", json={**grant, "scope": "org/main"})).status_code == 201
    caller, _ = await sign_in(site, provider, name=name)
    return caller
