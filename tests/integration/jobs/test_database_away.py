"""PostgreSQL goes away under running jobs and schedules, and comes back: processes go on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.integration.jobs.processes import Fleet
from tests.integration.jobs.worker import COUNT, HOLD, Count, Hold
from tests.postgres import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


async def test_processes_outlive_a_database_that_is_down_for_a_while(tmp_path: Path) -> None:
    with cluster() as postgres:
        fleet = Fleet(postgres.create_database("jobs"), tmp_path)
        await fleet.prepare()
        workers = [await fleet.add() for _ in range(2)]
        held = await fleet.client.jobs.start(HOLD, Hold(str(tmp_path)))
        await fleet.until((tmp_path / "begun-1").exists)

        async def ticked(more_than: int) -> bool:
            return await fleet.count("tick") > more_than

        await fleet.until(lambda: ticked(0))
        postgres.kill()
        for worker in workers:
            await fleet.until(lambda worker=worker: worker.said("no line for change notices"))
        (tmp_path / "go").touch()  # the step ends while nobody can record it
        postgres.start()
        row = await fleet.client.ended(held.id, 120)
        assert row.state == "succeeded"

        before = await fleet.count("tick")
        await fleet.until(lambda: ticked(before))
        started = await fleet.client.jobs.start(COUNT, Count(1))
        assert (await fleet.client.ended(started.id, 120)).state == "succeeded"
        assert all(worker.lives for worker in workers)
        notes = Counter((job, step) for job, step, _ in await fleet.notes())
        assert set(notes.values()) == {1}
        await fleet.close()
