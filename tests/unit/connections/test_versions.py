"""Connections changed by several at once: each change names the version it saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.connections.table import TABLE, ConnectionRow
from backend.errors import PreconditionFailed
from backend.features.connections.service import ConnectionService
from tests.console import ConsoleApp
from tests.unit.connections.adding import ETCD, add


@pytest.mark.parametrize(
    "change",
    [
        lambda service, db, row: service.switch(db, row, "b", off=False),
        lambda service, db, row: service.delete(db, row),
    ],
    ids=["switch", "delete"],
)
async def test_of_two_changes_of_one_version_the_second_is_refused(
    console: ConsoleApp, change: Callable[..., Any]
) -> None:
    await add(console)
    db_sessions, secrets = console.state.db_sessions, console.state.secrets
    service = ConnectionService(
        console.state.settings, db_sessions, secrets, console.state.connections
    )
    async with db_sessions() as first, db_sessions() as other:
        seen = await service.row(other, "etcd", "far")
        await other.commit()
        await service.switch(first, await service.row(first, "etcd", "far"), "a", off=True)
        await first.commit()
        with pytest.raises(PreconditionFailed):
            await change(service, other, seen)
        await other.commit()
        now = await service.row(first, "etcd", "far")
        await first.refresh(now)
        assert (now.row_version, now.disabled, now.changed_by) == (2, True, "a")
        assert await secrets.states(first, TABLE, now.id)
        await service.delete(first, now)
        await first.commit()
        with pytest.raises(PreconditionFailed):
            await service.delete(other, seen)
        assert await other.get(ConnectionRow, now.id, populate_existing=True) is None


async def test_changes_at_once_are_one_change(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    seen = {"headers": {"if-match": '"1"'}}
    answers = await asyncio.gather(
        *(owner.patch("/connections/etcd/far", json={"disabled": True}, **seen) for _ in range(3)),
        owner.delete("/connections/etcd/far", **seen),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in {200, 204}
    assert set(codes[1:]) <= {404, 412}, codes


async def test_changes_name_the_version_they_saw(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    off = {"disabled": True}
    assert (await owner.patch("/connections/etcd/far", json=off)).status_code == 428
    done = await owner.patch("/connections/etcd/far", json=off, headers={"if-match": '"1"'})
    assert done.json()["status"] == "Switched off"
    stale = await owner.patch("/connections/etcd/far", json=off, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["row_version"] == 2
    members = (await owner.get("/collections/etcd-members")).json()
    assert members["freshness"] == []
    again = await owner.patch(
        "/connections/etcd/far", json={"disabled": False}, headers={"if-match": '"2"'}
    )
    assert again.json()["status"] != "Switched off"


async def test_two_of_the_same_name_are_refused_also_at_once(console: ConsoleApp) -> None:
    owner = await console.owner()
    answers = await asyncio.gather(*(owner.post("/connections", json=ETCD) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    (error,) = refused.json()["errors"]
    assert error["field"] == "name"
