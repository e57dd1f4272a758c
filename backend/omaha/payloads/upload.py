"""Uploads that can be continued after a broken connection or a restart.

An upload is two files in the store's ``uploads/`` folder: ``<id>.json`` (what was announced)
and ``<id>.part`` (the bytes so far); its length *is* the offset, so nothing else has to be
kept true. The header is checked as soon as it is there, the checksums are computed while the
bytes pass, and only a complete and correct file enters the store.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

import anyio

from backend.omaha.payloads.digest import Digest, Digester, check_sha256, digest_file
from backend.omaha.payloads.errors import (
    FileTooLarge,
    PayloadRefused,
    StorageFull,
    UploadConflict,
    UploadNotFound,
)
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, Format, check_header
from backend.omaha.payloads.names import check_name

MAX_OPEN: Final = 64
"""Unfinished uploads kept at a time; the announced sizes of all must fit on the disk."""

LIFETIME: Final = 24 * 3600.0
"""Seconds after the last byte until an unfinished upload is forgotten."""

_ID: Final = re.compile(r"[0-9a-f]{32}")
_BATCH: Final = 1 << 20
_REMEMBERED: Final = 32


@dataclass(frozen=True, slots=True)
class Announced:
    """What the uploader said: hosted name, bytes, format, and the checksum if it knows it."""

    name: str
    size: int
    kind: Format
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """An unfinished upload: `offset` of `announced.size` bytes are here."""

    id: str
    announced: Announced
    offset: int
    updated: float


class Uploads:
    """The unfinished uploads of one file store."""

    def __init__(self, files: PayloadFiles) -> None:
        self._files = files
        self._folder = files.root / "uploads"
        self._digesters: OrderedDict[str, Digester] = OrderedDict()

    def begin(self, announced: Announced) -> Upload:
        """Open an upload; raises `PayloadRefused`, `FileTooLarge`, `StorageFull`. Blocking."""
        check_name(announced.name)
        if announced.size < 1:
            raise PayloadRefused("An empty file cannot be uploaded.", field="size")
        if announced.sha256 is not None:
            check_sha256(announced.sha256)
        self.expire()
        waiting = self.list()
        if len(waiting) >= MAX_OPEN:
            raise StorageFull(f"{MAX_OPEN} uploads are unfinished; finish or delete one first.")
        missing = sum(u.announced.size - u.offset for u in waiting)
        self._files.check_room(announced.size, promised=missing)
        self._folder.mkdir(parents=True, exist_ok=True)
        key = secrets.token_hex(16)
        self._part(key).touch(mode=0o600, exist_ok=False)
        draft = self._folder / f"{key}.json.new"
        draft.write_text(json.dumps(asdict(announced)), encoding="utf-8")
        draft.replace(self._description(key))
        return self.get(key)

    def get(self, key: str) -> Upload:
        """The upload as it stands; `UploadNotFound` when there is none. Blocking."""
        if not _ID.fullmatch(key):
            raise UploadNotFound("There is no such upload.")
        try:
            stored = json.loads(self._description(key).read_text(encoding="utf-8"))
            status = self._part(key).stat()
        except FileNotFoundError:
            raise UploadNotFound(
                "There is no such upload: it was finished, deleted, or is older than a day."
            ) from None
        announced = Announced(
            stored["name"], stored["size"], Format(stored["kind"]), stored["sha256"]
        )
        return Upload(key, announced, status.st_size, status.st_mtime)

    def list(self) -> list[Upload]:
        """All unfinished uploads, oldest activity first. Blocking."""
        found = []
        for description in self._folder.glob("*.json"):
            try:
                found.append(self.get(description.stem))
            except UploadNotFound:
                continue
        return sorted(found, key=lambda upload: upload.updated)

    def abort(self, key: str) -> None:
        """Forget the upload and its bytes; unknown ones are ignored. Blocking."""
        if _ID.fullmatch(key):
            self._description(key).unlink(missing_ok=True)
            self._part(key).unlink(missing_ok=True)
            self._digesters.pop(key, None)

    def expire(self, now: float | None = None) -> int:
        """Forget uploads and stray parts without activity for `LIFETIME`; how many. Blocking."""
        limit = (time.time() if now is None else now) - LIFETIME
        stale = [p for p in self._folder.glob("*.part") if p.stat().st_mtime < limit]
        for part in stale:
            self.abort(part.stem)
            part.unlink(missing_ok=True)
        return len(stale)

    async def append(self, key: str, offset: int, chunks: AsyncIterator[bytes]) -> Upload:
        """Write `chunks` at `offset`, which must be where the upload stands.

        When the stream breaks, what arrived stays, and the next call continues there. Raises
        `UploadConflict` (wrong offset, another writer), `FileTooLarge`, and `PayloadRefused`
        when the header is wrong; the last two forget the upload.
        """
        upload = await anyio.to_thread.run_sync(self.get, key)
        with self._writing(upload) as file:
            stands = os.fstat(file.fileno()).st_size
            if stands != offset:
                raise UploadConflict(
                    f"The upload stands at byte {stands}, not {offset}.", offset=stands
                )
            digester = await self._digester(key, stands)
            try:
                await self._write(upload, file, digester, chunks)
            except (FileTooLarge, PayloadRefused):
                self.abort(key)
                raise
            finally:
                await anyio.to_thread.run_sync(file.flush)
        return await anyio.to_thread.run_sync(self.get, key)

    async def finish(self, key: str) -> Digest:
        """Check the whole file and move it into the store; the upload is gone after that.

        Raises `UploadConflict` while bytes are missing and `PayloadRefused` for a wrong
        header or checksum (the upload is then forgotten).
        """
        upload = await anyio.to_thread.run_sync(self.get, key)
        announced = upload.announced
        with self._writing(upload):
            if upload.offset != announced.size:
                raise UploadConflict(
                    f"{upload.offset} of {announced.size} bytes are here; send the rest first.",
                    offset=upload.offset,
                )
            digest = (await self._digester(key, upload.offset)).digest()
            part = self._part(key)
            try:
                _check_whole(part, announced, digest)
            except PayloadRefused:
                self.abort(key)
                raise
            await anyio.to_thread.run_sync(self._files.adopt, part, digest)
        self.abort(key)
        return digest

    async def _write(
        self, upload: Upload, file: BinaryIO, digester: Digester, chunks: AsyncIterator[bytes]
    ) -> None:
        announced = upload.announced
        unchecked = announced.kind is Format.UPDATE and digester.size < HEADER_SIZE
        async for batch in _batches(chunks):
            if digester.size + len(batch) > announced.size:
                raise FileTooLarge(f"More bytes came than the {announced.size} announced.")
            await anyio.to_thread.run_sync(_put, file, digester, batch)
            if unchecked and digester.size >= HEADER_SIZE:
                check_header(_head(self._part(upload.id)), announced.size)
                unchecked = False
        self._digesters[upload.id] = digester
        while len(self._digesters) > _REMEMBERED:
            self._digesters.popitem(last=False)

    async def _digester(self, key: str, offset: int) -> Digester:
        kept = self._digesters.pop(key, None)
        if kept is not None and kept.size == offset:
            return kept
        return await anyio.to_thread.run_sync(digest_file, self._part(key))

    @contextmanager
    def _writing(self, upload: Upload) -> Iterator[BinaryIO]:
        try:
            file = self._part(upload.id).open("ab")
        except FileNotFoundError:
            raise UploadNotFound("There is no such upload.") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UploadConflict(
                    "Another connection is writing this upload; wait until it ends.",
                    offset=upload.offset,
                ) from None
            yield file

    def _part(self, key: str) -> Path:
        return self._folder / f"{key}.part"

    def _description(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _put(file: BinaryIO, digester: Digester, batch: bytes) -> None:
    file.write(batch)
    file.flush()
    digester.update(batch)


def _check_whole(part: Path, announced: Announced, digest: Digest) -> None:
    if announced.kind is Format.UPDATE:
        check_header(_head(part), announced.size)
    if announced.sha256 is not None and digest.sha256 != announced.sha256.lower():
        raise PayloadRefused(
            f"The file's SHA-256 is {digest.sha256}, announced was {announced.sha256}.",
            field="sha256",
        )


def _head(part: Path) -> bytes:
    with part.open("rb") as file:
        return file.read(HEADER_SIZE)


async def _batches(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join network-sized chunks, so that one thread hop writes about a mebibyte.

    What was received before a break is still given out: it need not be sent again.
    """
    waiting: list[bytes] = []
    held = 0
    broken: Exception | None = None
    try:
        async for chunk in chunks:
            waiting.append(chunk)
            held += len(chunk)
            if held >= _BATCH:
                yield b"".join(waiting)
                waiting, held = [], 0
    except Exception as error:  # noqa: BLE001 (whatever broke the stream is raised below)
        broken = error
    if waiting:
        yield b"".join(waiting)
    if broken is not None:
        raise broken
