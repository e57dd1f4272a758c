"""An edit while the service opens the group's rollout: one waits for the other, neither fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.catalog import edit
from backend.omaha.fleet import actions
from backend.omaha.operate.service import UpdateService
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.config import load
from backend.omaha.store.tables import CounterRecord, GroupRecord, RolloutRecord
from tests.omaha_world import OwnService, World
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
WAITING = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.datname = current_database()"
WAITING += " WHERE NOT l.granted AND l.pid IN (SELECT pid FROM pg_stat_activity a"
WAITING += " WHERE a.datid = d.oid)"


async def somebody_waits(world: World) -> bool:
    async with AsyncSession(world.engine) as session:
        return bool(await session.scalar(text(WAITING)))


@asynccontextmanager
async def opening(world: World, service: UpdateService, group: int) -> Any:
    """The group's rollout is opened meanwhile, as far as it comes."""
    config = await load(service.store)
    task = asyncio.ensure_future(
        lifecycle.open_for(service.store, config.groups[group], time.time())
    )
    try:
        await until(lambda: somebody_waits(world))
        yield task
    finally:
        await task


async def change_policy(session: AsyncSession, group: int) -> None:
    row = await edit.get(session, GroupRecord, group)
    await edit.change(session, row, {"policy": row.policy | {"max_updates_per_period": 0}})


async def give_counter(world: World, group: int) -> None:
    """A group that granted before has one."""
    async with AsyncSession(world.engine) as session, session.begin():
        session.add(CounterRecord(group_id=group))
        await session.flush()


async def remove_its_counter(session: AsyncSession, group: int) -> None:
    """What else an edit locks: the counters go with their group."""
    statement = text("DELETE FROM omaha_counter WHERE group_id = :group")
    await session.execute(statement, {"group": group})


@pytest.mark.parametrize("change", [change_policy, remove_its_counter])
async def test_an_edit_and_the_opening_of_a_rollout_do_not_refuse_each_other(
    postgres_url: str, change: Callable[[AsyncSession, int], Coroutine[Any, Any, None]]
) -> None:
    """Seen as a 503 to who changed a policy at the moment its rollout was opened: a deadlock."""
    async with World(postgres_url) as world:
        service = OwnService(postgres_url)
        await service.store.start()
        try:
            group = await world.group()
            await give_counter(world, group)
            async with AsyncSession(world.engine) as session, session.begin():
                await edit.begin(session)
                async with opening(world, service, group):
                    await change(session, group)
                    await session.commit()
            async with AsyncSession(world.engine) as session:
                row = await edit.get(session, GroupRecord, group)
                assert row.rollout_id is not None
        finally:
            await service.store.stop()


async def test_a_pause_waits_where_edits_wait(postgres_url: str) -> None:
    async with World(postgres_url) as world:
        service = OwnService(postgres_url)
        await service.start()
        try:
            group = await world.group()
            await service.reload()
            async with AsyncSession(world.engine) as session:
                held = (await edit.get(session, GroupRecord, group)).rollout_id or 0
                version = (await edit.get(session, RolloutRecord, held)).version
            async with AsyncSession(world.engine) as session, session.begin():
                await edit.begin(session)
                pausing = asyncio.ensure_future(pause(world, held, version))
                await until(lambda: somebody_waits(world))
                await remove_its_counter(session, group)
                await session.rollback()
            await pausing
        finally:
            await service.stop()


async def pause(world: World, rollout: int, version: int) -> None:
    async with AsyncSession(world.engine) as session, session.begin():
        await actions.pause(session, rollout, "a look", version=version)
