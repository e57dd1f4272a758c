"""The rows of unfinished uploads: what was announced, how far it is, and who writes now."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.jobs.clock import clock
from backend.jobs.records import affected
from backend.jobs.tables import JobRecord
from backend.omaha.payloads.errors import UploadConflict, UploadNotFound
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.pieces import Pieces
from backend.omaha.store.tables import UploadRecord

__all__ = ["CLAIM_SECONDS", "Announced", "Claim", "Upload", "UploadRecords"]

CLAIM_SECONDS: Final = 20.0
"""Seconds without a record after which another connection may go on: a writer records every
two seconds while bytes come, so this is a sender or a process that is gone."""
MAX_PIECES: Final = 2000
"""Requests of one upload that brought bytes."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What the uploader said: hosted name, bytes, format, and the checksum if it knows it."""

    name: str
    size: int
    kind: Format
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An unfinished upload: `offset` of `announced.size` bytes are here, in the files of the
    writers that `recorded` names (fence, bytes). `job_id` is the job that finishes it."""

    id: str
    announced: Announced
    offset: int
    updated: float
    job_id: str = ""
    recorded: tuple[tuple[int, int], ...] = ()

    def pieces(self, folder: Path) -> Pieces:
        """Its files."""
        return Pieces(folder, self.id, self.recorded)


@dataclass(slots=True)
class Claim:
    """One writer's turn: `written` bytes follow what was `recorded` before it."""

    upload: Upload
    fence: int
    recorded: tuple[tuple[int, int], ...]
    written: int = 0

    def pieces(self, folder: Path) -> Pieces:
        """The files of what was recorded before this writer."""
        return Pieces(folder, self.upload.id, self.recorded)


