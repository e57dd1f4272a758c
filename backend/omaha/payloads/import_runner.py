"""Does the work of an import in the background: look, fetch, register, and say how far.

It ends as done, failed (with the reason) or cancelled, or is interrupted with its process; in
every case but the first, resuming goes on with the bytes that are here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace as with_fields
from typing import Any, BinaryIO, Final, TypeVar

import anyio
import structlog
from msgspec.structs import replace

from backend.errors import Problem, TooManyRequests
from backend.omaha.payloads.download import Downloads
from backend.omaha.payloads.errors import FileTooLarge, PayloadRefused, SourceFailed
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.import_records import ImportRecord, ImportRecords
from backend.omaha.payloads.importer import Plan, Stored, examine, once
from backend.omaha.payloads.release import Release, ReleaseFile
from backend.omaha.payloads.source import ReleaseSource

__all__ = ["ATTEMPTS", "MAX_RUNNING", "MAX_SECONDS", "MAX_TOTAL", "Imports", "Job"]

MAX_RUNNING: Final = 2
"""Imports one process works on at a time."""
MAX_SECONDS: Final = 6 * 3600.0
MAX_TOTAL: Final = 16 << 30
"""Bytes of one release with all its extra files."""
ATTEMPTS: Final = 5
"""Times a transfer may break off in a row without a byte of progress."""
RETRY_SECONDS: Final = 1.0
WATCH_SECONDS: Final = 0.25
SAVE_SECONDS: Final = 1.0

_Found = TypeVar("_Found")

_log = structlog.get_logger(__name__)

Open = Callable[[], AbstractAsyncContextManager[ReleaseSource]]
Register = Callable[[ImportRecord, Release, list[Stored]], Awaitable[tuple[int, bool]]]
"""Makes the package in its own transaction, audited: its id, and whether it is new."""
Ended = Callable[[ImportRecord], Awaitable[None]]
"""Records that an import failed or was cancelled."""


class Job:
    """How an import reaches its source and what it does with the result."""

    def __init__(self, source: Open, register: Register, ended: Ended) -> None:
        self.source = source
        self.register = register
        self.ended = ended


class Imports:
    """The background imports of this process over the shared records of a payload store."""

    def __init__(self, files: PayloadFiles) -> None:
        self.records = ImportRecords(files.root)
        self._files = files
        self._downloads = Downloads(files)
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, record: ImportRecord, job: Job) -> ImportRecord:
        """Start a new import (without id), or go on with one that stopped. `Conflict` while
        its package is being imported, `TooManyRequests` while too many others are."""
        lock = await anyio.to_thread.run_sync(self.records.lock, record)
        if len(self._busy) >= MAX_RUNNING:
            lock.close()
            raise TooManyRequests(
                f"{MAX_RUNNING} imports are running here; wait for one of them.",
                headers={"Retry-After": "60"},
            )
        self._busy.add(record.package)
        try:
            record = await anyio.to_thread.run_sync(self._prepared, record)
        except BaseException:
            self._busy.discard(record.package)
            lock.close()
            raise
        task = asyncio.create_task(self._run(record, job, lock), name=f"import {record.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._busy.discard(record.package))
        return record

    def _prepared(self, record: ImportRecord) -> ImportRecord:
        self._downloads.expire()
        if not record.id:
            record = self.records.add(record)
        self.records.uncancel(record)
        return self.records.save(
            replace(record, state="running", step="examining", file="", reason="")
        )

    async def _run(self, record: ImportRecord, job: Job, lock: BinaryIO) -> None:
        work = _Work(record, job, self._files, self._downloads)
        with lock:
            try:
                record = await self._watched(work)
            except asyncio.CancelledError:
                self.records.save(work.record)
                raise
            except Exception:  # noqa: BLE001 (nobody waits for it: the record must say it)
                _log.exception("release_import_broke", id=record.id)
                record = replace(
                    work.record, state="failed", step="",
                    reason="Something failed inside the console; its log says what.",
                )  # fmt: skip
            self.records.save(record)
            self.records.uncancel(record)
        _log.info("release_import_ended", id=record.id, state=record.state, reason=record.reason)
        if record.state != "done":
            await job.ended(record)

    async def _watched(self, work: _Work) -> ImportRecord:
        """Run it, write its progress down, and stop it when asked to or out of time."""
        task = asyncio.create_task(work.run())
        deadline = time.monotonic() + MAX_SECONDS
        saved = 0.0
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=WATCH_SECONDS)
                now = time.monotonic()
                if now - saved >= SAVE_SECONDS and not task.done():
                    await anyio.to_thread.run_sync(self.records.save, work.record)
                    saved = now
                asked = await anyio.to_thread.run_sync(self.records.cancelled, work.record)
                if asked and not task.done() and work.record.step != "registering":
                    return replace(work.record, state="cancelled", step="")
                if now > deadline:
                    reason = f"It took over {MAX_SECONDS / 3600:.0f} hours."
                    return replace(work.record, state="failed", step="", reason=reason)
            return task.result()
        except Problem as problem:
            return replace(work.record, state="failed", step="", reason=problem.detail[:1024])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class _Work:
    """One import under way; `record` is as far as it came."""

    def __init__(
        self, record: ImportRecord, job: Job, files: PayloadFiles, downloads: Downloads
    ) -> None:
        self.record = record
        self._job = job
        self._files = files
        self._downloads = downloads
        self._before = 0

    async def run(self) -> ImportRecord:
        """The record of the finished import."""
        async with self._job.source() as source:
            release = await self._examined(source)
            stored = []
            for number, file in enumerate(release.files):
                self._note(step="downloading", file=file.original, files_done=number)
                stored.append(await self._stored(source, file))
                self._before += file.size
                self._note(bytes_done=self._before)
        self._note(step="registering", file="", files_done=len(stored))
        package_id, created = await self._job.register(self.record, release, stored)
        return replace(self.record, state="done", step="", package_id=package_id, created=created)

    async def _examined(self, source: ReleaseSource) -> Release:
        record = self.record
        plan = await self._again(
            lambda: examine(
                source,
                self._files,
                version=record.release,
                board=record.board,
                extras=record.extras,
            )
        )
        release = _sound(plan)
        here = sum(map(self._downloads.here, release.files))
        total = sum(file.size for file in release.files)
        if total > MAX_TOTAL:
            raise FileTooLarge(f"The release has {total} bytes; an import takes {MAX_TOTAL}.")
        self._files.check_room(max(file.size for file in release.files))
        self._files.check_room(0, promised=max(total - here, 0))
        self._note(bytes_total=total, bytes_done=here, files_total=len(release.files))
        return with_fields(release, notes=record.notes, released=record.released)

    async def _stored(self, source: ReleaseSource, file: ReleaseFile) -> Stored:
        digest = await self._again(lambda: self._downloads.fetch(source, file, self._progress))
        if not file.signature:
            return Stored(file, digest)
        text = await self._again(lambda: source.small(file.signature)) or b""
        kept = await receive(self._files, once(text), kind=Format.RAW, size=len(text))
        return Stored(file, digest, kept)

    async def _again(self, attempt: Callable[[], Awaitable[_Found]]) -> _Found:
        """Try again while the source breaks off, unless nothing came of it several times."""
        failures, reached = 0, self.record.bytes_done
        while True:
            try:
                return await attempt()
            except SourceFailed as error:
                failures = 1 if self.record.bytes_done > reached else failures + 1
                reached = self.record.bytes_done
                if failures >= ATTEMPTS:
                    raise
                self._note(attempts=self.record.attempts + 1)
                _log.warning("release_import_retries", id=self.record.id, error=error.detail)
                await asyncio.sleep(RETRY_SECONDS * 2 ** (failures - 1))

    def _progress(self, here: int) -> None:
        self._note(bytes_done=self._before + here)

    def _note(self, **values: Any) -> None:
        self.record = replace(self.record, **values)


def _sound(plan: Plan) -> Release:
    if plan.problems or plan.release is None:
        raise PayloadRefused(" ".join(plan.problems) or "There is no release.", field="release")
    return plan.release
