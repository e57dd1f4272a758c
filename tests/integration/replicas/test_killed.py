"""kill -9 of a replica at any moment: its jobs go on elsewhere, and nothing is done twice."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.consoleprocess import ConsoleProcess
from tests.integration.omaha.api.mirror import serving
from tests.integration.replicas.estate import BOARD, LIMIT, MAIN, Replicas, owner_of
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

VERSIONS = [f"4700.{number}.0" for number in range(8)]
SIZE = 2 << 20
SLOW = 0.2
"""Seconds between pieces of 64 KiB: imports take some seconds, so that there are some to kill."""
PROMISED = 30.0
"""Seconds from the kill until another replica goes on: a lease (15 s) and some."""
KILLS = 2


@pytest.fixture
async def replicas(postgres_url: str, tmp_path: Path) -> AsyncIterator[Replicas]:
    """Three of them."""
    with serving() as mirror:
        made = Replicas(postgres_url, tmp_path, mirror)
        try:
            placed = [made.place() for _ in range(3)]
            await asyncio.to_thread(placed[0].start)  # which migrates
            await asyncio.gather(*(asyncio.to_thread(one.start) for one in placed[1:]))
            yield made
        finally:
            await made.close()


async def busy(replicas: Replicas, dice: random.Random) -> ConsoleProcess:
    """One that works on something."""
    found: list[ConsoleProcess] = []

    async def any_works() -> bool:
        lives = [one for one in replicas.all if one.process and one.process.poll() is None]
        found[:] = [one for one in lives if await replicas.held_by(one)]
        return bool(found)

    await until(any_works, LIMIT)
    return dice.choice(found)


async def test_killed_replicas_lose_nothing_and_their_jobs_go_on_within_the_promised_time(
    replicas: Replicas, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(7)
    for version in VERSIONS:
        replicas.publish(version, SIZE)
    replicas.mirror.pause = SLOW
    with owner_of(replicas.all[0]) as owner:
        jobs = await asyncio.to_thread(replicas.import_all, owner.http, VERSIONS)
    watches, restarts = [], []
    for kill in range(KILLS):
        victim = await busy(replicas, dice)
        if kill == 0:
            await replicas.downloading(victim)
        else:
            await asyncio.sleep(dice.uniform(0.0, 1.5))  # at any moment
        victim.stop(signal.SIGKILL)
        killed = time.monotonic()
        watches += [
            asyncio.create_task(replicas.taken_over(job, killed))
            for job in await replicas.held_by(victim)
        ]
        restarts.append(asyncio.create_task(asyncio.to_thread(victim.start)))
    replicas.mirror.pause = 0.0
    await asyncio.gather(*restarts)
    for watch in watches:
        waited = await watch
        record_property("latency of a killed replica's job", f"{waited:.3f} s")
        assert waited < PROMISED
    assert watches, "nobody was killed at work"
    await replicas.assert_done_once(jobs, VERSIONS)
    assert replicas.mirror.ranged(), "a download went on where the killed one had stopped"
    sent = [replicas.mirror.sent[f"/{BOARD}/{version}/{MAIN}"] for version in VERSIONS]
    assert sum(sent) < (len(VERSIONS) + KILLS) * SIZE + KILLS * SIZE