class UploadRecords:
    """The table; every call is a transaction of its own unless it is given a session."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession]) -> None:
        self._db_sessions = db_sessions

    async def add(self, key: str, announced: Announced) -> Upload:
        """A new upload."""
        now = time.time()
        row = UploadRecord(
            id=key, name=announced.name, size=announced.size, format=announced.kind.value,
            sha256=announced.sha256 or "", created_at=now, updated_at=now,
        )  # fmt: skip
        async with self._db_sessions() as session, session.begin():
            await session.execute(insert(UploadRecord).values(**row.model_dump()))
        return _upload(row)

    async def find(self, key: str) -> Upload | None:
        """The upload, if there is one."""
        query = _uploads().where(col(UploadRecord.id) == key)
        async with self._db_sessions() as session:
            found = (await session.execute(query)).one_or_none()
        return None if found is None else _upload(*found)

    async def all(self) -> list[Upload]:
        """All of them, oldest activity first."""
        async with self._db_sessions() as session:
            query = _uploads().order_by(col(UploadRecord.updated_at))
            return [_upload(*found) for found in await session.execute(query)]

    async def remove(self, session: AsyncSession, key: str, job_id: str | None = None) -> bool:
        """Forget it in the session's transaction; whoever writes finds out at its next record.
        With a `job_id` only while that job has it. False when there is nothing to forget."""
        statement = delete(UploadRecord).where(col(UploadRecord.id) == key)
        if job_id is not None:
            statement = statement.where(col(UploadRecord.job_id) == job_id)
        return affected(await session.execute(statement)) == 1

    async def remove_claimed(self, claim: Claim) -> bool:
        """Forget the upload of this writer; False, and nothing, when another one had it since."""
        statement = delete(UploadRecord).where(
            col(UploadRecord.id) == claim.upload.id, col(UploadRecord.fence) == claim.fence
        )
        async with self._db_sessions() as session, session.begin():
            return affected(await session.execute(statement)) == 1

    async def expire(self, limit: float) -> list[str]:
        """Forget those without activity since `limit` (Unix seconds) that no job is about to
        finish; their ids."""
        statement = (
            delete(UploadRecord)
            .where(
                col(UploadRecord.updated_at) < limit,
                col(UploadRecord.writer_until) <= clock(),
                sa.not_(_held()),
            )
            .returning(col(UploadRecord.id))
            .execution_options(synchronize_session=False)
        )
        async with self._db_sessions() as session, session.begin():
            return list((await session.execute(statement)).scalars())

    async def claim(self, upload: Upload, offset: int) -> Claim:
        """A turn to write at `offset`. Raises `UploadConflict` when the upload stands elsewhere,
        somebody writes, a job finishes it, or it has too many pieces; `UploadNotFound` when it is
        gone."""
        statement = (
            _turn(upload.id, offset)
            .values(writer_until=clock() + CLAIM_SECONDS)
            .where(sa.not_(_held()))
            .returning(col(UploadRecord.fence), col(UploadRecord.pieces))
        )
        async with self._db_sessions() as session, session.begin():
            found = (await session.execute(statement)).one_or_none()
            if found is None:
                raise await _refusal(session, upload.id)
            pieces = _decoded(found.pieces)
            if len(pieces) >= MAX_PIECES:  # which takes the turn back
                raise UploadConflict(
                    f"The upload came in {MAX_PIECES} pieces already: begin again, with larger "
                    "ones.",
                    offset=offset,
                )
        return Claim(upload, found.fence, pieces)

    async def give(self, session: AsyncSession, upload: Upload, job_id: str) -> None:
        """From the session's commit on nobody but this job goes on with the whole upload. Raises
        `UploadConflict` while bytes are missing, somebody writes, or another job has it."""
        statement = _turn(upload.id, upload.announced.size).values(job_id=job_id)
        statement = statement.where(sa.not_(_held()))
        if affected(await session.execute(statement)) != 1:
            raise await _refusal(session, upload.id)

    async def take_back(self, session: AsyncSession, upload_id: str, job_id: str) -> None:
        """The job ended without hosting the upload."""
        statement = (
            update(UploadRecord)
            .where(col(UploadRecord.id) == upload_id, col(UploadRecord.job_id) == job_id)
            .values(job_id="", version=col(UploadRecord.version) + 1, updated_at=time.time())
            .execution_options(synchronize_session=False)
        )
        await session.execute(statement)

    async def record(self, claim: Claim) -> None:
        """How far the writer is; its turn goes on. `UploadConflict` when it is over."""
        if not await self._write(claim, CLAIM_SECONDS):
            raise UploadConflict(
                "Another connection went on with this upload.", offset=claim.upload.offset
            )

    async def release(self, claim: Claim) -> None:
        """How far the writer came; its turn ends. Nothing, when that is over already."""
        await self._write(claim, 0.0)

    async def _write(self, claim: Claim, seconds: float) -> bool:
        values: dict[str, Any] = {
            "writer_until": clock() + seconds if seconds else 0.0,
            "version": col(UploadRecord.version) + 1,
        }
        if claim.written:
            pieces = [*claim.recorded, (claim.fence, claim.written)]
            values |= {
                "pieces": msgspec.json.encode(pieces).decode(),
                "received": sum(size for _, size in pieces),
                "updated_at": time.time(),
            }
        statement = (
            update(UploadRecord)
            .where(col(UploadRecord.id) == claim.upload.id, col(UploadRecord.fence) == claim.fence)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        async with self._db_sessions() as session, session.begin():
            return affected(await session.execute(statement)) == 1


def _held() -> sa.ColumnElement[bool]:
    """Whether a job has the upload. One that was cancelled before it ran is finished and never
    gave it back, so the id in the row says nothing by itself."""
    return sa.exists().where(
        col(JobRecord.id) == col(UploadRecord.job_id), col(JobRecord.finished).is_(None)
    )


def _uploads() -> sa.Select[UploadRecord, str]:
    """Uploads with the id of the job that has them."""
    return select(UploadRecord, sa.case((_held(), col(UploadRecord.job_id)), else_=""))


def _turn(key: str, offset: int) -> sa.Update:
    """Whoever had a turn before has none any more; not while somebody writes."""
    return (
        update(UploadRecord)
        .where(
            col(UploadRecord.id) == key,
            col(UploadRecord.received) == offset,
            col(UploadRecord.writer_until) <= clock(),
        )
        .values(fence=col(UploadRecord.fence) + 1, version=col(UploadRecord.version) + 1)
        .execution_options(synchronize_session=False)
    )


async def _refusal(session: AsyncSession, key: str) -> UploadConflict | UploadNotFound:
    query = select(
        col(UploadRecord.received),
        col(UploadRecord.size),
        _held(),
        col(UploadRecord.writer_until) > clock(),
    ).where(col(UploadRecord.id) == key)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return UploadNotFound("There is no such upload.")
    received, size, held, busy = found
    if held:
        return UploadConflict("All bytes are here; a job finishes this upload.", offset=received)
    if busy:
        return UploadConflict(
            "Another connection is writing this upload; wait until it ends.", offset=received
        )
    return UploadConflict(
        f"The upload stands at byte {received} of {size}; go on from there.", offset=received
    )


def _upload(row: UploadRecord, job_id: str = "") -> Upload:
    announced = Announced(row.name, row.size, Format(row.format), row.sha256 or None)
    recorded = _decoded(row.pieces)
    return Upload(row.id, announced, row.received, row.updated_at, job_id, recorded)


def _decoded(pieces: str) -> tuple[tuple[int, int], ...]:
    return msgspec.json.decode(pieces, type=tuple[tuple[int, int], ...])
