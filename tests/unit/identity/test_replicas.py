"""A right taken or a session ended at one replica is felt at the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from auth.scope import namespace
from tests.console import Caller, running_console

WEB = namespace("main", "local", "web")


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():
            await asyncio.sleep(0.05)


async def sees_pods(caller: Caller) -> bool:
    return "pod" in (await caller.get("/session")).json().get("permissions", {})


async def test_the_other_replica_follows(tmp_path: Path, postgres_url: str) -> None:
    homes = [tmp_path / name for name in ("a", "b")]
    for home in homes:
        home.mkdir()
    async with (
        running_console(homes[0], postgres_url) as first,
        running_console(homes[1], postgres_url, owner=False) as second,
    ):
        ada, owner = await first.member("ada", ("viewer", WEB)), await first.owner()
        there = second.caller()
        there.cookies.update(ada.cookies)
        assert await sees_pods(there)
        rows = await owner.get("/collections/bindings", params={"filter": "subject=ada"})
        taken = await owner.delete(f"/bindings/{rows.json()['rows'][0]['key']}")
        assert taken.status_code == 204

        async def lost() -> bool:
            return not await sees_pods(there)

        await until(lost)
        assert (await ada.delete("/session")).status_code == 200

        async def out() -> bool:
            return (await there.get("/session")).status_code == 401

        await until(out)
