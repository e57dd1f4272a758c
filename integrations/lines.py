"""Chunks of a stream cut into lines: a chunk is neither a line nor whole lines."""

from __future__ import annotations

__all__ = ["LineTooLong", "Lines"]


class LineTooLong(ValueError):
    """One line is longer than the limit."""


class Lines:
    """Cuts at line feeds only. `limit` is bytes of one line; a longer one raises `LineTooLong`,
    or comes in pieces where `cut` says so. Empty lines are left out."""

    def __init__(self, limit: int, *, cut: bool = False) -> None:
        self._limit = limit
        self._cut = cut
        self._tail: list[bytes] = []
        self._held = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes."""
        first, *rest = chunk.split(b"\n")
        self._hold(first)
        if not rest:
            return self._overflow()
        lines = [b"".join(self._tail), *rest[:-1]]
        self._tail, self._held = [], 0
        self._hold(rest[-1])
        return [line for line in lines if line] + self._overflow()

    def rest(self) -> bytes:
        """What came after the last line feed, when nothing more will."""
        rest, self._tail, self._held = b"".join(self._tail), [], 0
        return rest

    def _hold(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > self._limit and not self._cut:
            raise LineTooLong(f"a line is larger than {self._limit} bytes")
        self._tail.append(part)

    def _overflow(self) -> list[bytes]:
        return [self.rest()] if self._held > self._limit else []
