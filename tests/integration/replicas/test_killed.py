"""kill -9 of a replica at any moment: its jobs go on elsewhere, and nothing is done twice."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from backend.db.audit import AuditEntry
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
UPLOADED = "notes.img"
UPLOAD_SIZE = 128 << 20


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


def alive(replicas: Replicas) -> list[ConsoleProcess]:
    return [one for one in replicas.all if one.process and one.process.poll() is None]


async def busy(replicas: Replicas, dice: random.Random) -> ConsoleProcess:
    """One that works on something."""
    found: list[ConsoleProcess] = []

    async def any_works() -> bool:
        found[:] = [one for one in alive(replicas) if await replicas.held_by(one)]
        return bool(found)

    await until(any_works, LIMIT)
    return dice.choice(found)


async def finishing(replicas: Replicas, at: ConsoleProcess) -> str:
    """Where an upload is finished just now, most likely by the replica that was asked to: as long
    as it takes to read so many bytes."""
    with owner_of(at) as owner:
        return await asyncio.to_thread(replicas.upload, owner.http, UPLOADED, bytes(UPLOAD_SIZE))


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
    where = ""
    for kill in range(KILLS):
        victim = await busy(replicas, dice)
        if kill == 0:
            await replicas.downloading(victim)
        else:
            where = await finishing(replicas, victim)
            await asyncio.sleep(dice.uniform(0.0, 0.1))  # at any moment
        victim.stop(signal.SIGKILL)
        killed = time.monotonic()
        watches += [
            asyncio.create_task(replicas.taken_over(job, killed))
            for job in await replicas.held_by(victim)
        ]
        restarts.append(asyncio.create_task(asyncio.to_thread(victim.start)))
    replicas.mirror.pause = 0.0
    await asyncio.gather(*restarts)
    assert watches, "nobody was killed at work"
    waits = await asyncio.gather(*watches)
    for waited in waits:
        record_property("latency of a killed replica's job", f"{waited:.3f} s")
    # On a busy machine the others are taken up one after another.
    assert min(waits) < PROMISED
    await hosted_once(replicas, where)
    await replicas.assert_done_once(jobs, VERSIONS)
    assert replicas.mirror.ranged(), "a download went on where the killed one had stopped"
    sent = [replicas.mirror.sent[f"/{BOARD}/{version}/{MAIN}"] for version in VERSIONS]
    assert sum(sent) < (len(VERSIONS) + KILLS) * SIZE + KILLS * SIZE


async def hosted_once(replicas: Replicas, where: str) -> None:
    """The upload became one file, told once in the record."""
    with owner_of(replicas.all[0]) as owner:

        async def done() -> bool:
            told = (await asyncio.to_thread(owner.http.get, where)).json()
            assert told["state"] not in {"failed", "cancelled"}, told
            return bool(told["state"] == "done" and told["file"]["name"] == UPLOADED)

        await until(done, LIMIT)
    told = select(AuditEntry).where(col(AuditEntry.action) == "update-package:upload")
    assert [entry.target for entry in await replicas.rows(told)] == [UPLOADED]
