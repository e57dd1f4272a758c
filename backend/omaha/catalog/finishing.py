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
from backend.jobs.tables import JobRecord, StepRow
from backend.omaha.catalog import edit, files
from backend.omaha.catalog.importing import StartedBy
from backend.omaha.payloads.digest import Digest
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.upload import Uploads
from backend.omaha.store.tables import FileRecord

__all__ = ["KIND", "Finish", "HostedFile", "RecordUpload", "finishing_job", "key_of", "last_of"]

KIND: Final = "updates.upload"
_REGISTER: Final = "register"


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


async def hosted_by(session: AsyncSession, job: JobRecord) -> HostedFile | None:
    """What the job registered, whatever became of it afterwards: a cancellation that came when
    the file was hosted already undoes nothing."""
    key = {"job_id": job.id, "phase": "run", "name": _REGISTER}
    step = await session.get(StepRow, key, populate_existing=True)
    if step is None or step.state != "done":
        return None
    return msgspec.json.decode(step.result, type=HostedFile)


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

            async def forget(session: AsyncSession, why: str = refused.detail) -> str:
                await self.uploads.forget(session, order.upload_id, run.id)
                return why

            await run.transaction("forget", forget)
            await self.uploads.clear(order.upload_id)
            raise
        await run.step("clear", lambda: self.uploads.clear(order.upload_id))
        run.link(_link(order))
        run.progress(2 * order.size, 2 * order.size)
        return hosted

    async def ended(self, run: Run, order: Finish) -> None:
        """The upload, if it is still there, may be finished again. Who cancelled is on record by
        what they did: it was not who had it finished."""

        async def note(session: AsyncSession) -> None:
            await self.uploads.take_back(session, order.upload_id, run.id)
            if run.error:
                self.record(session, order, "upload-failed", None, {"reason": run.error})

        if run.done(_REGISTER):
            run.log(f"{order.name} had been hosted before. Delete the payload to undo that.")
            run.link(_link(order))
            await run.step("clear", lambda: self.uploads.clear(order.upload_id))
        else:
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
            _REGISTER,
            lambda session: self._register(session, run.id, order, digest),
            returns=HostedFile,
        )

    async def _register(
        self, session: AsyncSession, job_id: str, order: Finish, digest: Digest
    ) -> HostedFile:
        await edit.begin(session)
        if not await self.uploads.forget(session, order.upload_id, job_id):
            raise JobFailed("The upload was deleted before its file was hosted.")
        if not self.stored.has(digest.sha256):
            raise JobFailed("The same file was deleted at this moment; finish the upload again.")
        row = await files.register(session, order.name, digest)
        self.record(session, order, "upload", row, {"sha256": row.sha256, "size": row.size})
        return HostedFile(row.id or 0, row.name, row.sha256, row.size)


def _link(order: Finish) -> str:
    return f"/browse/payloads?filter={quote(f'name={order.name}')}"
