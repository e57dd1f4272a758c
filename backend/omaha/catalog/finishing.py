"""The job that finishes an upload: check the whole file, put it into the store, host it.

Any replica does it, from the bytes on the volume they share, and another goes on when that one
dies. The file is hosted and the upload forgotten in one transaction, so exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs import Job, JobFailed, Run
from backend.jobs.tables import JobRecord
from backend.omaha.catalog import edit, files
from backend.omaha.catalog.importing import StartedBy
from backend.omaha.payloads.digest import Digest
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.upload import Uploads
from backend.omaha.store.tables import FileRecord

__all__ = ["KIND", "Finish", "HostedFile", "RecordUpload", "finishing_job", "key_of", "last_of"]

KIND: Final = "updates.upload"


class Finish(msgspec.Struct, frozen=True):
    """Which upload is to be finished, as what, and who asked for it."""

    upload_id: str
    name: str
    size: int
    by: StartedBy


class HostedFile(msgspec.Struct, frozen=True):
    """What the upload became."""

    file_id: int
    name: str
    sha256: str
    size: int


class RecordUpload(Protocol):
    """Adds an audit entry in the transaction; without a row there is no file."""

    def __call__(
        self,
        session: AsyncSession,
        order: Finish,
        verb: str,
        row: FileRecord | None,
        detail: Mapping[str, Any],
    ) -> None:
        """`verb` is what the upload came to."""


def key_of(upload_id: str) -> str:
    """Of what one unfinished job exists."""
    return f"{KIND}:{upload_id}"


async def last_of(session: AsyncSession, upload_id: str) -> JobRecord | None:
    """The job that finishes, or finished last, this upload."""
    query = select(JobRecord).where(
        col(JobRecord.kind) == KIND, col(JobRecord.key) == key_of(upload_id)
    )
    query = query.order_by(col(JobRecord.created).desc()).limit(1)
    found = await session.scalars(query.execution_options(populate_existing=True))
    return found.one_or_none()


def finishing_job(
    uploads: Uploads, stored: PayloadFiles, record: RecordUpload
) -> Job[Finish, HostedFile]:
    """The job; `record` writes the audit record."""
    work = _Finishing(uploads, stored, record)
    return Job(
        KIND, Finish, work.run, output=HostedFile, undo=work.ended, undoes_failure=True, limit=4,
        title=lambda order: f"Host {order.name}",
    )  # fmt: skip


@dataclass(frozen=True)
class _Finishing:
    uploads: Uploads
    stored: PayloadFiles
    record: RecordUpload

    async def run(self, run: Run, order: Finish) -> HostedFile:
        """Check, store, register. What cannot become right is forgotten."""
        if run.done("forget"):
            raise JobFailed(run.result("forget", str))
        try:
            hosted = await self._hosted(run, order)
        except PayloadRefused as refused:
            why = refused.detail
            await run.transaction("forget", lambda session: self._forget(session, order, why))
            await self.uploads.clear(order.upload_id)
            raise
        await run.step("clear", lambda: self.uploads.clear(order.upload_id))
        run.link(f"/browse/payloads?filter={quote(f'name={order.name}')}")
        run.progress(2 * order.size, 2 * order.size)
        return hosted

    async def ended(self, run: Run, order: Finish) -> None:
        """The upload, if it is still there, may be finished again."""
        verb = "upload-failed" if run.error else "upload-cancelled"

        async def note(session: AsyncSession) -> None:
            await self.uploads.take_back(session, order.upload_id, run.id)
            self.record(session, order, verb, None, {"reason": run.error})

        await run.transaction("record", note)

    async def _hosted(self, run: Run, order: Finish) -> HostedFile:
        def say(done: int, stage: str) -> None:
            run.progress(done, 2 * order.size, stage)

        say(0, "checking")
        digest = await run.step(
            "check",
            lambda: self.uploads.check(order.upload_id, lambda done: say(done, "checking")),
            returns=Digest,
        )
        say(order.size, "storing")
        await run.step(
            "store",
            lambda: self.uploads.store(
                order.upload_id, digest, lambda done: say(order.size + done, "storing")
            ),
        )
        say(2 * order.size, "registering")
        return await run.transaction(
            "register", lambda session: self._register(session, order, digest), returns=HostedFile
        )

    async def _register(self, session: AsyncSession, order: Finish, digest: Digest) -> HostedFile:
        await edit.begin(session)
        if not self.stored.has(digest.sha256):
            raise JobFailed("The same file was deleted at this moment; finish the upload again.")
        row = await files.register(session, order.name, digest)
        self.record(session, order, "upload", row, {"sha256": row.sha256, "size": row.size})
        await self.uploads.forget(session, order.upload_id)
        return HostedFile(row.id or 0, row.name, row.sha256, row.size)

    async def _forget(self, session: AsyncSession, order: Finish, why: str) -> str:
        await self.uploads.forget(session, order.upload_id)
        return why
