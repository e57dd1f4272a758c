"""A collection whose rows live in memory, fed by watchers or derived from other sources."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

import structlog

from auth.scope import Scope
from backend.live.batch import Batch, compile_difference
from backend.live.collection import Collection
from backend.live.feed import MemoryFeed
from backend.live.guard import Guard
from backend.live.memory_view import MemoryView, MemoryWindow
from backend.live.metrics import CHANGES, FLUSH_SECONDS, LAG_SECONDS
from backend.live.pacer import Pacer
from backend.live.page import After, Page, write_cursor
from backend.live.plan import Plan, compile_plan, compile_search, compile_sight
from backend.live.query import Query
from backend.live.ranking import best_rows
from backend.live.row import Row
from backend.live.select import beyond, facet_counts, in_order, match, smallest
from backend.live.slices import CHUNK, Slices, chunks
from backend.live.source import Source
from backend.live.table import Change
from integrations.contract import FeedState, Freshness

__all__ = ["Change", "MemorySource"]

R = TypeVar("R", bound=Row)
T = TypeVar("T")
REFRESH: Final = 10.0
"""Seconds between looks at what the passing of time alone has changed (``created>-2h``)."""

_log = structlog.get_logger("craton.live")


PIECE: Final = 512
"""Changes told at once to what is derived from them."""


class _Follower(Generic[R]):
    """A listener to every change behind batch `since`; first of all `rows`."""

    def __init__(
        self, callback: Callable[[Sequence[Change[R]]], None], since: int, rows: list[R]
    ) -> None:
        self.callback = callback
        self.since = since
        self.due: deque[Batch] = deque()
        self._rows = rows

    def pieces(self) -> Iterator[list[Change[R]]]:
        """What has not been told yet; a piece counts as told when it is taken."""
        while self._rows:
            piece, self._rows = self._rows[-PIECE:], self._rows[:-PIECE]
            yield [(row.key, None, row) for row in piece]
        while self.due:
            changes = [(key, old, new) for key, (old, new) in self.due.popleft().changes.items()]
            for start in range(0, len(changes), PIECE):
                yield changes[start : start + PIECE]


class MemorySource(Source, Generic[R]):
    """Rows by key. Feeds and `put`/`remove` change them at once; views follow in batches of at most
    `CHUNK` changes, so that no step of a flush is long.

    All calls belong to the event loop's thread.
    """

    def __init__(self, collection: Collection) -> None:
        super().__init__(collection)
        self.sealed: list[Batch] = []
        self._rows: dict[str, R] = {}
        self._dirty: dict[str, R | None] = {}
        self._since = 0.0
        self._number = 0
        self._feeds: list[MemoryFeed[Any]] = []
        self._views: dict[tuple[Query, Guard], MemoryView] = {}
        self._followers: list[_Follower[R]] = []
        self._notifying = asyncio.Lock()
        self._on_freshness: list[Callable[[], None]] = []
        self._difference = compile_difference(collection)
        self._fresh = True
        self._pacer = Pacer()

    def feed(
        self, name: str, project: Callable[[T], R | None], *, within: Scope = ()
    ) -> MemoryFeed[T]:
        """A feed for one origin, e.g. ``kubernetes/local/pods``; see `MemoryFeed`."""
        feed = MemoryFeed(self, name, project, within)
        self._feeds.append(feed)
        self.freshness_changed()
        return feed

    def drop(self, feed: MemoryFeed[Any]) -> None:
        """Forget a feed; `MemoryFeed.close` calls it."""
        if feed in self._feeds:
            self._feeds.remove(feed)
            self.freshness_changed()

    def put(self, row: R) -> None:
        """Insert or replace a row; an equal one changes nothing."""
        key = row.key
        old = self._rows.get(key)
        if old is not None and old == row:
            return
        self._rows[key] = row
        self._touch(key, old)

    def remove(self, key: str) -> None:
        """Remove a row; unknown keys are ignored."""
        old = self._rows.pop(key, None)
        if old is not None:
            self._touch(key, old)

    def get(self, key: str) -> R | None:
        """The row under `key` without regard to rights: for joins, not for answers to callers."""
        return self._rows.get(key)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def on_change(self, callback: Callable[[Sequence[Change[R]]], None]) -> Callable[[], None]:
        """Tell every row there is as new, and every change from then on, latest per key and a
        few hundred at a time; the answer ends it."""
        number, rows = self.snapshot()
        follower = _Follower(callback, number, rows)
        self._followers.append(follower)
        self._pacer.wake()
        return lambda: self._followers.remove(follower)

    def on_freshness(self, callback: Callable[[], None]) -> None:
        """Tell when the state of a feed changes."""
        self._on_freshness.append(callback)

    def freshness_changed(self) -> None:
        """A feed's state changed: tell the windows, and what is derived from the rows."""
        self._fresh = True
        self._pacer.wake()
        for callback in self._on_freshness:
            callback()

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of each feed that the guard lets be named, by name."""
        told = [feed.freshness for feed in self._feeds if guard.overlaps(feed.within)]
        return sorted(told, key=lambda item: item.source)

    def states(self) -> Counter[FeedState]:
        """How many feeds are in each state."""
        return Counter(feed.freshness.state for feed in self._feeds)

    def plan(self, query: Query, guard: Guard) -> Plan:
        """The compiled query, relative times taken from now."""
        return compile_plan(self.collection, query, guard, time.time())

    async def page(
        self, query: Query, guard: Guard, *, limit: int, after: After | None, now: float
    ) -> Page:
        """The first `limit` rows behind `after`, with total and facets of the whole."""
        plan = compile_plan(self.collection, query, guard, now)
        found = await match(plan, list(self._rows.values()))
        rest = beyond(plan, found.rows, after) if after else found.rows
        rows = [row for _, row in await smallest(plan, rest, limit)]
        rows = plan.show(rows) if plan.show else rows
        more = write_cursor(query, rows[-1]) if len(rest) > limit else None
        return Page(rows, len(found.rows), True, facet_counts(found.counts), more)

    async def all_rows(self, query: Query, guard: Guard, *, now: float) -> AsyncIterator[list[Any]]:
        """Every row in order, in pieces: as they were when it was asked."""
        plan = compile_plan(self.collection, query, guard, now)
        found = await match(plan, list(self._rows.values()))
        async for piece in in_order(plan, found.rows):
            yield plan.show(piece) if plan.show else piece

    async def row(self, key: str, guard: Guard) -> Any | None:
        """The row under `key` if it exists and is visible."""
        row = self._rows.get(key)
        seen = compile_sight(self.collection, guard)([row] if row is not None else [])
        return seen[0] if seen else None

    async def find(
        self, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
    ) -> tuple[list[Any], bool]:
        """The best `limit` rows for the palette."""
        select = compile_search(self.collection, words, guard)
        slices = Slices()
        found: list[Any] = []
        for chunk in chunks(list(self._rows.values())):
            found = best_rows(self.collection, found + select(chunk), words, limit)
            await slices.yield_if_due()
            if time.monotonic() > deadline:
                return found, False
        return found, True

    async def open(self, query: Query, guard: Guard, offset: int, limit: int) -> MemoryWindow:
        """A live window, shared by all who ask for the same."""
        view = self._views.get((query, guard))
        if view is None:
            view = self._views[query, guard] = MemoryView(self, query, guard)
            if query.moves:
                asyncio.get_running_loop().call_later(REFRESH, self._invalidate, view)
        return await view.window(offset, limit)

    @property
    def views(self) -> int:
        """How many distinct views are open."""
        return len(self._views)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def drop_view(self, view: MemoryView) -> None:
        """Forget a view without windows."""
        if self._views.get((view.query, view.guard)) is view:
            del self._views[view.query, view.guard]

    def snapshot(self) -> tuple[int, list[R]]:
        """Close the present batch; its number, and the rows as it leaves them."""
        self._flush_batch()
        return self._number, list(self._rows.values())

    async def run(self) -> None:
        """Carry changes to the windows until cancelled."""
        await self._pacer.run(self.flush)

    async def flush(self) -> None:
        """Carry all changes so far to derived collections and to the windows, in slices."""
        start = time.monotonic()
        self._flush_batch()
        batches, self.sealed = self.sealed, []
        fresh, self._fresh = self._fresh, False
        try:
            await self._prepare(batches)
            await self._notify(batches)
            await self._publish(batches, fresh)
        except BaseException:
            for view in self._views.values():
                view.outdated = True
            raise
        end = time.monotonic()
        name = self.collection.name
        FLUSH_SECONDS.labels(name).observe(end - start)
        for batch in batches[:1]:
            LAG_SECONDS.labels(name).observe(end - batch.since)
        CHANGES.labels(name).inc(sum(len(batch.changes) for batch in batches))

    async def _publish(self, batches: list[Batch], fresh: bool) -> None:
        slices = Slices()
        for view in tuple(self._views.values()):
            await self._apply(view, batches)
            await slices.yield_if_due()
            for window in tuple(view.windows.values()):
                if (window.touched or fresh) and window.number is not None:
                    window.touched = False
                    window.publish()
                    await slices.yield_if_due()

    async def _apply(self, view: MemoryView, batches: list[Batch]) -> None:
        try:
            for batch in batches:
                view.apply(batch)
        except Exception:  # noqa: BLE001 - one view must not stop the others
            _log.exception("a live view failed and is made anew", collection=self.collection.name)
            view.outdated = True
        if view.outdated:
            await view.rebuild()
        for window in tuple(view.windows.values()):
            if window.number is not None and window.buffer.drifted:
                async with window.building:
                    await view.build(window)

    async def _notify(self, batches: list[Batch]) -> None:
        """Carry batches to the followers in order and in slices. What one flush leaves when it
        is cancelled, the next one goes on with."""
        for follower in self._followers:
            follower.due.extend(batch for batch in batches if batch.number > follower.since)
        slices = Slices()
        async with self._notifying:
            for follower in tuple(self._followers):
                for changes in follower.pieces():
                    try:
                        follower.callback(changes)
                    except Exception:  # noqa: BLE001 - one derived collection must not stop others
                        _log.exception("a derived collection failed", source=self.name)
                    await slices.yield_if_due()

    def _touch(self, key: str, old: R | None) -> None:
        if key not in self._dirty:
            if not self._dirty:
                self._since = time.monotonic()
                self._pacer.wake()
            self._dirty[key] = old
            if len(self._dirty) >= CHUNK:
                self._flush_batch()

    async def _prepare(self, batches: list[Batch]) -> None:
        """Group the changes, in slices."""
        slices = Slices()
        for batch in batches:
            batch.prepare()
            await slices.yield_if_due()

    def _flush_batch(self) -> None:
        if not self._dirty:
            return
        rows = self._rows
        changes = {
            key: (old, new) for key, old in self._dirty.items() if (new := rows.get(key)) is not old
        }
        self._dirty = {}
        self._number += 1
        self.sealed.append(Batch(self._number, self._since, changes, self._difference))

    def _invalidate(self, view: MemoryView) -> None:
        if self._views.get((view.query, view.guard)) is view:
            view.outdated = True
            self._pacer.wake()
            asyncio.get_running_loop().call_later(REFRESH, self._invalidate, view)
