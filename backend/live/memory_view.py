"""A view of rows in memory: total, facets and windows, maintained by batches of changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Protocol

from backend.live.batch import Batch
from backend.live.collection import Collection
from backend.live.guard import Guard
from backend.live.page import FacetCount
from backend.live.plan import FacetPlan, Plan
from backend.live.query import Query
from backend.live.select import match, smallest, top_counts
from backend.live.window import Shown, Window
from backend.live.window_buffer import WindowBuffer
from integrations.contract import Freshness

__all__ = ["MemoryView", "MemoryWindow"]


class _Origin(Protocol):
    """What a view needs of the source it shows."""

    collection: Collection
    sealed: list[Batch]

    def plan(self, query: Query, guard: Guard) -> Plan: ...

    def snapshot(self) -> tuple[int, list[Any]]: ...

    def freshness(self, guard: Guard) -> list[Freshness]: ...

    def drop_view(self, view: MemoryView) -> None: ...


class MemoryWindow(Window):
    """A window on a `MemoryView`. `number` is the last batch its buffer holds; None while the
    buffer is being made, when batches wait in `backlog`."""

    def __init__(self, view: MemoryView, offset: int, limit: int) -> None:
        super().__init__(offset, limit)
        self.view = view
        self.buffer = WindowBuffer(offset, limit)
        self.number: int | None = None
        self.backlog: list[Batch] = []
        self.building = asyncio.Lock()
        self.holds = 0
        self.touched = False

    def current(self) -> Shown:
        """The content now."""
        view = self.view
        rows = self.buffer.window()
        if view.plan.show is not None:
            rows = {row.key: row for row in view.plan.show(rows.values())}
        return Shown(rows, view.total, True, view.facets(), view.source.freshness(view.guard))

    def idle(self) -> None:
        """Free the window, and the view with its last one."""
        if not self.holds and not self.watched:
            self.view.drop(self)


class MemoryView:
    """What (query, guard) selects. `number` is the last batch counted, None before the first
    count. Batches a view has already seen are ignored, so that it can be made at any moment."""

    def __init__(self, source: _Origin, query: Query, guard: Guard) -> None:
        self.source = source
        self.query = query
        self.guard = guard
        self.plan: Plan = source.plan(query, guard)
        self.total = 0
        self.counts: dict[str, Counter[Any]] = {}
        self.number: int | None = None
        self.backlog: list[Batch] = []
        self.windows: dict[tuple[int, int], MemoryWindow] = {}
        self.outdated = False
        self._facets: dict[str, list[FacetCount]] = {}

    def facets(self) -> dict[str, list[FacetCount]]:
        """The counts to show now. Only columns whose counts changed are put in order again:
        the most frequent of 5,000 machines cost more than the rest of a change."""
        for column in self.counts.keys() - self._facets.keys():
            self._facets[column] = top_counts(self.counts[column])
        return {column: self._facets[column] for column in self.counts}

    async def window(self, offset: int, limit: int) -> MemoryWindow:
        """The shared window at `offset`, ready to be joined."""
        window = self.windows.get((offset, limit))
        if window is None:
            window = self.windows[offset, limit] = MemoryWindow(self, offset, limit)
        window.holds += 1
        try:
            async with window.building:
                if window.number is None:
                    await self.build(window)
                    window.reset()
        finally:
            window.holds -= 1
            if window.number is None:
                window.idle()
        return window

    def drop(self, window: MemoryWindow) -> None:
        """Forget a window without subscriptions."""
        key = (window.offset, window.limit)
        if self.windows.get(key) is window:
            del self.windows[key]
        if not self.windows:
            self.source.drop_view(self)

    async def build(self, window: MemoryWindow) -> None:
        """Make the buffer from all rows; count too if that was not done yet."""
        number, rows = self.source.snapshot()
        plan = self.plan
        window.number, window.backlog = None, []
        found = await match(plan, rows)
        placed = await smallest(plan, found.rows, window.buffer.wanted)
        window.buffer.fill(plan, placed, len(found.rows))
        window.number, window.touched = number, True
        if self.number is None:
            self._count(number, len(found.rows), found.counts)
        for batch in window.backlog:
            self._apply_to(window, batch)
        window.backlog = []
        for batch in self.source.sealed:
            self.apply(batch)

    async def rebuild(self) -> None:
        """Start anew: after a failure, or because time has moved a relative bound."""
        self.outdated = False
        self.plan = self.source.plan(self.query, self.guard)
        self.number, self.backlog = None, []
        for window in tuple(self.windows.values()):
            async with window.building:
                await self.build(window)

    def apply(self, batch: Batch) -> None:
        """Carry a batch into total, facets and every window; nothing is published yet."""
        if self.number is None:
            self.backlog.append(batch)
        elif batch.number > self.number:
            self._apply_counts(batch)
        for window in self.windows.values():
            if window.number is None:
                window.backlog.append(batch)
            else:
                self._apply_to(window, batch)

    def _count(self, number: int, total: int, counts: dict[str, Counter[Any]]) -> None:
        self.total, self.counts, self.number = total, counts, number
        self._facets = {}
        for batch in self.backlog:
            if batch.number > number:
                self._apply_counts(batch)
        self.backlog = []

    def _apply_counts(self, batch: Batch) -> None:
        plan = self.plan
        olds, news = batch.sides(plan)
        self.number = batch.number
        if not olds and not news:
            return
        gone, come = batch.matching(plan)
        self.total += len(come) - len(gone)
        touched = len(come) != len(gone)
        for facet in plan.facets:
            old = facet.own(olds) if facet.own else gone
            new = facet.own(news) if facet.own else come
            touched |= self._recount(facet, old, new)
        if touched:
            for window in self.windows.values():
                window.touched = True

    def _recount(self, facet: FacetPlan, old: list[Any], new: list[Any]) -> bool:
        """Carry rows that left and came into the counts of a column; False if they cancel."""
        counter = self.counts[facet.column]
        moved = Counter(facet.values(new))
        moved.subtract(facet.values(old))
        changed = False
        for value, count in moved.items():
            if count:
                changed = True
                counter[value] += count
                if not counter[value]:
                    del counter[value]
        if changed:
            self._facets.pop(facet.column, None)
        return changed

    def _apply_to(self, window: MemoryWindow, batch: Batch) -> None:
        if window.number is None or batch.number <= window.number:
            return
        gone, come = batch.matching(self.plan)
        if gone or come:
            window.touched |= window.buffer.replace(self.plan, gone, come)
        window.touched |= window.buffer.refresh(batch.changes)
        window.number = batch.number
