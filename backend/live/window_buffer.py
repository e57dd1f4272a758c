"""The stretch of a sorted result around a window, kept up to date change by change.

Only the rows near the window are held: the cost of a view is its windows, not its result.
Rows before the buffer are counted, rows behind it are only known to be there.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any, ClassVar, Final

from backend.live.plan import Key, Plan

__all__ = ["WindowBuffer"]

_MOST: Final = 4096


class WindowBuffer:
    """Sorted places and rows of the ranks `below` to `below + len(keys)`.

    `low` and `high` bound the places that belong to the buffer; None means unbounded.
    """

    SLACK: ClassVar[int] = 64
    """At least so many rows are held on both sides of the window, so that it is not made
    anew for every few changes."""

    def __init__(self, offset: int, limit: int) -> None:
        self.offset = offset
        self.limit = limit
        self.slack = max(limit // 2, self.SLACK)
        self.keys: list[Key] = []
        self.rows: dict[str, Any] = {}
        self.below = 0
        self.low: Key | None = None
        self.high: Key | None = None
        self._high_first: Any = None

    @property
    def wanted(self) -> int:
        """How many of the first rows `fill` needs."""
        return self.offset + self.limit + self.slack

    def fill(self, plan: Plan, placed: list[tuple[Key, Any]], total: int) -> None:
        """Start anew from the first `wanted` rows of a result of `total` rows."""
        start = max(0, min(self.offset, len(placed)) - self.slack)
        kept = placed[start:]
        self.keys = [key for key, _ in kept]
        self.rows = {key[-1]: row for key, row in kept}
        self.below = start
        self.low = self.keys[0] if start else None
        cut = len(placed) < total
        self.high = self.keys[-1] if cut else None
        self._high_first = plan.leading_keys([kept[-1][1]])[0] if cut else None

    @property
    def drifted(self) -> bool:
        """Whether the window is no longer inside, or the buffer has become too long."""
        if self.below > self.offset or len(self.keys) > _MOST + 4 * self.limit:
            return True
        return self.high is not None and self.below + len(self.keys) < self.offset + self.limit

    def replace(self, plan: Plan, gone: list[Any], come: list[Any]) -> bool:
        """Rows that leave and rows that enter the result (a moved row does both). True when
        the buffer changed or moved."""
        if self.high is not None:
            gone = plan.take_until(gone, self._high_first)
            come = plan.take_until(come, self._high_first)
        changed = False
        for key in plan.keys(gone):
            changed |= self._remove(key)
        for key, row in zip(plan.keys(come), come, strict=True):
            changed |= self._insert(key, row)
        return changed

    def refresh(self, changes: dict[str, tuple[Any, Any]]) -> bool:
        """New content of rows that stay where they are; True when one is in the buffer."""
        touched = self.rows.keys() & changes.keys()
        for key in touched:
            new = changes[key][1]
            if new is not None:
                self.rows[key] = new
        return bool(touched)

    def window(self) -> dict[str, Any]:
        """The window's rows by key, in order."""
        start = self.offset - self.below
        rows = self.rows
        return {key[-1]: rows[key[-1]] for key in self.keys[start : start + self.limit]}

    def _remove(self, key: Key) -> bool:
        if self.low is not None and key < self.low:
            self.below -= 1
            return True
        if self.high is not None and key > self.high:
            return False
        index = bisect_left(self.keys, key)
        if index == len(self.keys) or self.keys[index] != key:
            raise LookupError("a row left the buffer that was not in it")
        del self.keys[index]
        del self.rows[key[-1]]
        return True

    def _insert(self, key: Key, row: Any) -> bool:
        if self.low is not None and key < self.low:
            self.below += 1
            return True
        if self.high is not None and key > self.high:
            return False
        insort(self.keys, key)
        self.rows[key[-1]] = row
        return True
