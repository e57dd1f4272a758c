"""What ends, and what does not, while providers and their word change (C9)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.responses import Response

from auth.scope import render
from backend.db.identity import GroupRecord, MembershipRecord, TeamRecord
from backend.db.teams import TeamGroupRecord
from backend.identity.limits import AttemptLimits
from backend.providers import accounts
from backend.providers.documents import KEPT_SECONDS
from backend.providers.service import Providers
from backend.providers.table import SESSIONS, LoginAttempt, ProviderSession
from backend.secrets.keyring import make_key
from backend.secrets.table import SealedSecret
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.browser import begin, come_back, holds_nothing, refusal, sign_in, signed_out
from tests.identity.provider import LyingProvider
from tests.identity.test_logout import alive, ended, make_due, refreshing, tell
from tests.waiting import until

SHOP = ("org", "main", "cluster", "local", "ns", "shop")
STOPPED = time.time()
OLD_ATTEMPT: dict[str, Any] = {
    "id": "old", "provider": "sso", "version": "", "browser": "", "nonce": "", "verifier": "",
    "redirect": "", "next": "/", "expires": 1.0,
}  # fmt: skip


async def granted(console: ConsoleApp) -> None:
    """Engineers are viewers of a namespace."""
    owner = await console.owner()
    grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "viewer"}
    made = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert made.status_code == 201, made.text


def without_id_token(honest: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in honest.items() if name != "id_token"}


def overage(honest: dict[str, Any]) -> dict[str, Any]:
    """Entra tells so that the groups are too many for a token."""
    kept = {name: value for name, value in honest.items() if name != "groups"}
    return {**kept, "_claim_names": {"groups": "src1"}, "_claim_sources": {}}


@pytest.mark.parametrize("says", ["nothing", "too many"])
async def test_a_refresh_that_tells_no_groups_takes_none(
    believer: ConsoleApp, provider: LyingProvider, says: str
) -> None:
    await granted(believer)
    provider.lies.metadata = lambda honest: {
        name: value for name, value in honest.items() if name != "userinfo_endpoint"
    }
    caller, _ = await sign_in(believer, provider)
    assert not await holds_nothing(caller)
    if says == "nothing":
        provider.lies.answer = without_id_token
    else:
        provider.lies.claims = overage
    for _ in range(2):  # the new refresh token is kept
        await make_due(believer)
        await refreshing(believer).run()
    assert provider.asked["/token"] == 3
    assert not await holds_nothing(caller)


async def test_one_that_does_not_answer_is_asked_once_in_a_run(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    callers = [(await sign_in(believer, provider))[0] for _ in range(3)]
    before = provider.asked["/token"]
    down = Response(b'{"error": "invalid_grant"}', 503, media_type="application/json")
    provider.lies.answer = lambda _honest: down
    await make_due(believer)
    await refreshing(believer).run()
    assert provider.asked["/token"] == before + 1
    assert all([await alive(caller) for caller in callers]), "a proxy's 503 is no word of it"


async def test_a_session_that_cannot_be_asked_about_keeps_no_other_from_it(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    await sign_in(believer, provider)
    async with believer.state.db_sessions() as db, db.begin():
        await db.execute(
            update(SealedSecret).where(col(SealedSecret.owner) == SESSIONS).values(sealed="x")
        )
    await sign_in(believer, provider)
    before = provider.asked["/token"]
    async with believer.state.db_sessions() as db, db.begin():
        db.add(LoginAttempt(**OLD_ATTEMPT))
    await make_due(believer)
    loop = refreshing(believer)
    await loop.run()
    assert provider.asked["/token"] == before + 1
    await loop.run()  # what is over is forgotten from the second time on
    async with believer.state.db_sessions() as db:
        assert await db.get(LoginAttempt, "old") is None


async def test_a_session_of_a_provider_that_is_switched_off_ends(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """Also one that nobody ended when it was switched off, and what a removed one left."""
    caller, _ = await sign_in(believer, provider)
    session = (await caller.get("/session")).json()
    async with believer.state.db_sessions() as db, db.begin():
        await db.execute(update(ProviderSession).values(provider="removed"))
        db.add(GroupRecord(user_id=session["id"], provider="removed", name="ops"))
    await refreshing(believer).run()
    await ended(caller)
    async with believer.state.db_sessions() as db:
        left = (await db.execute(select(GroupRecord))).scalars().all()
    assert [row.provider for row in left] == ["sso"]


async def granted_by_team(console: ConsoleApp) -> None:
    """The team of the engineers is a viewer of it."""
    owner = await console.owner()
    assert (await owner.post("/teams", json={"name": "blue"})).status_code == 201
    async with console.state.db_sessions() as db, db.begin():
        team = (await db.execute(select(TeamRecord))).scalar_one()
        db.add(TeamGroupRecord(team_id=team.id, provider="sso", name="engineers"))
    grant = {"subject_kind": "team", "subject": "blue", "role": "viewer"}
    made = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert made.status_code == 201, made.text


async def script_of(console: ConsoleApp, caller: Caller) -> Caller:
    """What has nothing but an API token of the caller's."""
    wanted = {"name": "mine", "rights": ["pod:get"], "scopes": [render(SHOP)]}
    made = await caller.post("/tokens", json=wanted)
    assert made.status_code == 201, made.text
    script = console.caller("192.0.2.8")
    script.headers["authorization"] = f"Bearer {made.json()['secret']}"
    return script


