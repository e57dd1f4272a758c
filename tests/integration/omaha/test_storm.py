"""Random reports, concurrently, at two replicas, while operators interfere: the counts stay
right (the fixture recounts) and the limit holds at every moment."""

from __future__ import annotations

import asyncio
import random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Problem
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.fleet import actions
from tests.integration.omaha.written import row
from tests.omaha_client import post
from tests.omaha_world import CHECK, FLOOR, NEW, OLD, ORDINARY, PING, body, event

LIMIT = 5
MACHINES = 25
SAID = [
    ORDINARY,
    ORDINARY,
    PING,
    PING + CHECK,
    event(13, 1),
    event(14, 1),
    event(3, 1),
    event(3, 0, code=268435466),
    event(3, 9, code=268435496),
    PING + CHECK + event(3, 2, OLD),
]


async def test_storm(world, serve) -> None:
    dice = random.Random(20261121)
    policy = RolloutPolicy(
        enabled=True, safe_mode=False, max_updates_per_period=10_000, max_concurrent=LIMIT
    )
    group = await world.group("one", policy, floors=(FLOOR,))
    other = await world.group("two", policy)
    services = [await serve(), await serve()]
    watch = asyncio.create_task(watch_limit(world))

    async def machine(number: int) -> None:
        for _ in range(25):
            release = dice.choice([OLD, OLD, FLOOR, NEW])
            content = body(
                number, release, dice.choice(SAID), track=dice.choice(["one", "one", "two"])
            )
            for _ in range(dice.choice([1, 1, 2])):
                reply = await post(dice.choice(services), content)
                assert reply.status == 200

    async def operator() -> None:
        for step in range(12):
            await asyncio.sleep(0.05)
            if step == 5:
                await world.point(group, "4628.0.0")
            await interfere(world, dice, [group, other])

    await asyncio.gather(*(machine(n) for n in range(MACHINES)), operator())
    assert not watch.done()
    watch.cancel()
    for service in services:
        await service.sweeps.tick()


async def interfere(world, dice: random.Random, groups: list[int]) -> None:
    found = await row(world, dice.randrange(MACHINES))
    if found is None:
        return
    try:
        async with AsyncSession(world.engine) as session, session.begin():
            action = dice.randrange(4)
            if action == 0:
                await actions.delete(session, found.id, version=found.version)
            elif action == 1:
                await actions.move(session, found.id, dice.choice(groups), version=found.version)
            elif action == 2:
                await actions.hide(session, found.id, hidden=True, version=found.version)
            else:
                await actions.retry(session, found.id, version=found.version)
    except Problem:
        return


async def watch_limit(world) -> None:
    """Fails when more than the limit hold a slot; cancelled at the end."""
    while True:
        async with world.engine.connect() as connection:
            rows = await connection.execute(
                text(
                    "SELECT group_id, count(*) FROM omaha_instance WHERE grant_state = 1"
                    " GROUP BY group_id"
                )
            )
            for _, machines in rows.all():
                assert machines <= LIMIT
        await asyncio.sleep(0.02)
