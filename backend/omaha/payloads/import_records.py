"""Imports of releases that run in the background, as files beside the payloads.

``imports/<id>.json`` says what is wanted and how far it came, ``imports/<package>.lock`` is
locked by the process at work on that package. The lock ends with the process, so an import
that says it runs while nobody holds its lock was interrupted: no replica has to know of
another's end. A cancellation is the file ``imports/<id>.cancel``, for whoever does the work.
"""

from __future__ import annotations

import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec.structs import replace

from backend.errors import Conflict
from backend.omaha.payloads.errors import ImportNotFound

__all__ = ["KEPT", "ImportRecord", "ImportRecords", "State"]

KEPT: Final = 100
"""Finished imports remembered; the oldest are forgotten first."""

_LOCK_TRIES: Final = 5

State = Literal["running", "interrupted", "failed", "cancelled", "done"]
Step = Literal["examining", "downloading", "registering", ""]


class ImportRecord(msgspec.Struct, frozen=True):
    """One import. `bytes_done` of `bytes_total` are here; `file` is the one being fetched;
    `reason` says why it failed; times are Unix seconds."""

    id: str
    application_id: int
    release: str
    board: str
    mirror: str
    extras: tuple[str, ...]
    started_by: str
    created_at: float
    updated_at: float
    notes: str = ""
    released: str = ""
    state: State = "running"
    step: Step = "examining"
    file: str = ""
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    attempts: int = 1
    reason: str = ""
    package_id: int | None = None
    created: bool = False

    @property
    def package(self) -> str:
        """What only one import at a time may make."""
        return f"{self.application_id}-{self.board}-{self.release}"


_decoder = msgspec.json.Decoder(ImportRecord)


class ImportRecords:
    """The imports of one payload store below `root`. Everything here blocks, briefly."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "imports"

    def add(self, record: ImportRecord) -> ImportRecord:
        """Keep a new one, under a fresh id."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget_old()
        return self.save(replace(record, id=secrets.token_hex(16), created_at=time.time()))

    def save(self, record: ImportRecord) -> ImportRecord:
        """Write it down as of now."""
        record = replace(record, updated_at=time.time())
        draft = self._folder / f"{record.id}.{secrets.token_hex(4)}.new"
        draft.write_bytes(msgspec.json.encode(record))
        draft.replace(self._folder / f"{record.id}.json")
        return record

    def get(self, key: str) -> ImportRecord:
        """The import as it stands; `ImportNotFound`."""
        record = self._read(key)
        if record.state == "running" and not self._locked(record):
            # It may have ended between reading it and looking at its lock.
            record = self._read(key)
            if record.state == "running":
                return replace(record, state="interrupted", step="")
        return record

    def list(self) -> list[ImportRecord]:
        """All, newest first."""
        found = []
        for path in self._folder.glob("*.json"):
            with suppress(ImportNotFound):
                found.append(self.get(path.stem))
        return sorted(found, key=lambda record: (record.created_at, record.id), reverse=True)

    def lock(self, record: ImportRecord) -> BinaryIO:
        """Begin to work on its package; close the answer to end. `Conflict` while another
        import does."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._lock_path(record).open("ab")
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)  # somebody may only have looked (`_locked`)
            else:
                return file
        file.close()
        raise Conflict(
            f"{record.release} for {record.board} is being imported. Wait for that import, or "
            "cancel it.",
            import_id=self._running(record),
        )

    def ask_to_cancel(self, key: str) -> None:
        """Let whoever does the work stop soon."""
        (self._folder / f"{self._read(key).id}.cancel").touch()

    def cancelled(self, record: ImportRecord) -> bool:
        """Whether somebody asked for it."""
        return (self._folder / f"{record.id}.cancel").exists()

    def uncancel(self, record: ImportRecord) -> None:
        """Forget that anybody asked."""
        (self._folder / f"{record.id}.cancel").unlink(missing_ok=True)

    def _read(self, key: str) -> ImportRecord:
        try:
            return _decoder.decode((self._folder / f"{key}.json").read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            raise ImportNotFound("There is no such import, or it was forgotten.") from None

    def _running(self, record: ImportRecord) -> str | None:
        same = (r.id for r in self.list() if r.package == record.package and r.state == "running")
        return next(same, None)

    def _locked(self, record: ImportRecord) -> bool:
        with _existing(self._lock_path(record)) as file:
            if file is None:
                return False
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _lock_path(self, record: ImportRecord) -> Path:
        return self._folder / f"{record.package}.lock"

    def _forget_old(self) -> None:
        over = [record for record in self.list() if record.state != "running"][KEPT - 1 :]
        for record in over:
            self.uncancel(record)
            (self._folder / f"{record.id}.json").unlink(missing_ok=True)


@contextmanager
def _existing(path: Path) -> Iterator[BinaryIO | None]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield file
