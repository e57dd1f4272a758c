"""Keep `problems` equal to what the rules say of the other collections' rows."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import GroupRule, Rule
from backend.live.memory import Change, MemorySource

__all__ = ["follow", "follow_groups"]


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
    begun = _Begun(clock)

    def judge(key: str, old: Any, row: Any) -> None:
        found = rule(row) if row is not None else None
        if found is None:
            problems.remove(f"{source.collection.name}/{key}")
            return
        known = problems.get(found.key)
        since = known.since if known is not None else begun.since(old, row)
        problems.put(msgspec.structs.replace(found, since=since))

    def changed(changes: list[Change[Any]]) -> None:
        for key, old, row in changes:
            judge(key, old, row)

    for row in source:
        judge(row.key, None, row)
    source.on_change(changed)


def follow_groups(
    source: MemorySource[Any],
    rule: GroupRule,
    problems: MemorySource[ProblemRow],
    clock: Callable[[], float] = time.time,
) -> None:
    """Like `follow`, but while a whole group is one problem its rows are none of their own.

    A row's problem is kept with its beginning meanwhile, and shown again with it afterwards.
    """
    groups: defaultdict[str, _Group] = defaultdict(lambda: _Group(rule, problems, _Begun(clock)))

    def changed(changes: Iterable[Change[Any]]) -> None:
        touched: dict[str, bool] = {}
        for key, old, row in changes:
            name = rule.group(old if row is None else row)
            groups[name].take(key, old, row)
            touched[name] = touched.get(name, False) or old is not None
        for name, known in touched.items():
            groups[name].judge(known=known)
            if not groups[name].rows:
                del groups[name]

    changed([(row.key, None, row) for row in source])
    source.on_change(changed)


class _Begun:
    """When a problem began: never a made-up time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._started = clock()

    def since(self, old: Any, row: Any) -> float | None:
        """Of a row that is a problem since it changed from `old` (None: it is new to us)."""
        if old is not None:
            return self.clock()
        created = getattr(row, "created", None)
        return created if created is not None and created > self._started else None


class _Group:
    """The rows of one group, the problem of each, and the problem of all."""

    def __init__(self, rule: GroupRule, problems: MemorySource[ProblemRow], begun: _Begun) -> None:
        self.rows: dict[str, Any] = {}
        self._own: dict[str, ProblemRow] = {}
        self._whole: ProblemRow | None = None
        self._shown: set[str] = set()
        self._rule, self._problems, self._begun = rule, problems, begun

    def take(self, key: str, old: Any, row: Any) -> None:
        """A row came, changed or went (None)."""
        if row is None:
            self.rows.pop(key, None)
            self._own.pop(key, None)
            return
        self.rows[key] = row
        found = self._rule.each(row)
        if found is None:
            self._own.pop(key, None)
            return
        known = self._own.get(key)
        since = known.since if known is not None else self._begun.since(old, row)
        self._own[key] = msgspec.structs.replace(found, since=since)

    def judge(self, *, known: bool) -> None:
        """Show what the rows say now; `known` when it was otherwise, and seen, before."""
        found = self._rule.whole(tuple(self.rows.values()))
        if found is not None:
            since = self._begun.clock() if known else None
            since = self._whole.since if self._whole is not None else since
            found = msgspec.structs.replace(found, since=since)
        self._whole = found
        shown = [found] if found is not None else list(self._own.values())
        for problem in shown:
            self._problems.put(problem)
        now = {problem.key for problem in shown}
        for gone in self._shown - now:
            self._problems.remove(gone)
        self._shown = now
