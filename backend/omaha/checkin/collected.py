"""What is counted between two writes: rows by key, bounded in all and for each who causes them."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

__all__ = ["KEPT", "NAMES", "Collected", "CollectedRow"]

KEPT: Final = 200
"""Rows of each table; the longest unseen go first. As many are held between two writes."""
NAMES: Final = 20
"""Rows one source may cause by names of its own making; the rest share one."""


class CollectedRow:
    """One key's requests since the last write; `source` is who caused it, empty for anyone."""

    __slots__ = ("first_at", "last_at", "requests", "source", "values")

    def __init__(self, now: float, source: str = "") -> None:
        self.values: tuple[Any, ...] = ()
        self.source = source
        self.requests, self.first_at, self.last_at = 0, now, now


class Collected:
    """Rows by key, at most `KEPT`."""

    def __init__(self) -> None:
        self.rows: dict[str, CollectedRow] = {}
        self._named: Counter[str] = Counter()

    def full(self, key: str, source: str) -> bool:
        """Whether `key` would be one name too many of `source`."""
        return key not in self.rows and self._named[source] >= NAMES

    def count(self, key: str, now: float, source: str = "") -> CollectedRow | None:
        """The row, with one more request at `now`; None when there is no room for it."""
        row = self.rows.get(key)
        if row is None:
            if len(self.rows) >= KEPT:
                return None
            row = self._add(key, CollectedRow(now, source))
        row.requests += 1
        row.last_at = now
        return row

    def take(self) -> dict[str, CollectedRow]:
        """All rows; from now on they are counted afresh."""
        taken, self.rows = self.rows, {}
        self._named.clear()
        return taken

    def give_back(self, taken: dict[str, CollectedRow]) -> None:
        """Put rows back that could not be written, before what was counted since; those there
        is no room for, or that are one name too many, are lost."""
        for key, old in taken.items():
            row = self.rows.get(key)
            if row is not None:
                row.requests += old.requests
                row.first_at = min(row.first_at, old.first_at)
            elif len(self.rows) < KEPT and not (old.source and self.full(key, old.source)):
                self._add(key, old)

    def _add(self, key: str, row: CollectedRow) -> CollectedRow:
        self.rows[key] = row
        if row.source:
            self._named[row.source] += 1
        return row
