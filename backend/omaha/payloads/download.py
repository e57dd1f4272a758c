"""Fetching one file of a release so that a broken transfer goes on where it stopped.

The bytes so far lie in ``imports/parts/<expected sha256>.part``, whoever fetched them: a later
import of the same file continues there. One at a time may fetch a file: the caller holds a
lease on it. Only a whole file with the right header and checksum enters the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import anyio

from backend.omaha.payloads.chunks import batches
from backend.omaha.payloads.digest import Digest, Digester, digest_file
from backend.omaha.payloads.errors import FileTooLarge, PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, check_header
from backend.omaha.payloads.release import ReleaseFile
from backend.omaha.payloads.source import ReleaseSource

__all__ = ["PART_LIFETIME", "Downloads", "Progress"]

PART_LIFETIME: Final = 7 * 24 * 3600.0
"""Seconds after its last byte until an unfinished part is removed."""

Progress = Callable[[int], None]
"""Told how many bytes of the present file are here."""


class Downloads:
    """The unfinished files of one store."""

    def __init__(self, files: PayloadFiles) -> None:
        self._files = files
        self._folder = files.root / "imports" / "parts"

    def here(self, file: ReleaseFile) -> int:
        """Bytes of the file that need not be fetched. Blocking."""
        if self._files.has(file.sha256):
            return file.size
        try:
            return self._part(file).stat().st_size
        except FileNotFoundError:
            return 0

    def expire(self) -> None:
        """Remove parts nobody went on with for `PART_LIFETIME`. Blocking."""
        limit = time.time() - PART_LIFETIME
        for part in self._folder.glob("*.part"):
            if part.stat().st_mtime < limit:
                part.unlink(missing_ok=True)

    async def fetch(self, source: ReleaseSource, file: ReleaseFile, progress: Progress) -> Digest:
        """The file, in the store. Raises `SourceFailed` when the source breaks off (what came
        stays), `PayloadRefused` or `FileTooLarge` for wrong bytes (which are forgotten),
        `StorageFull`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._files.has(file.sha256):
            with self._part(file).open("ab") as part:
                return await self._fetch(source, file, part, progress)
        self._part(file).unlink(missing_ok=True)
        read = await anyio.to_thread.run_sync(digest_file, self._files.path(file.sha256))
        self._files.keep(file.sha256)
        progress(file.size)
        return read.digest()

    async def _fetch(
        self, source: ReleaseSource, file: ReleaseFile, part: BinaryIO, progress: Progress
    ) -> Digest:
        path = self._part(file)
        digester = await anyio.to_thread.run_sync(digest_file, path)
        self._files.check_room(max(file.size - digester.size, 0))
        try:
            if digester.size < file.size:
                await _append(source, file, part, digester, progress)
            digest = digester.digest()
            await anyio.to_thread.run_sync(_check, path, file, digest)
        except (FileTooLarge, PayloadRefused):
            path.unlink(missing_ok=True)
            raise
        await anyio.to_thread.run_sync(self._files.adopt, path, digest)
        return digest

    def _part(self, file: ReleaseFile) -> Path:
        return self._folder / f"{file.sha256}.part"


async def _append(
    source: ReleaseSource,
    file: ReleaseFile,
    part: BinaryIO,
    digester: Digester,
    progress: Progress,
) -> None:
    async for batch in batches(source.stream(file.original, digester.size)):
        if digester.size + len(batch) > file.size:
            raise FileTooLarge(f"{file.original}: more bytes came than the {file.size} announced.")
        early = digester.size < HEADER_SIZE
        await anyio.to_thread.run_sync(_put, part, digester, batch)
        progress(digester.size)
        if early and digester.size >= HEADER_SIZE:
            check_header(_head(Path(part.name)), file.size)


def _put(part: BinaryIO, digester: Digester, batch: bytes) -> None:
    part.write(batch)
    part.flush()
    digester.update(batch)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_SIZE)


def _check(path: Path, file: ReleaseFile, digest: Digest) -> None:
    if digest.size != file.size:
        raise PayloadRefused(
            f"{file.original} ended after {digest.size} of {file.size} bytes.", field="size"
        )
    check_header(_head(path), file.size)
    if digest.sha256 != file.sha256:
        raise PayloadRefused(
            f"{file.original}: the SHA-256 is {digest.sha256}, expected {file.sha256}.",
            field="sha256",
        )
