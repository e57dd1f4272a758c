"""The bytes of an upload on disk: one file for each writer in turn.

A writer appends to a file that bears its fence, and the upload's row says how many bytes of each
file count. So a process that stalled and wakes behind another writes where nobody reads, and what
is recorded never changes. A file that has fewer bytes than recorded, or is gone, lost some: that
is `PayloadRefused`, for what is left would pass as the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.omaha.payloads.digest import READ_SIZE, Digester
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.slices import SLICE, Slices

__all__ = ["Piece", "Pieces", "feed", "head", "join"]

_ENDING: Final = "part"


@dataclass(frozen=True, slots=True)
class Piece:
    """The first `size` bytes of a writer's file."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """The files of one upload in `folder`; `recorded` are (fence, bytes) in their order."""

    folder: Path
    upload: str
    recorded: tuple[tuple[int, int], ...] = ()

    def path(self, fence: int) -> Path:
        """The file of the writer with this fence."""
        return self.folder / f"{self.upload}.{fence}.{_ENDING}"

    def all(self) -> list[Piece]:
        """What is recorded, in order."""
        return [Piece(self.path(fence), size) for fence, size in self.recorded if size]

    def feed(self, digester: Digester) -> Slices:
        """See `feed`."""
        return feed(self.all(), digester)

    def head(self, size: int) -> bytes:
        """See `head`."""
        return head(self.all(), size)

    def join(self, target: Path) -> Slices:
        """See `join`."""
        return join(self.all(), target)

    def remove(self) -> None:
        """Remove every file of the upload. Blocking."""
        for path in self.folder.glob(f"{self.upload}.*.{_ENDING}"):
            path.unlink(missing_ok=True)


def feed(pieces: Sequence[Piece], digester: Digester) -> Slices:
    """Let `digester` read all of them."""
    for chunk in _everything(pieces):
        digester.update(chunk)
        if digester.size % SLICE < len(chunk):
            yield digester.size


def head(pieces: Sequence[Piece], size: int) -> bytes:
    """At most the first `size` bytes. Blocking."""
    found = b""
    for piece in pieces:
        for chunk in _chunks(Piece(piece.path, min(piece.size, size - len(found)))):
            found += chunk
        if len(found) == size:
            break
    return found


def join(pieces: Sequence[Piece], target: Path) -> Slices:
    """Make `target` (on the same file system) one file of them."""
    if len(pieces) == 1 and _exact(pieces[0]) and _linked(pieces[0].path, target):
        return
    with target.open("wb") as whole:
        for chunk in _everything(pieces):
            whole.write(chunk)
            if whole.tell() % SLICE < len(chunk):
                yield whole.tell()


def _everything(pieces: Sequence[Piece]) -> Iterator[bytes]:
    for piece in pieces:
        yield from _chunks(piece)


def _linked(path: Path, target: Path) -> bool:
    try:
        target.hardlink_to(path)
    except OSError:  # a volume without links
        return False
    return True


def _exact(piece: Piece) -> bool:
    try:
        return piece.path.stat().st_size == piece.size
    except FileNotFoundError as error:
        raise _lost() from error


def _chunks(piece: Piece) -> Iterator[bytes]:
    left = piece.size
    try:
        with piece.path.open("rb") as file:
            while left and (chunk := file.read(min(READ_SIZE, left))):
                yield chunk
                left -= len(chunk)
    except FileNotFoundError as error:
        raise _lost() from error
    if left:
        raise _lost()


def _lost() -> PayloadRefused:
    return PayloadRefused("Bytes of this file were lost on the console's disk: send it again.")
