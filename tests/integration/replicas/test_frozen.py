"""Two replicas over a PostgreSQL that stands still: the whole server, and one connection of it.

And how soon what one replica changes is in a frame of the other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from backend.db.listener import NAME
from tests.consoleprocess import ConsoleProcess, Person
from tests.integration.console.livesocket import LiveSocket, open_socket
from tests.integration.omaha.api.mirror import serving
from tests.integration.replicas.estate import LIMIT, Replicas, owner_of
from tests.postgres import Cluster, cluster
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

DATABASE = "replicas"
VERSIONS = [f"4800.{number}.0" for number in range(4)]
FROZEN = 22.0
"""Seconds: longer than a job's lease, so that no owner can be sure of its jobs."""
CHANGES = 10
LATEST = 60.0
"""Seconds a loaded machine may take for a frame; how long it took is said at the end."""


@pytest.fixture
def postgres() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
async def replicas(postgres: Cluster, tmp_path: Path) -> AsyncIterator[Replicas]:
    """Two of them."""
    with serving() as mirror:
        made = Replicas(postgres.create_database(DATABASE), tmp_path, mirror)
        try:
            for _ in range(2):
                await asyncio.to_thread(made.place().start)
            yield made
        finally:
            postgres.proceed()
            await made.close()


def ready(replica: ConsoleProcess) -> int:
    """The status of `/readyz`; 0 without an answer."""
    try:
        return httpx2.get(f"{replica.url}/readyz", timeout=10).status_code
    except httpx2.HTTPError:
        return 0


async def until_ready(replicas: Replicas, status: int) -> None:
    """All replicas say so."""

    async def all_say() -> bool:
        found = [await asyncio.to_thread(ready, replica) for replica in replicas.all]
        return set(found) == {status}

    await until(all_say, LIMIT)


@contextmanager
def frozen_lines(postgres: Cluster) -> Iterator[None]:
    """The backends on which the replicas listen for notices stand still."""
    query = f"datname = '{DATABASE}' AND application_name = '{NAME}'"
    held = postgres.ask(f"SELECT pid FROM pg_stat_activity WHERE {query}")
    backends = [psutil.Process(int(line)) for line in held.split()]
    assert backends, "nobody listens"
    for backend in backends:
        backend.suspend()
    try:
        yield
    finally:
        for backend in backends:
            with suppress(psutil.NoSuchProcess):
                backend.resume()


async def test_replicas_outlive_a_server_that_stands_still_and_a_line_that_does(
    postgres: Cluster, replicas: Replicas, record_property: Callable[[str, object], None]
) -> None:
    here, there = replicas.all
    with owner_of(here) as owner, owner_of(there) as other:
        tab = await open_socket(there, other)
        await tab.subscribe("t", "bindings", limit=200)
        changes = Changes(owner, here.add_member(owner.http), tab)
        waited = sorted([await changes.seen() for _ in range(CHANGES)])
        for name, seconds in (("median", waited[CHANGES // 2]), ("slowest", waited[-1])):
            record_property(
                f"latency of a change sent to another replica, {name}", f"{seconds:.3f} s"
            )
        with frozen_lines(postgres):
            await changes.seen()
        await tab.close()
        for version in VERSIONS:
            replicas.publish(version, 2 << 20)
        replicas.mirror.pause = 0.2
        jobs = await asyncio.to_thread(replicas.import_all, owner.http, VERSIONS)
    await replicas.downloading(await at_work(replicas))
    await stand_still(postgres, replicas)
    await replicas.assert_done_once(jobs, VERSIONS)


class Changes:
    """Grants that the owner gives somebody at one replica, as the other's open tab shows them."""

    def __init__(self, owner: Person, member: str, tab: LiveSocket) -> None:
        self._owner = owner
        self._member = member
        self._tab = tab
        self._made = 0

    async def seen(self) -> float:
        """Seconds from sending a change until it is in a frame."""
        self._made += 1
        scope = f"org/main/etcd/e{self._made}"
        grant = {"subject": self._member, "role": "viewer", "scope": scope}
        wait = self._tab.until(
            lambda: any(scope in str(row) for row in self._tab["t"].rows), LATEST, scope
        )
        began = time.monotonic()
        waiting = asyncio.create_task(wait)
        answer = await asyncio.to_thread(self._owner.http.post, "/bindings", json=grant)
        assert answer.status_code == 201, answer.text
        return await waiting - began


async def at_work(replicas: Replicas) -> ConsoleProcess:
    """One that has a job."""
    found: list[ConsoleProcess] = []

    async def any_works() -> bool:
        found[:] = [one for one in replicas.all if await replicas.held_by(one)]
        return bool(found)

    await until(any_works, LIMIT)
    return found[0]


async def stand_still(postgres: Cluster, replicas: Replicas) -> None:
    """SIGSTOP of every process of the server for a while."""
    began = time.monotonic()
    postgres.pause()
    await until_ready(replicas, 503)
    for replica in replicas.all:
        lives = await asyncio.to_thread(httpx2.get, f"{replica.url}/healthz", timeout=60)
        assert lives.status_code == 200, "it is no reason to kill it"
    await asyncio.sleep(max(0.0, FROZEN - (time.monotonic() - began)))
    postgres.proceed()
    await until_ready(replicas, 200)
