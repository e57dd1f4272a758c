"""A session that is over at the provider is over here: back-channel logout and refresh (C9)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from auth.scope import render
from backend.identity.sessions import renew_session
from backend.identity.tokens import digest
from backend.providers.refreshing import Refreshing
from backend.providers.service import Providers
from backend.providers.sessions import move
from backend.providers.table import SESSIONS, ProviderSession
from backend.secrets.keyring import make_key
from backend.secrets.table import SealedSecret
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.browser import holds_nothing, sign_in, signed_out
from tests.identity.provider import LyingProvider
from tests.waiting import until

SHOP = ("org", "main", "cluster", "local", "ns", "shop")
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def tell(caller: Caller, token: str, name: str = "sso") -> int:
    """What a provider's server sends: no cookie, no header of ours, no Origin."""
    for header in ("x-craton-request", "origin"):
        caller.headers.pop(header, None)
    answer = await caller.post(f"/hooks/logout/{name}", data={"logout_token": token})
    return answer.status_code


async def ended(caller: Caller) -> None:
    """Wait until the session is over."""
    await until(lambda: signed_out(caller))


async def alive(caller: Caller) -> bool:
    return (await caller.get("/session")).status_code == 200


async def test_a_logout_token_ends_its_session_and_no_other(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    first, _ = await sign_in(believer, provider)
    provider.lies.claims = lambda honest: {**honest, "sid": "session-2"}
    second, _ = await sign_in(believer, provider)
    provider.lies.claims = lambda honest: honest
    server = believer.caller("192.0.2.7")
    token = provider.logout_token()
    assert await tell(server, token) == 200
    await ended(first)
    assert await alive(second)
    assert await tell(server, token) == 400, "it is good once"
    assert await tell(server, provider.logout_token(sid=None)) == 200
    await ended(second)
    owner = await believer.owner()
    rows = (await owner.get("/collections/activity")).json()["rows"]
    assert "Signed out at sso." in str(rows)


async def test_forged_logout_tokens_end_nothing(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(believer, provider)
    server = believer.caller("192.0.2.7")
    forged: list[dict[str, Any]] = [
        {"aud": "other"}, {"iss": "https://other.test"}, {"events": None}, {"jti": None},
        {"nonce": "n"}, {"iat": int(time.time()) - 4000}, {"sid": None, "sub": None},
    ]  # fmt: skip
    for lie in forged:
        assert await tell(server, provider.logout_token(**lie)) == 400
    assert await tell(server, provider.id_token(None)) == 400
    assert await tell(server, "") == 400
    assert await tell(server, "a.b.c") == 400
    assert await tell(server, provider.logout_token(), name="other") == 404
    assert (
        await server.post("/hooks/logout/sso", content=b"\xff", headers=FORM)
    ).status_code == 400
    assert await alive(caller)


async def test_it_ends_on_every_replica(
    tmp_path: Path, postgres_url: str, provider: LyingProvider
) -> None:
    """Two consoles on one database: told to one, felt at the other."""
    shared = {"identity_providers": (provider.settings(),), "secrets_keys": make_key()}
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
    async with (
        running_console(homes[0], postgres_url, **shared) as one,
        running_console(homes[1], postgres_url, owner=False, **shared) as two,
    ):
        caller, _ = await sign_in(one, provider)
        other = two.caller()
        other.cookies = caller.cookies
        assert await alive(other)
        assert await tell(one.caller(), provider.logout_token()) == 200
        await ended(other)


def refreshing(console: ConsoleApp) -> Refreshing:
    providers: Providers = console.app.state.parts.get(Providers)
    return Refreshing(providers, console.state.db_sessions, "main")


async def make_due(console: ConsoleApp) -> None:
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(ProviderSession).values(due=time.time() - 1))


async def test_a_group_that_is_gone_there_gives_nothing_here(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await believer.owner()
    grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "viewer"}
    await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    caller, _ = await sign_in(believer, provider)
    assert (await caller.get("/session")).json()["roles"]
    provider.person["groups"] = []
    await make_due(believer)
    await refreshing(believer).run()
    await until(lambda: holds_nothing(caller))
    provider.person["groups"] = ["engineers"]
    await make_due(believer)
    await refreshing(believer).run()
    assert (await caller.get("/session")).json()["roles"], "the new refresh token is used"
    provider.lies.claims = lambda honest: {k: v for k, v in honest.items() if k != "groups"}
    provider.lies.userinfo = lambda honest: {k: v for k, v in honest.items() if k != "groups"}
    await make_due(believer)
    await refreshing(believer).run()
    await until(lambda: holds_nothing(caller))


async def test_a_session_that_is_over_there_ends_here(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(believer, provider)
    provider.gone = True
    await make_due(believer)
    loop = refreshing(believer)
    await loop.run()
    await ended(caller)
    await loop.run()
    async with believer.state.db_sessions() as db:
        left = select(SealedSecret).where(col(SealedSecret.owner) == SESSIONS)
        assert (await db.execute(left)).scalars().all() == []


async def test_another_person_in_a_refresh_ends_the_session(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(believer, provider)
    provider.person["sub"] = "eve-2"
    await make_due(believer)
    await refreshing(believer).run()
    await ended(caller)


@pytest.mark.parametrize("lie", ["silent", "broken"])
async def test_a_provider_that_does_not_answer_ends_nothing(
    believer: ConsoleApp, provider: LyingProvider, lie: str
) -> None:
    caller, _ = await sign_in(believer, provider)
    if lie == "broken":
        provider.lies.answer = lambda _honest: {"id_token": "x.y.z", "access_token": "a"}
    else:
        provider.lies.answer = lambda _honest: b"<html>"
    await make_due(believer)
    await refreshing(believer).run()
    assert await alive(caller)


async def test_what_a_session_has_from_its_provider_follows_a_step_up(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(believer, provider)
    (session,) = (await caller.get("/sessions")).json()
    secrets = believer.app.state.parts.get(Providers).secrets
    async with believer.state.db_sessions() as db, db.begin():
        held = await secrets.open(db, SESSIONS, session["id"])
        token = await renew_session(db, session["id"], time.time())
        assert token is not None
        after = digest(token)
        await move(db, secrets, session["id"], after)
    async with believer.state.db_sessions() as db:
        assert held
        assert await secrets.open(db, SESSIONS, after) == held
        assert await secrets.open(db, SESSIONS, session["id"]) == {}
        assert await db.get(ProviderSession, session["id"]) is None
    renewed = believer.caller()
    renewed.cookies.set("craton-session", token)
    assert await alive(renewed)
    assert await tell(believer.caller("192.0.2.7"), provider.logout_token()) == 200
    await ended(renewed)
    await ended(caller)
