"""Keep `problems` equal to what the rules say of the other collections' rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import Rule
from backend.live.memory import Change, MemorySource

__all__ = ["follow"]


def follow(
    source: MemorySource[Any],
    rule: Rule,
    problems: MemorySource[ProblemRow],
    clock: Callable[[], float] = time.time,
) -> None:
    """Apply `rule` to the rows of `source`, now and after every change.

    A problem's `since` is the moment it was seen to begin. What was wrong already when this
    console first looked has none: a made-up time would mislead at 3 a.m.
    """
    started = clock()

    def judge(key: str, old: Any, row: Any) -> None:
        found = rule(row) if row is not None else None
        if found is None:
            problems.remove(f"{source.collection.name}/{key}")
            return
        known = problems.get(found.key)
        since = known.since if known is not None else begun(old, row)
        problems.put(msgspec.structs.replace(found, since=since))

    def begun(old: Any, row: Any) -> float | None:
        if old is not None:
            return clock()
        created = getattr(row, "created", None)
        return created if created is not None and created > started else None

    def changed(changes: list[Change[Any]]) -> None:
        for key, old, row in changes:
            judge(key, old, row)

    for row in source:
        judge(row.key, None, row)
    source.on_change(changed)
