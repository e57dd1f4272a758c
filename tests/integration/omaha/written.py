"""What the update service has written, read for tests of its cycles."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from backend.omaha.operate.service import UpdateService
from backend.omaha.store.tables import InstanceRecord, RolloutRecord
from tests.omaha_world import World, machine_id
from tests.waiting import until

__all__ = ["history", "rollout", "row", "settled"]


async def row(world: World, number: int):
    """The machine's row, or None."""
    async with AsyncSession(world.engine) as session:
        found = select(InstanceRecord).where(InstanceRecord.machine_id == machine_id(number))
        return (await session.execute(found)).scalar_one_or_none()


async def history(world: World) -> list[int]:
    """Every status that was recorded, in order."""
    async with world.engine.connect() as connection:
        rows = await connection.execute(text("SELECT status FROM omaha_history ORDER BY id"))
        return [row[0] for row in rows]


async def rollout(world: World, group: int):
    """The group's newest rollout."""
    async with AsyncSession(world.engine) as session:
        found = (
            select(RolloutRecord).where(RolloutRecord.group_id == group).order_by(RolloutRecord.id)
        )
        return (await session.execute(found)).scalars().all()[-1]


async def settled(service: UpdateService) -> None:
    """Let what nobody waits for be written: it is committed a while after it left the queue."""
    writer = service.writer
    await until(lambda: not len(writer) and not writer._pending)
