"""A machine that checks in while it is registered as a mirror is no machine afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.catalog import mirrors
from backend.omaha.operate.service import UpdateService
from tests.omaha_client import Machine
from tests.omaha_world import FLOOR, NEW, World, machine_id

NAME = machine_id(1)
MEANWHILE = 0.5
"""Seconds a registration gets that has to wait: it would need far less if it did not wait."""


async def register(world: World) -> None:
    async with AsyncSession(world.engine) as session, session.begin():
        await mirrors.register(session, world.app_id, NAME, "Nebraska of the north")


def before_each_transaction(
    service: UpdateService, monkeypatch: pytest.MonkeyPatch, step: Callable[[], Any]
) -> None:
    """Have `step` done when a report has been looked at and is about to be written."""
    transaction = service.store.transaction

    @asynccontextmanager
    async def late() -> AsyncIterator[Any]:
        await step()
        async with transaction() as tx:
            yield tx

    monkeypatch.setattr(service.store, "transaction", late)


def before_each_insert(
    service: UpdateService, monkeypatch: pytest.MonkeyPatch, step: Callable[[], Any]
) -> None:
    """Have `step` done when the transaction has read the configuration and is about to add."""
    transaction = service.store.transaction

    @asynccontextmanager
    async def slow() -> AsyncIterator[Any]:
        async with transaction() as tx:
            insert = tx.insert

            async def later(entries: Any) -> Any:
                if entries:
                    await step()
                return await insert(entries)

            monkeypatch.setattr(tx, "insert", later, raising=False)
            yield tx

    monkeypatch.setattr(service.store, "transaction", slow)


async def machines(world: World) -> list[Any]:
    async with AsyncSession(world.engine) as session:
        connection = await session.connection()
        rows = await connection.exec_driver_sql("SELECT machine_id FROM omaha_instance")
        return [row[0] for row in rows]


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
async def test_registered_between_the_look_up_and_the_write(world, serve, monkeypatch, known):
    await world.group(floors=(FLOOR,))
    service = await serve()
    machine = Machine(service, 1)
    if known:
        await machine.check()
        assert await machines(world) == [NAME]
    done: list[int] = []

    async def once() -> None:
        if not done:
            done.append(1)
            await register(world)

    before_each_transaction(service, monkeypatch, once)
    reply = await machine.send("<updatecheck></updatecheck>", source="ondemandupdate")
    assert await machines(world) == []
    # Without `multi_manifest_ok` a mirror is told of no update while there are floors.
    assert (reply.app_status, reply.check_status) == ("ok", "noupdate")
    assert await machine.check() is None
    assert await machines(world) == []


async def test_registered_while_its_first_report_is_being_written(world, serve, monkeypatch):
    await world.group()
    service = await serve()
    registering: list[asyncio.Task[None]] = []

    async def meanwhile() -> None:
        if not registering:
            registering.append(asyncio.create_task(register(world)))
            await asyncio.wait(registering, timeout=MEANWHILE)

    before_each_insert(service, monkeypatch, meanwhile)
    await Machine(service, 1).check()
    async with asyncio.timeout(60):
        await registering[0]
    assert await machines(world) == []
    machine = Machine(service, 1)
    await machine.learns(NEW)  # as a mirror: at once, and not counted
    assert await machines(world) == []


async def test_one_that_checks_in_all_the_time_can_be_registered(world, serve):
    await world.group()
    service = await serve()
    ends = asyncio.Event()

    async def restless() -> None:
        machine = Machine(service, 1)
        number = 0
        while not ends.is_set():
            number += 1
            machine.release = f"4459.2.{number % 7}"
            await machine.check()

    running = asyncio.create_task(restless())
    try:
        while not await machines(world):
            await asyncio.sleep(0.01)
        await register(world)
    finally:
        ends.set()
        await running
    assert await machines(world) == []