async def told_yesterday(console: ConsoleApp) -> None:
    """The groups wore off: nobody told them for longer than `CRATON_GROUP_HOURS`."""
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(GroupRecord).values(told=time.time() - 25 * 3600))
    console.state.identities._known.clear()


async def test_who_is_in_a_team_by_hand_too_stays_in_it_when_the_group_wears_off(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    await granted_by_team(believer)
    caller, _ = await sign_in(believer, provider)
    user = (await caller.get("/session")).json()["id"]
    script = await script_of(believer, caller)
    async with believer.state.db_sessions() as db, db.begin():
        team = (await db.execute(select(TeamRecord))).scalar_one()
        db.add(MembershipRecord(team_id=team.id, user_id=user))
    await told_yesterday(believer)
    assert not await holds_nothing(script)


@pytest.mark.parametrize("grants", [granted, granted_by_team])
async def test_a_token_holds_what_groups_give_only_while_they_were_told_lately(
    believer: ConsoleApp, provider: LyingProvider, grants: Callable[[ConsoleApp], Awaitable[None]]
) -> None:
    await grants(believer)
    caller, _ = await sign_in(believer, provider)
    script = await script_of(believer, caller)
    assert not await holds_nothing(script)
    await told_yesterday(believer)
    assert await holds_nothing(script)
    assert not await holds_nothing(caller), "it is asked about the session"
    await make_due(believer)
    await refreshing(believer).run()
    await until(lambda: holds_something(script))
    provider.gone = True
    await make_due(believer)
    await refreshing(believer).run()
    await ended(caller)
    await until(lambda: holds_nothing(script))


async def holds_something(caller: Caller) -> bool:
    return not await holds_nothing(caller)


async def test_a_provider_switched_off_during_a_sign_in_opens_nothing(
    tmp_path: Path, provider: LyingProvider
) -> None:
    allowed: dict[str, Any] = {
        "secrets_keys": make_key(),
        "connection_networks": ("127.0.0.0/8",),
        "connection_http_hosts": ("127.0.0.1",),
    }
    async with running_console(tmp_path, **allowed) as console:
        owner = await console.owner()
        made = await owner.post("/identity-providers", json=provider.settings())
        assert made.status_code == 201, made.text
        caller = console.caller()
        callback = await provider.visit(await begin(caller))
        provider.lies.wait = 3600
        coming = asyncio.create_task(come_back(caller, callback))
        await until(lambda: provider.asked.get("/token"))
        off = await owner.patch(
            "/identity-providers/sso", json={"disabled": True}, headers={"If-Match": '"1"'}
        )
        assert off.status_code == 200, off.text
        provider.hurry.set()
        assert refusal(await coming) == "old"
        assert await signed_out(caller)


async def test_a_login_that_was_taken_at_the_same_moment_is_not_taken_twice(
    believer: ConsoleApp, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, asked = accounts.free_login, []

    async def free_login(db: AsyncSession, name: str, wanted: str) -> str:
        asked.append(wanted)
        return "owner" if len(asked) == 1 else await honest(db, name, wanted)

    monkeypatch.setattr(accounts, "free_login", free_login)
    caller, _ = await sign_in(believer, provider)
    assert (await caller.get("/session")).json()["login"] == "ada"


async def test_many_logouts_that_are_believed_are_not_limited(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    believer.replace(AttemptLimits(believer.state.engine, clock=lambda: STOPPED))
    server = believer.caller("192.0.2.7")
    for number in range(62):
        assert await tell(server, provider.logout_token(sid=f"s{number}")) == 200
    statuses = [await tell(server, "a.b.c") for _ in range(62)]
    assert statuses == [400] * 60 + [429] * 2
    assert await tell(server, provider.logout_token()) == 200


async def test_strangers_at_the_callback_are_limited_and_write_no_names(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    believer.replace(AttemptLimits(believer.state.engine, clock=lambda: STOPPED))
    flood = believer.caller("192.0.2.9")
    paths = [f"/signin/callback/made-up-{number}?state=x" for number in range(62)]
    statuses = [(await flood.get(path, follow_redirects=False)).status_code for path in paths]
    assert statuses == [303] * 60 + [429] * 2
    owner = await believer.owner()
    assert "made-up" not in (await owner.get("/collections/activity")).text


async def test_signing_out_waits_for_no_provider(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """Neither for a document nor for who waits for one."""
    caller, _ = await sign_in(believer, provider)
    protocol = await believer.app.state.parts.get(Providers).protocol()
    for known in protocol._documents._known.values():
        known.read -= 2 * KEPT_SECONDS
    provider.lies.wait = 3600
    before = dict(provider.asked)
    waiting = asyncio.create_task(believer.caller().post("/signin/sso", json={}))
    await until(lambda: provider.asked != before)
    left = await caller.delete("/session")
    assert left.json()["url"].startswith(f"{provider.issuer}/leave")
    assert not waiting.done()
    provider.hurry.set()
    assert (await waiting).status_code == 200


async def test_an_old_document_serves_while_its_provider_is_silent(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    await sign_in(believer, provider)
    protocol = await believer.app.state.parts.get(Providers).protocol()
    for known in protocol._documents._known.values():
        known.read -= 2 * KEPT_SECONDS
    provider.lies.metadata = lambda _honest: Response(status_code=503)
    before = provider.asked["/.well-known/openid-configuration"]
    for _ in range(3):
        assert (await believer.caller().post("/signin/sso", json={})).status_code == 200
    assert provider.asked["/.well-known/openid-configuration"] >= before + 1
