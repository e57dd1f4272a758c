"""The job that fetches a release from a mirror and hosts it here.

Its steps are recorded: looking at the mirror, each file, and the package, which is made exactly
once. Another replica goes on where a dead one stopped, with the bytes that are in the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote

import anyio
import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Credential
from auth.subject import Subject
from backend.jobs import Job, JobFailed, Leases, Run
from backend.omaha.catalog import edit, releases
from backend.omaha.payloads.download import Downloads
from backend.omaha.payloads.errors import FileTooLarge, PayloadRefused, SourceFailed
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.importer import Stored, examine, once
from backend.omaha.payloads.release import Release, ReleaseFile
from backend.omaha.payloads.source import ReleaseSource
from backend.omaha.store.tables import ApplicationRecord
from integrations.backoff import doubled

__all__ = [
    "ATTEMPTS",
    "KIND",
    "Made",
    "Order",
    "RecordImport",
    "StartedBy",
    "import_job",
    "package_key",
]

KIND: Final = "updates.import"
MAX_SECONDS: Final = 6 * 3600.0
"""For one file."""
MAX_TOTAL: Final = 16 << 30
"""Bytes of one release with all its extra files."""
ATTEMPTS: Final = 5
"""Times a transfer may break off in a row without a byte of progress."""
RETRY_SECONDS: Final = 1.0
LONGEST_RETRY: Final = 30.0
RETRIED: Final = "retry"
"""The level of a log line for each transfer that broke off."""

_Found = TypeVar("_Found")
_log = structlog.get_logger(__name__)


class StartedBy(msgspec.Struct, frozen=True):
    """Who started it and with which credential, for the audit record."""

    subject: Subject
    credential: Credential
    login: str
    name: str


class Order(msgspec.Struct, frozen=True):
    """What is to be imported from where."""

    application_id: int
    release: str
    board: str
    mirror: str
    extras: tuple[str, ...]
    by: StartedBy
    notes: str = ""
    released: str = ""


class Made(msgspec.Struct, frozen=True):
    """The package, and whether it is new."""

    package_id: int
    created: bool


class RecordImport(Protocol):
    """Adds an audit entry in the transaction: (session, order, verb, detail)."""

    async def __call__(
        self, session: AsyncSession, order: Order, verb: str, detail: Mapping[str, Any]
    ) -> None:
        """`verb` is what the import came to."""


Open = Callable[[Order], AbstractAsyncContextManager[ReleaseSource]]


def package_key(order: Order) -> str:
    """What only one import at a time may make."""
    return f"{KIND}:{order.application_id}:{order.board}:{order.release}"


def import_job(
    files: PayloadFiles, leases: Leases, source: Open, record: RecordImport
) -> Job[Order, Made]:
    """The job; `source` opens the mirror, `record` writes the audit record."""
    work = _Importing(files, leases, source, record)
    return Job(
        KIND, Order, work.run, output=Made, undo=work.ended, undoes_failure=True, limit=2,
        title=lambda order: f"Import Flatcar {order.release} for {order.board}",
    )  # fmt: skip


@dataclass(frozen=True)
class _Importing:
    files: PayloadFiles
    leases: Leases
    source: Open
    record: RecordImport

    async def run(self, run: Run, order: Order) -> Made:
        """Look, fetch, register."""
        try:
            return await self._run(run, order)
        except SourceFailed as error:
            raise JobFailed(error.detail) from error

    async def ended(self, run: Run, order: Order) -> None:
        """Record how an import ended that made no package. Its bytes stay for a resumption."""
        verb = "import-failed" if run.error else "import-cancelled"

        async def note(session: AsyncSession) -> None:
            await self.record(session, order, verb, {"reason": run.error})

        await run.transaction("record", note)

    async def _run(self, run: Run, order: Order) -> Made:
        fetching = _Fetching(run, Downloads(self.files), self.files, self.leases)
        async with self.source(order) as source:
            release = await run.step(
                "examine", lambda: self._examined(run, source, order), returns=Release
            )
            stored = [
                await run.step(
                    f"fetch {file.original}",
                    lambda file=file: fetching.stored(source, release, file),  # type: ignore[misc]
                    returns=Stored,
                    timeout=MAX_SECONDS,
                )
                for file in release.files
            ]
        total = sum(file.size for file in release.files)
        run.progress(total, total, "registering")

        async def register(session: AsyncSession) -> Made:
            await edit.begin(session)
            app = await edit.get(session, ApplicationRecord, order.application_id)
            made = await releases.host(session, app, release, stored)
            package_id = made.package.id or 0
            names = [item.file.name for item in stored]
            detail = {"package_id": package_id, "files": names, "bytes": total}
            await self.record(session, order, "import", detail)
            return Made(package_id, made.created)

        made = await run.transaction("register", register, returns=Made)
        run.link(f"/browse/packages?filter={quote(f'release={order.release}')}")
        return made

    async def _examined(self, run: Run, source: ReleaseSource, order: Order) -> Release:
        run.progress(0, 0, "examining")
        plan = await again(
            run,
            lambda: examine(
                source, self.files, version=order.release, board=order.board, extras=order.extras
            ),
            lambda: 0,
        )
        if plan.problems or plan.release is None:
            reason = " ".join(plan.problems) or "There is no release."
            raise PayloadRefused(reason, field="release")
        total = sum(file.size for file in plan.release.files)
        if total > MAX_TOTAL:
            raise FileTooLarge(f"The release has {total} bytes; an import takes {MAX_TOTAL}.")
        downloads = Downloads(self.files)
        await anyio.to_thread.run_sync(downloads.expire)
        here = sum(map(downloads.here, plan.release.files))
        self.files.check_room(max(file.size for file in plan.release.files))
        self.files.check_room(0, promised=max(total - here, 0))
        return replace(plan.release, notes=order.notes, released=order.released)


@dataclass
class _Fetching:
    """The files of one run."""

    run: Run
    downloads: Downloads
    files: PayloadFiles
    leases: Leases
    here: int = 0

    async def stored(self, source: ReleaseSource, release: Release, file: ReleaseFile) -> Stored:
        """The file with its signature, in the store. One replica at a time writes it."""
        before = sum(f.size for f in release.files[: release.files.index(file)])
        total = sum(f.size for f in release.files)

        def progress(here: int) -> None:
            self.here = here
            self.run.progress(before + here, total, f"downloading {file.original}")

        progress(0)
        digest = await self.leases.run(
            f"fetch {file.sha256[:48]}",
            lambda _: again(
                self.run, lambda: self.downloads.fetch(source, file, progress), lambda: self.here
            ),
        )
        if not file.signature:
            return Stored(file, digest)
        text = await again(self.run, lambda: source.small(file.signature), lambda: 0) or b""
        kept = await receive(self.files, once(text), kind=Format.RAW, size=len(text))
        return Stored(file, digest, kept)


async def again(
    run: Run, attempt: Callable[[], Awaitable[_Found]], reached: Callable[[], int]
) -> _Found:
    """Try again while the source breaks off, unless nothing came of it several times."""
    failures, before = 0, reached()
    while True:
        try:
            return await attempt()
        except SourceFailed as error:
            failures = 1 if reached() > before else failures + 1
            before = reached()
            if failures >= ATTEMPTS:
                raise
            run.log(f"{error.detail} Trying again.", RETRIED)
            _log.warning("release_import_retries", id=run.id, error=error.detail)
            await asyncio.sleep(doubled(RETRY_SECONDS, LONGEST_RETRY, failures - 1))
