"""An open table follows every way its rows can change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import delete

from auth.principal import CredentialKind
from auth.scope import organisation
from backend.db.rights import BindingRecord
from backend.http.sockets import SessionSockets
from backend.identity.credentials import Presented
from backend.live.hub import LiveHub
from tests.console import Caller, ConsoleApp
from tests.unit.live.browser import Browser

MAIN = organisation("main")


async def user_key(owner: Caller, login: str) -> str:
    found = await owner.get("/collections/users", params={"filter": f"login={login}"})
    return found.json()["rows"][0]["key"]


@asynccontextmanager
async def table(console: ConsoleApp, collection: str, rows: int) -> AsyncIterator[Browser]:
    """The owner's open table of `collection`, which has this many rows."""
    owner = await console.owner()
    token = next(iter(owner.cookies.values()))
    principal = await console.state.identities.resolve(Presented(CredentialKind.SESSION, token))
    assert principal is not None
    auth = SessionSockets(console.state.settings, console.state.identities)
    hub = LiveHub(console.state.registry, auth)
    with hub.connection(principal) as session:
        tab = Browser(session)
        await tab.send("subscribe", id="t", collection=collection, query={}, offset=0, limit=50)
        await until(tab, lambda: "t" in tab.shown and len(tab.shown["t"].rows) == rows)
        yield tab


@pytest.fixture
async def bindings(console: ConsoleApp) -> AsyncIterator[Browser]:
    """The owner's open table of role bindings, and ada's among them."""
    await console.member("ada", ("viewer", MAIN))
    async with table(console, "bindings", 2) as tab:
        yield tab


async def until(tab: Browser, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, tab.shown and tab.shown["t"].rows
        await tab.read()
        await asyncio.sleep(0.02)


def logins(tab: Browser) -> list[str]:
    return [row["subject"] for row in tab.shown["t"].rows]


async def test_deleting_a_user_takes_their_bindings_off_the_table(
    console: ConsoleApp, bindings: Browser
) -> None:
    owner = await console.owner()
    gone = await owner.delete(f"/users/{await user_key(owner, 'ada')}")
    assert gone.status_code == 204, gone.text
    await until(bindings, lambda: logins(bindings) == ["owner"])


async def test_a_plain_statement_is_heard(console: ConsoleApp, bindings: Browser) -> None:
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(delete(BindingRecord).where(BindingRecord.role_id == "viewer"))
    await until(bindings, lambda: logins(bindings) == ["owner"])


async def test_requests_come_change_and_go_by_themselves(console: ConsoleApp) -> None:
    ada, owner = await console.member("ada"), await console.owner()
    async with table(console, "access-requests", 0) as tab:

        def states() -> list[str]:
            return [row["state"] for row in tab.shown["t"].rows]

        body = {"wanted": "pod:logs", "scope": "org/main", "reason": "On call"}
        made = (await ada.post("/access-requests", json=body)).json()
        await until(tab, lambda: states() == ["Pending"])
        decision = {"grant": True, "role": "viewer"}
        path, match = f"/access-requests/{made['id']}/decision", {"if-match": '"1"'}
        assert (await owner.post(path, json=decision, headers=match)).status_code == 200
        await until(tab, lambda: states() == ["Granted"])
        gone = await owner.delete(f"/users/{await user_key(owner, 'ada')}")
        assert gone.status_code == 204, gone.text
        await until(tab, lambda: states() == [])
