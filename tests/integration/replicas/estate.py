"""Replicas of one console as a cluster runs them: real processes over one PostgreSQL and one
volume of payloads, and a mirror they import releases from."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.jobs.tables import JobRecord, StepRow, WorkerRecord
from backend.omaha.catalog.importing import KIND
from backend.omaha.store.tables import FileRecord, PackageRecord
from tests.consoleprocess import OWNER, ConsoleProcess
from tests.integration.omaha.api.mirror import Mirror
from tests.unit.omaha.payloads.samples import payload, sha256
from tests.waiting import until

LIMIT = 240.0
"""Seconds a busy machine may take for anything here."""
BOARD = "amd64-usr"
MAIN = "flatcar_production_update.gz"
APPLICATION = {"appid": "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}", "name": "Flatcar"}


@dataclass(frozen=True)
class Held:
    """A job as one owner had it."""

    id: str
    owner: str
    fence: int


class Replicas:
    """The replicas, and a look into their database. Close it."""

    def __init__(self, url: str, folder: Path, mirror: Mirror) -> None:
        self.url = url
        self.mirror = mirror
        self.all: list[ConsoleProcess] = []
        self._folder = folder
        self._engine = create_engine(url)
        self._db_sessions: async_sessionmaker[AsyncSession] = create_db_sessions(self._engine)

    def place(self) -> ConsoleProcess:
        """One more, to be started."""
        home = self._folder / f"replica-{len(self.all)}"
        environment = {
            "CRATON_DATABASE_URL": self.url,
            "CRATON_UPDATE_MIRRORS": json.dumps([self.mirror.base]),
            "CRATON_UPDATE_MIRROR_NETWORKS": json.dumps(["127.0.0.0/8", "::1/128"]),
        }
        made = ConsoleProcess(home, environment=environment)
        if self.all:
            made.password = self.all[0].password
        self.all.append(made)
        (self._folder / "payloads").mkdir(exist_ok=True)
        home.mkdir()
        (home / "payloads").symlink_to(self._folder / "payloads")
        return made

    async def close(self) -> None:
        """End everything."""
        for replica in self.all:
            if replica.process is not None and replica.process.poll() is None:
                replica.process.send_signal(signal.SIGCONT)
            await asyncio.to_thread(replica.stop, signal.SIGKILL)
        await self._engine.dispose()

    def publish(self, version: str, size: int) -> None:
        """Put a release on the mirror."""
        data = payload(version.encode() * (size // len(version)))
        folder = f"/{BOARD}/{version}/"
        self.mirror.files |= {
            folder: f'<a href="{MAIN}">x</a>'.encode(),
            f"{folder}version.txt": f"FLATCAR_VERSION={version}\n".encode(),
            f"{folder}{MAIN}": data,
            f"{folder}{MAIN}.sha256": sha256(data).encode(),
        }

    def import_all(self, caller: httpx2.Client, versions: list[str]) -> list[str]:
        """Start the import of each; the ids of the jobs. Blocking."""
        made = caller.post("/updates/applications", json=APPLICATION)
        assert made.status_code == 201, made.text
        where = f"/updates/applications/{made.json()['id']}/hosted-imports"
        jobs = []
        for version in versions:
            begun = caller.post(where, json={"release": version, "board": BOARD})
            assert begun.status_code == 202, begun.text
            jobs.append(begun.json()["id"])
        return jobs

    def upload(self, caller: httpx2.Client, name: str, data: bytes) -> str:
        """Send a file in two pieces, and have it finished; where that is. Blocking."""
        body = {"name": name, "size": len(data), "format": "raw", "sha256": sha256(data)}
        made = caller.post("/updates/uploads", json=body)
        assert made.status_code == 201, made.text
        where, half = f"/updates/uploads/{made.json()['id']}", len(data) // 2
        for offset, piece in ((0, data[:half]), (half, data[half:])):
            headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
            sent = caller.patch(where, content=piece, headers=headers, timeout=LIMIT)
            assert sent.status_code == 200, sent.text
        begun = caller.post(f"{where}/finish")
        assert begun.status_code == 202, begun.text
        return f"{where}/finish"

    async def rows(self, query: Any) -> list[Any]:
        """What a query finds."""
        async with self._db_sessions() as session:
            return list((await session.execute(query)).scalars())

    async def held_by(self, replica: ConsoleProcess) -> list[Held]:
        """The jobs that this replica works on now."""
        assert replica.process is not None
        place = f"{socket.gethostname()}/{replica.process.pid}"
        owner = select(col(WorkerRecord.owner)).where(col(WorkerRecord.place) == place)
        query = select(JobRecord).where(
            col(JobRecord.state) == "running", col(JobRecord.owner).in_(owner)
        )
        return [Held(row.id, row.owner, row.fence) for row in await self.rows(query)]

    async def taken_over(self, held: Held, since: float) -> float:
        """Seconds since the monotonic `since` until another owner wrote a step of the job, or until
        it has ended: its steps may all have been done, or its end been under way."""
        step = select(StepRow).where(
            col(StepRow.job_id) == held.id, col(StepRow.fence) > held.fence
        )
        end = select(JobRecord).where(
            col(JobRecord.id) == held.id, col(JobRecord.finished).is_not(None)
        )

        async def goes_on() -> bool:
            return bool(await self.rows(step) or await self.rows(end))

        await until(goes_on, LIMIT)
        return time.monotonic() - since

    async def downloading(self, replica: ConsoleProcess) -> list[Held]:
        """The jobs of the replica, once it is in the middle of a download."""
        found: list[Held] = []

        async def fetching() -> bool:
            nonlocal found
            found = await self.held_by(replica)
            part_way = select(JobRecord).where(
                col(JobRecord.id).in_([job.id for job in found]), col(JobRecord.done) > 0
            )
            return bool(await self.rows(part_way))

        await until(fetching, LIMIT)
        return found

    async def all_succeeded(self, jobs: list[str]) -> None:
        """Wait until they are done; fails when one fails."""

        async def done() -> bool:
            query = select(JobRecord).where(col(JobRecord.id).in_(jobs))
            states = Counter(row.state for row in await self.rows(query))
            assert not states["failed"], await self.rows(query)
            return states["succeeded"] == len(jobs)

        await until(done, LIMIT)

    async def assert_done_once(self, jobs: list[str], versions: list[str]) -> None:
        """Every import made its package, its file and its entry in the record: one of each."""
        await self.all_succeeded(jobs)
        packages = await self.rows(select(PackageRecord))
        assert sorted(row.release for row in packages) == sorted(versions)
        files = await self.rows(select(FileRecord))
        names = [row.name for row in files if row.package_id]
        assert sorted(names) == sorted(f"flatcar-amd64-{version}.gz" for version in versions)
        told = select(AuditEntry).where(col(AuditEntry.action) == "update-package:import")
        targets = Counter(entry.target for entry in await self.rows(told))
        assert targets == dict.fromkeys([f"Flatcar/{version}" for version in versions], 1)
        left = select(StepRow).where(col(StepRow.state) != "done")
        assert not (unfinished := await self.rows(left)), unfinished
        for row in files:
            stored = self._folder / "payloads" / row.path
            assert sha256(stored.read_bytes()) == row.sha256
        kinds = {row.kind for row in await self.rows(select(JobRecord))}
        assert KIND in kinds


def owner_of(replica: ConsoleProcess) -> Any:
    """The owner, signed in at this replica."""
    return replica.signed_in(OWNER, replica.password)
