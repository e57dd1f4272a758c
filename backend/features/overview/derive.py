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
    """Apply `rule` to the rows of `source`, now and after every change."""

    def judge(row: Any, old_key: str | None = None) -> None:
        found = rule(row) if row is not None else None
        if found is None:
            if old_key is not None:
                problems.remove(old_key)
            return
        known = problems.get(found.key)
        since = known.since if known is not None else clock()
        problems.put(msgspec.structs.replace(found, since=since))

    def changed(changes: list[Change[Any]]) -> None:
        for key, _, row in changes:
            judge(row, f"{source.collection.name}/{key}")

    for row in source:
        judge(row)
    source.on_change(changed)
