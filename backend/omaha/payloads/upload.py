"""Uploads that can be continued after a broken connection or a restart, at any replica.

What was announced, and how much of it came, is a row (`UploadRecord`); the bytes are files on the
volume the replicas share (`pieces`). Whoever writes claims the row for a while, with a fence, and
records now and then how far it is. The header is checked as soon as it is there, the checksums
are computed while the bytes pass. A job (`backend/omaha/catalog/finishing.py`) then checks the
whole, and only a complete and correct file enters the store.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import anyio
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.jobs.durable import unbroken
from backend.omaha.payloads.chunks import batches
from backend.omaha.payloads.digest import Digest, Digester, check_sha256
from backend.omaha.payloads.errors import (
    FileTooLarge,
    PayloadRefused,
    StorageFull,
    UploadNotFound,
)
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, Format, check_header
from backend.omaha.payloads.names import check_name
from backend.omaha.payloads.pieces import Pieces
from backend.omaha.payloads.records import Announced, Claim, Upload, UploadRecords
from backend.omaha.payloads.slices import in_slices

__all__ = ["LIFETIME", "MAX_OPEN", "Announced", "Upload", "Uploads"]

MAX_OPEN: Final = 64
"""Unfinished uploads kept at a time; the announced sizes of all must fit on the disk."""

LIFETIME: Final = 24 * 3600.0
"""Seconds after the last byte until an unfinished upload is forgotten."""

RECORD_SECONDS: Final = 2.0
"""How often a writer records how far it is: what a crash may cost."""

Progress = Callable[[int], None]
"""Told how many bytes are done."""

_GONE: Final = "There is no such upload: it was finished, deleted, or is older than a day."
_ID: Final = re.compile(r"[0-9a-f]{32}")
_REMEMBERED: Final = 32


class Uploads:
    """The unfinished uploads of one file store."""

    def __init__(self, files: PayloadFiles, db_sessions: async_sessionmaker[AsyncSession]) -> None:
        self._files = files
        self._folder = files.root / "uploads"
        self._records = UploadRecords(db_sessions)
        self._digesters: OrderedDict[str, Digester] = OrderedDict()

    async def begin(self, announced: Announced) -> Upload:
        """Open an upload; raises `PayloadRefused`, `FileTooLarge`, `StorageFull`."""
        check_name(announced.name)
        if announced.size < 1:
            raise PayloadRefused("An empty file cannot be uploaded.", field="size")
        if announced.sha256 is not None:
            announced = replace(announced, sha256=check_sha256(announced.sha256))
        await self.expire()
        waiting = await self.list()
        if len(waiting) >= MAX_OPEN:
            raise StorageFull(f"{MAX_OPEN} uploads are unfinished; finish or delete one first.")
        missing = sum(u.announced.size - u.offset for u in waiting)
        await anyio.to_thread.run_sync(self._files.check_room, announced.size, missing)
        return await self._records.add(secrets.token_hex(16), announced)

    async def get(self, key: str) -> Upload:
        """The upload as it stands; `UploadNotFound` when there is none."""
        found = await self._records.find(key) if _ID.fullmatch(key) else None
        if found is None:
            raise UploadNotFound(_GONE)
        return found

    async def list(self) -> list[Upload]:
        """All unfinished uploads, oldest activity first."""
        return await self._records.all()

    async def abort(self, session: AsyncSession, key: str) -> None:
        """Forget the upload in the session's transaction; then call `clear`. `UploadNotFound`
        when it is gone, perhaps hosted at this moment."""
        if not await self._records.remove(session, key):
            raise UploadNotFound(_GONE)

    async def clear(self, key: str) -> None:
        """Remove the bytes of an upload whose row is gone."""
        self._digesters.pop(key, None)
        await anyio.to_thread.run_sync(Pieces(self._folder, key).remove)

    async def expire(self, now: float | None = None) -> int:
        """Forget uploads and stray parts without activity for `LIFETIME`; how many uploads."""
        limit = (time.time() if now is None else now) - LIFETIME
        stale = await self._records.expire(limit)
        for key in stale:
            await self.clear(key)
        kept = {upload.id for upload in await self.list()}
        await anyio.to_thread.run_sync(_remove_strays, self._folder, kept, limit)
        return len(stale)

    async def append(self, key: str, offset: int, chunks: AsyncIterator[bytes]) -> Upload:
        """Write `chunks` at `offset`, which must be where the upload stands.

        When the stream breaks, what arrived stays, and the next call continues there. Raises
        `UploadConflict` (wrong offset, another writer), `FileTooLarge`, and `PayloadRefused`
        when the header is wrong; the last two forget the upload.
        """
        upload = await self.get(key)
        claim = await self._records.claim(upload, offset)
        try:
            await self._append(upload, claim, chunks)
        except (FileTooLarge, PayloadRefused):
            await self._give_up(claim)
            raise
        finally:
            await unbroken(self._records.release(claim))
        return await self.get(key)

    async def give(self, session: AsyncSession, upload: Upload, job_id: str) -> None:
        """Let a job finish the upload, which is whole, from the session's commit on. Raises
        `UploadConflict` while bytes are missing or somebody else is at it, `UploadNotFound`."""
        await self._records.give(session, upload, job_id)

    async def take_back(self, session: AsyncSession, key: str, job_id: str) -> None:
        """The job ended without hosting the file; it may be finished again."""
        await self._records.take_back(session, key, job_id)

    async def check(self, key: str, progress: Progress) -> Digest:
        """The checksums of the whole file; `PayloadRefused` for a wrong header or checksum, or
        when bytes were lost on the disk. `progress` is told how many bytes were read."""
        upload = await self.get(key)
        pieces = upload.pieces(self._folder)
        digest = (await self._digester(upload.id, pieces, progress)).digest()
        await anyio.to_thread.run_sync(_check_whole, pieces, upload.announced, digest)
        return digest

    async def store(self, key: str, digest: Digest, progress: Progress) -> None:
        """Put the checked file into the store. The upload stays until `forget`, so that a
        repetition after a crash comes to the same."""
        if self._files.has(digest.sha256):
            self._files.keep(digest.sha256)
            return
        pieces = (await self.get(key)).pieces(self._folder)
        whole = self._files.temporary()
        try:
            await in_slices(pieces.join(whole), progress)
            await anyio.to_thread.run_sync(self._files.adopt, whole, digest)
        finally:
            whole.unlink(missing_ok=True)

    async def _give_up(self, claim: Claim) -> None:
        """Forget it, unless another connection went on with the upload meanwhile."""
        if await self._records.remove_claimed(claim):
            await self.clear(claim.upload.id)

    async def forget(self, session: AsyncSession, key: str, job_id: str) -> bool:
        """Remove the row in the session's transaction; then call `clear`. False when this job
        has no such upload any more."""
        return await self._records.remove(session, key, job_id)

    async def _append(self, upload: Upload, claim: Claim, chunks: AsyncIterator[bytes]) -> None:
        pieces = claim.pieces(self._folder)
        digester = await self._digester(upload.id, pieces)
        head = await anyio.to_thread.run_sync(pieces.head, HEADER_SIZE)
        self._folder.mkdir(parents=True, exist_ok=True)
        with pieces.path(claim.fence).open("wb") as file:
            recorded, written = time.monotonic(), 0
            try:
                async for batch in batches(chunks):
                    if digester.size + len(batch) > upload.announced.size:
                        size = upload.announced.size
                        raise FileTooLarge(f"More bytes came than the {size} announced.")
                    await anyio.to_thread.run_sync(_put, file, digester, batch)
                    written += len(batch)
                    head = _check_head(upload.announced, head, batch)
                    if time.monotonic() - recorded > RECORD_SECONDS:
                        await _secure(file, claim, written)
                        await self._records.record(claim)
                        recorded = time.monotonic()
            finally:
                await unbroken(_secure(file, claim, written))
        self._digesters[upload.id] = digester
        while len(self._digesters) > _REMEMBERED:
            self._digesters.popitem(last=False)

    async def _digester(
        self, key: str, pieces: Pieces, progress: Progress = lambda _: None
    ) -> Digester:
        kept = self._digesters.pop(key, None)
        if kept is not None and kept.size == sum(piece.size for piece in pieces.all()):
            return kept
        digester = Digester()
        await in_slices(pieces.feed(digester), progress)
        return digester


def _put(file: BinaryIO, digester: Digester, batch: bytes) -> None:
    file.write(batch)
    file.flush()
    digester.update(batch)


async def _secure(file: BinaryIO, claim: Claim, written: int) -> None:
    """What the claim records of the file is on the disk, whatever happens to the machine."""
    if written > claim.written:
        await anyio.to_thread.run_sync(os.fsync, file.fileno())
        claim.written = written


def _check_head(announced: Announced, head: bytes, batch: bytes) -> bytes:
    """The beginning of the file with `batch`; checked once it is whole."""
    if len(head) == HEADER_SIZE:
        return head
    head = (head + batch)[:HEADER_SIZE]
    if announced.kind is Format.UPDATE and len(head) == HEADER_SIZE:
        check_header(head, announced.size)
    return head


def _check_whole(pieces: Pieces, announced: Announced, digest: Digest) -> None:
    if digest.size != announced.size:
        raise PayloadRefused(
            f"The file has {digest.size} bytes, announced were {announced.size}.", field="size"
        )
    if announced.kind is Format.UPDATE:
        check_header(pieces.head(HEADER_SIZE), announced.size)
    if announced.sha256 is not None and digest.sha256 != announced.sha256:
        raise PayloadRefused(
            f"The file's SHA-256 is {digest.sha256}, announced was {announced.sha256}.",
            field="sha256",
        )


def _remove_strays(folder: Path, kept: set[str], limit: float) -> None:
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another replica removes it too
            if path.name.partition(".")[0] not in kept and path.stat().st_mtime < limit:
                path.unlink()
