"""The file store: every file once, under the SHA-256 of its bytes.

Layout below the root: ``blobs/<first two digits>/<sha256>`` and ``uploads/``. A blob appears
by rename after its bytes and its directory were synced, so a crash leaves either all of it or
nothing, and a blob never changes. Several replicas share the root over a shared volume.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from backend.omaha.payloads.digest import Digest, Digester, check_sha256
from backend.omaha.payloads.errors import (
    FileTooLarge,
    PayloadNotFound,
    PayloadRefused,
    StorageFull,
)
from backend.omaha.payloads.header import HEADER_SIZE, Format, check_header

DEFAULT_MAX_SIZE: Final = 4 << 30
"""Bytes; a Flatcar payload has some 450 MiB."""

RESERVE: Final = 256 << 20
"""Bytes of disk kept free for the database that may live beside the payloads."""


@dataclass(frozen=True, slots=True)
class PayloadFiles:
    """The store below `root`, which is made on first use."""

    root: Path
    max_size: int = DEFAULT_MAX_SIZE
    reserve: int = RESERVE

    def path(self, sha256: str) -> Path:
        """Where the blob is or would be; `PayloadRefused` when `sha256` is no digest."""
        digest = check_sha256(sha256)
        return self.root / "blobs" / digest[:2] / digest

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """Bytes of the blob; `PayloadNotFound` when it is not here."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            raise PayloadNotFound(f"The bytes of {sha256[:12]}… are not on disk.") from None

    def check_room(self, size: int, promised: int = 0) -> None:
        """Raise `FileTooLarge` or `StorageFull` when `size` more bytes cannot be taken beside
        the `promised` ones that are still to come."""
        if size > self.max_size:
            raise FileTooLarge(f"The file has {size} bytes; this service accepts {self.max_size}.")
        self.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free - self.reserve - promised
        if size > free:
            raise StorageFull(
                f"The file needs {size} bytes; {max(free, 0)} are free in the payload directory. "
                "Delete payloads no package uses, or enlarge the volume."
            )

    def adopt(self, part: Path, digest: Digest) -> Path:
        """Move the complete file `part` (same file system) to its address. Blocking."""
        target = self.path(digest.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(target)
        _sync_directory(target.parent)
        return target

    def keep(self, sha256: str) -> None:
        """Make the blob count as just stored: it is about to be given a name. Blocking."""
        os.utime(self.path(sha256))

    def remove(self, sha256: str) -> None:
        """Forget the bytes; a download under way keeps its open file. Blocking."""
        self.path(sha256).unlink(missing_ok=True)

    def addresses(self) -> list[str]:
        """The SHA-256 of every blob, for finding those nothing refers to. Blocking."""
        return sorted(path.name for path in self.root.glob("blobs/*/*"))

    def temporary(self) -> Path:
        """A fresh path on the store's own file system, for `adopt` later."""
        folder = self.root / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(16)}.part"


async def receive(
    files: PayloadFiles,
    chunks: AsyncIterator[bytes],
    *,
    kind: Format,
    size: int,
    sha256: str | None = None,
) -> Digest:
    """Store a file of exactly `size` bytes in one go, checked while it streams in.

    Nothing stays behind on failure. Raises `PayloadRefused` for a wrong size, header or
    checksum, `FileTooLarge` as soon as more than `size` bytes came.
    """
    expected = check_sha256(sha256) if sha256 is not None else None
    files.check_room(size)
    part = files.temporary()
    try:
        digest = await _spool(chunks, part, kind, size)
        if expected is not None and digest.sha256 != expected:
            raise PayloadRefused(
                f"The file's SHA-256 is {digest.sha256}, expected {expected}.", field="sha256"
            )
        await anyio.to_thread.run_sync(files.adopt, part, digest)
    finally:
        part.unlink(missing_ok=True)
    return digest


async def _spool(chunks: AsyncIterator[bytes], part: Path, kind: Format, size: int) -> Digest:
    digester = Digester()
    head = b""
    async with await anyio.open_file(part, "wb") as file:
        async for chunk in chunks:
            if digester.size + len(chunk) > size:
                raise FileTooLarge(f"More bytes came than the {size} announced.")
            if kind is Format.UPDATE and len(head) < HEADER_SIZE:
                head = (head + chunk)[:HEADER_SIZE]
                if len(head) == HEADER_SIZE:
                    check_header(head, size)
            await file.write(chunk)
            digester.update(chunk)
    if digester.size != size:
        raise PayloadRefused(f"The file ended after {digester.size} of {size} bytes.", field="size")
    if kind is Format.UPDATE:
        check_header(head, size)
    return digester.digest()


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
