"""The changes between two flushes, prepared once for all views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from backend.live.collection import Collection
from backend.live.compile import compile_function
from backend.live.plan import Plan, field_bits

__all__ = ["Batch", "Sides", "compile_difference"]

EVERY_FIELD: Final = -1

Sides = tuple[list[Any], list[Any]]
"""Rows as they were, and rows as they are, of the same changes in no common order."""


def compile_difference(collection: Collection) -> Callable[[Any, Any], int]:
    """A function of two rows: the bits (`field_bits`) of the fields that differ."""
    tests = [
        f"({bit} if o.{name} != n.{name} else 0)"
        for name, bit in field_bits(collection).items()
        if name != "key"
    ]
    difference: Callable[[Any, Any], int] = compile_function("o, n", " | ".join(tests) or "0")
    return difference


class Batch:
    """Latest-per-key changes: `changes` maps a key to (old row or None, new row or None).

    `number` grows by one per batch of a source; `since` is the monotonic time of its first
    change. Changes are grouped by which fields differ, so that a view looks only at those
    that can change its membership, order or counts.
    """

    def __init__(
        self,
        number: int,
        since: float,
        changes: dict[str, tuple[Any, Any]],
        difference: Callable[[Any, Any], int],
    ) -> None:
        self.number = number
        self.since = since
        self.changes = changes
        self._difference = difference
        self._groups: dict[int, Sides] = {}
        self._prepared = False
        self._chosen: dict[int, Sides] = {}
        self._pinned: dict[tuple[int, str], dict[Any, Sides]] = {}
        self._matching: tuple[Plan, Sides] | None = None

    def prepare(self) -> None:
        """Group the changes, once: before or when a view first asks."""
        if self._prepared:
            return
        self._prepared = True
        for old, new in self.changes.values():
            whole = old is None or new is None
            bits = EVERY_FIELD if whole else self._difference(old, new)
            group = self._groups.setdefault(bits, ([], []))
            if old is not None:
                group[0].append(old)
            if new is not None:
                group[1].append(new)

    def sides(self, plan: Plan) -> Sides:
        """The changes that can matter to `plan`, beyond the content of rows."""
        if plan.pin is None:
            return self._choose(plan.uses)
        column, values = plan.pin
        parts = self._partition(plan.uses, column)
        if len(values) == 1:
            return parts.get(next(iter(values)), ([], []))
        found: Sides = ([], [])
        for value in values & parts.keys():
            found[0].extend(parts[value][0])
            found[1].extend(parts[value][1])
        return found

    def matching(self, plan: Plan) -> Sides:
        """Of `sides`, the rows that were and those that are in the result. The last plan's
        answer is kept: a view's counts and windows ask one after the other."""
        if self._matching is None or self._matching[0] is not plan:
            olds, news = self.sides(plan)
            self._matching = plan, (plan.select(olds), plan.select(news))
        return self._matching[1]

    def _choose(self, uses: int) -> Sides:
        chosen = self._chosen.get(uses)
        if chosen is None:
            self.prepare()
            chosen = ([], [])
            for bits, group in self._groups.items():
                if bits & uses:
                    chosen[0].extend(group[0])
                    chosen[1].extend(group[1])
            self._chosen[uses] = chosen
        return chosen

    def _partition(self, uses: int, column: str) -> dict[Any, Sides]:
        parts = self._pinned.get((uses, column))
        if parts is None:
            parts = {}
            for side, rows in enumerate(self._choose(uses)):
                for row in rows:
                    value = getattr(row, column)
                    if value not in parts:
                        parts[value] = ([], [])
                    parts[value][side].append(row)
            self._pinned[uses, column] = parts
        return parts
