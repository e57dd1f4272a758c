"""Whether the database answers, while one connection to it stands still, or all of it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.engine import create_engine
from backend.http.readiness import _MOST_STUCK, DatabaseProbe
from tests.postgres import Cluster, cluster
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
async def engine(postgres: Cluster) -> AsyncIterator[AsyncEngine]:
    made = create_engine(postgres.create_database("readiness"))
    yield made
    postgres.proceed()
    await made.dispose()


async def answers(probe: DatabaseProbe) -> bool:
    try:
        await probe.ask()
    except TimeoutError:
        return False
    return True


async def test_one_stuck_connection_is_left_for_another(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    backend = psutil.Process(pid)
    backend.suspend()
    probe = DatabaseProbe(engine)
    try:
        assert not await answers(probe), "it asks on the connection that is there"
        await until(lambda: answers(probe), 60)
        assert backend.status() == psutil.STATUS_STOPPED
        async with engine.connect() as connection:
            other = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        assert other != pid, "the pool has let go of it"
    finally:
        backend.resume()
        await probe.close()


async def test_a_database_that_stands_still_keeps_few_connections(
    engine: AsyncEngine, postgres: Cluster
) -> None:
    probe = DatabaseProbe(engine)
    await probe.ask()
    postgres.pause()
    for _ in range(_MOST_STUCK + 3):
        told = await asyncio.gather(*(answers(probe) for _ in range(5)))
        assert told == [False] * 5
        assert len(probe._stuck) <= _MOST_STUCK
    postgres.proceed()
    await until(lambda: answers(probe), 60)
    await probe.close()
    assert not probe._stuck
