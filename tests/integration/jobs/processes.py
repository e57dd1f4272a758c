"""Worker processes of a test's own, and what the database says about their work."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import col

from backend.db.migrate import upgrade
from backend.jobs.tables import JobRecord, StepRow
from tests.integration.jobs.worker import NOTES
from tests.processes import start
from tests.stackfixtures import REPOSITORY
from tests.unit.jobs.replicas import Replica
from tests.waiting import until

LIMIT = 240.0
"""Seconds a busy machine may take for anything here."""


class WorkerProcess:
    """One replica's worker; `-9` it at will."""

    def __init__(self, url: str, log: Path, *, lease: float = 3.0, version: int = 1) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = start(
                *(sys.executable, "-m", "tests.integration.jobs.worker"),
                *(url, str(lease), str(version)),
                cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def said(self, words: str) -> bool:
        """Whether it printed these words; fails when it ended."""
        text = self.log.read_text(errors="replace")
        assert self.lives, text[-4000:]
        return words in text

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(60)

    def stop(self) -> None:
        """As Kubernetes ends a pod; a stopped one is killed."""
        if self.lives:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Fleet:
    """The workers over one database, and a client of it that works on nothing."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.workers: list[WorkerProcess] = []
        self.client = Replica(url)
        self._folder = folder
        self._made = 0

    async def prepare(self) -> None:
        """The tables."""
        await upgrade(self.client.engine)
        async with self.client.engine.begin() as connection:
            await connection.run_sync(NOTES.metadata.create_all)

    async def add(self, *, lease: float = 3.0, version: int = 1) -> WorkerProcess:
        """Start one more, and wait until it works."""
        self._made += 1
        log = self._folder / f"worker-{self._made}.log"
        worker = WorkerProcess(self.url, log, lease=lease, version=version)
        self.workers.append(worker)
        await until(lambda: worker.said("working"), LIMIT)
        return worker

    def kill(self, worker: WorkerProcess) -> None:
        """kill -9."""
        worker.kill()
        self.workers.remove(worker)

    async def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            worker.stop()
        await self.client.jobs.stop()
        await self.client.engine.dispose()

    async def jobs(self, kind: str) -> list[JobRecord]:
        async with self.client.jobs.reading() as session:
            query = select(JobRecord).where(col(JobRecord.kind) == kind)
            return list((await session.execute(query)).scalars())

    async def succeeded(self, kind: str) -> int:
        """How many jobs of the kind are done."""
        return sum(row.state == "succeeded" for row in await self.jobs(kind))

    async def steps(self, job_id: str) -> list[StepRow]:
        return await self.client.steps(job_id)

    async def notes(self, *where: sa.ColumnElement[bool]) -> list[tuple[str, str, int]]:
        """(job, step, fence) of every note."""
        async with self.client.jobs.reading() as session:
            found = await session.execute(select(NOTES).where(*where))
            return [tuple(row) for row in found]

    async def count(self, step: str) -> int:
        """How many notes of a step there are."""
        async with self.client.jobs.reading() as session:
            query = select(func.count()).select_from(NOTES).where(NOTES.c.step == step)
            return int((await session.execute(query)).scalar_one())

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for a condition as long as a busy machine may need."""
        await until(holds, LIMIT)
