"""The bytes of a broken download on disk: one file for each transfer in turn.

A transfer writes a file of its own, ``<sha256>.<number>.<offset>.part``, whose name says where it
begins. So a process that stalled and wakes behind another writes where nobody reads, and whoever
goes on needs only the names: each file counts up to where the next one begins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from backend.omaha.payloads.pieces import Piece

__all__ = ["Part", "Parts"]

_NAME: Final = re.compile(r"([0-9a-f]{64})\.(\d{1,9})\.(\d{1,18})\.part")


@dataclass(frozen=True, slots=True)
class Part:
    """One transfer's file."""

    path: Path
    number: int
    offset: int


class Parts:
    """The files of all broken downloads in one folder. Everything here blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, sha256: str) -> list[Piece]:
        """The bytes that are here, in their order; none when some of them were lost."""
        parts = self._parts(sha256)
        ends = [*(part.offset for part in parts[1:]), None]
        pieces = []
        for part, end in zip(parts, ends, strict=False):
            there = _size(part.path)
            size = there if end is None else end - part.offset
            if size > there or size < 0:
                return []
            pieces.append(Piece(part.path, size))
        return [piece for piece in pieces if piece.size]

    def open(self, sha256: str, offset: int) -> tuple[Path, BinaryIO]:
        """A new file for the bytes from `offset` on; nobody else ever writes to it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not offset:
            self._forget(self._parts(sha256))
        number = max((part.number for part in self._parts(sha256)), default=0)
        while True:
            number += 1
            path = self._folder / f"{sha256}.{number}.{offset}.part"
            try:
                return path, path.open("xb")
            except FileExistsError:
                continue

    def remove(self, sha256: str) -> None:
        """Forget the file's bytes."""
        self._forget(self._parts(sha256))

    def expire(self, limit: float) -> None:
        """Forget files to which nobody added a byte since `limit` (Unix seconds)."""
        groups: defaultdict[str, list[Path]] = defaultdict(list)
        for path in self._folder.glob("*.part"):
            groups[path.name.partition(".")[0]].append(path)
        for paths in groups.values():
            if max(map(_changed, paths)) < limit:
                for path in paths:
                    path.unlink(missing_ok=True)

    def _parts(self, sha256: str) -> list[Part]:
        found = []
        for path in self._folder.glob(f"{sha256}.*.part"):
            match = _NAME.fullmatch(path.name)
            if match:
                found.append(Part(path, int(match[2]), int(match[3])))
        return sorted(found, key=lambda part: part.number)

    def _forget(self, parts: Sequence[Part]) -> None:
        for part in parts:
            part.path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
