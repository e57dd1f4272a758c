"""Two consoles over one PostgreSQL: what one changes, the other's open pages show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auth.principal import CredentialKind
from auth.scope import organisation
from backend.http.sockets import SessionSockets
from backend.identity.credentials import Presented
from backend.live.hub import LiveHub
from tests.console import ConsoleApp, running_console
from tests.unit.live.browser import Browser


def hub_of(console: ConsoleApp) -> LiveHub:
    state = console.state
    return LiveHub(state.registry, SessionSockets(state.settings, state.identities))


async def until(tab: Browser, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, tab.frames[-3:]
        await tab.read()
        await asyncio.sleep(0.02)


@pytest.mark.postgres
async def test_a_change_here_is_a_frame_there(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        running_console(tmp_path / "a", postgres_url) as here,
        running_console(tmp_path / "b", postgres_url) as there,
    ):
        owner = await there.owner()
        token = next(iter(owner.cookies.values()))
        principal = await there.state.identities.resolve(Presented(CredentialKind.SESSION, token))
        with hub_of(there).connection(principal) as session:
            tab = Browser(session)
            await tab.send("subscribe", id="t", collection="bindings", query={}, limit=50, offset=0)
            await until(tab, lambda: "t" in tab.shown and len(tab.shown["t"].rows) == 1)
            await here.member("ada", ("viewer", organisation("main")))
            await until(tab, lambda: len(tab.shown["t"].rows) == 2)


@pytest.mark.postgres
async def test_a_right_taken_here_is_gone_there(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        running_console(tmp_path / "a", postgres_url) as here,
        running_console(tmp_path / "b", postgres_url) as there,
    ):
        await here.member("ada", ("viewer", organisation("main")))
        ada = there.caller()
        answer = await ada.sign_in("ada", "correct horse battery")
        assert answer.status_code == 200, answer.text
        assert (await ada.get("/collections")).json()["collections"]
        owner = await here.owner()
        rows = (await owner.get("/collections/bindings", params={"filter": "subject=ada"})).json()
        gone = await owner.delete(f"/bindings/{rows['rows'][0]['key']}")
        assert gone.status_code == 204, gone.text
        deadline = time.monotonic() + 60
        while (await ada.get("/collections")).json()["collections"]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
