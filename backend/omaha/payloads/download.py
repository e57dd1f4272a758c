"""Fetching one file of a release so that a broken transfer goes on where it stopped.

The bytes so far lie in ``imports/parts`` under the expected SHA-256, whoever fetched them: a later
transfer of the same file continues behind them, at any replica. One at a time fetches a file, for
the caller holds a lease on it; one that lost the lease in its sleep spoils nothing (`parts`). Only
a whole file with the right header and checksum enters the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import BinaryIO, Final

import anyio

from backend.omaha.payloads.chunks import batches
from backend.omaha.payloads.digest import Digest, Digester, digest_file
from backend.omaha.payloads.errors import FileTooLarge, PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, check_header
from backend.omaha.payloads.parts import Parts
from backend.omaha.payloads.pieces import Piece, feed, head, join
from backend.omaha.payloads.release import ReleaseFile
from backend.omaha.payloads.slices import in_slices
from backend.omaha.payloads.source import ReleaseSource

__all__ = ["PART_LIFETIME", "Downloads", "Progress"]

PART_LIFETIME: Final = 7 * 24 * 3600.0
"""Seconds after its last byte until an unfinished file is removed."""

Progress = Callable[[int], None]
"""Told how many bytes of the present file are here."""


class Downloads:
    """The unfinished files of one store."""

    def __init__(self, files: PayloadFiles) -> None:
        self._files = files
        self._parts = Parts(files.root / "imports" / "parts")

    def here(self, file: ReleaseFile) -> int:
        """Bytes of the file that need not be fetched. Blocking."""
        if self._files.has(file.sha256):
            return file.size
        return sum(piece.size for piece in self._parts.of(file.sha256))

    def expire(self) -> None:
        """Remove files nobody went on with for `PART_LIFETIME`. Blocking."""
        self._parts.expire(time.time() - PART_LIFETIME)

    async def fetch(self, source: ReleaseSource, file: ReleaseFile, progress: Progress) -> Digest:
        """The file, in the store. Raises `SourceFailed` when the source breaks off (what came
        stays), `PayloadRefused` or `FileTooLarge` for wrong bytes (which are forgotten),
        `StorageFull`."""
        if self._files.has(file.sha256):
            return await self._found(file, progress)
        pieces = await anyio.to_thread.run_sync(self._parts.of, file.sha256)
        digester = Digester()
        try:
            await in_slices(feed(pieces, digester), progress)
            self._files.check_room(max(file.size - digester.size, 0))
            if digester.size < file.size:
                pieces += await self._append(source, file, digester, progress)
            if self._files.has(file.sha256):  # from an upload, or one that woke behind us
                return await self._found(file, progress)
            await anyio.to_thread.run_sync(_check, pieces, file, digester.digest())
            return await self._store(file, pieces, digester.digest())
        except (FileTooLarge, PayloadRefused):
            await anyio.to_thread.run_sync(self._parts.remove, file.sha256)
            raise

    async def _found(self, file: ReleaseFile, progress: Progress) -> Digest:
        await anyio.to_thread.run_sync(self._parts.remove, file.sha256)
        read = await anyio.to_thread.run_sync(digest_file, self._files.path(file.sha256))
        self._files.keep(file.sha256)
        progress(file.size)
        return read.digest()

    async def _append(
        self, source: ReleaseSource, file: ReleaseFile, digester: Digester, progress: Progress
    ) -> list[Piece]:
        begin = digester.size
        path, part = await anyio.to_thread.run_sync(self._parts.open, file.sha256, begin)
        with part:
            async for batch in batches(source.stream(file.original, begin)):
                if digester.size + len(batch) > file.size:
                    raise FileTooLarge(
                        f"{file.original}: more bytes came than the {file.size} announced."
                    )
                early = digester.size < HEADER_SIZE
                await anyio.to_thread.run_sync(_put, part, digester, batch)
                progress(digester.size)
                if early and not begin and digester.size >= HEADER_SIZE:
                    check_header(head([Piece(path, digester.size)], HEADER_SIZE), file.size)
        return [Piece(path, digester.size - begin)]

    async def _store(self, file: ReleaseFile, pieces: list[Piece], digest: Digest) -> Digest:
        whole = self._files.temporary()
        try:
            await in_slices(join(pieces, whole), lambda _: None)
            await anyio.to_thread.run_sync(self._files.adopt, whole, digest)
        finally:
            whole.unlink(missing_ok=True)
        await anyio.to_thread.run_sync(self._parts.remove, file.sha256)
        return digest


def _put(part: BinaryIO, digester: Digester, batch: bytes) -> None:
    part.write(batch)
    part.flush()
    digester.update(batch)


def _check(pieces: list[Piece], file: ReleaseFile, digest: Digest) -> None:
    if digest.size != file.size:
        raise PayloadRefused(
            f"{file.original} ended after {digest.size} of {file.size} bytes.", field="size"
        )
    check_header(head(pieces, HEADER_SIZE), file.size)
    if digest.sha256 != file.sha256:
        raise PayloadRefused(
            f"{file.original}: the SHA-256 is {digest.sha256}, expected {file.sha256}.",
            field="sha256",
        )
