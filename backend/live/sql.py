"""A collection whose rows live in a table: the same questions, answered by SQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from collections.abc import Collection as Keys
from contextlib import asynccontextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.sql.elements import ColumnElement

from backend.db.away import DATABASE_AWAY
from backend.errors import Unavailable, UpstreamTimeout
from backend.live.collection import Collection
from backend.live.guard import Guard
from backend.live.metrics import FLUSH_SECONDS, LAG_SECONDS
from backend.live.pacer import Pacer
from backend.live.page import After, Page, write_cursor
from backend.live.query import Query
from backend.live.ranking import best_rows
from backend.live.source import Source
from backend.live.sql_fields import Related, SqlFields
from backend.live.sql_reader import FACET_BOUND, Counts, SqlReader
from backend.live.sql_values import ValueIndex
from backend.live.sql_view import SqlView, SqlWindow
from integrations.contract import FeedState, Freshness

__all__ = ["SqlSource"]

COUNT_BOUND: Final = 10_000
READ_SECONDS: Final = 10.0
REFRESH: Final = 10.0
_PIECE: Final = 1000


class SqlSource(Source):
    """Rows of `table`: a SQLModel class, a table or a subquery, whose columns are named like
    the row's fields (`fields` gives other expressions).

    Totals are exact up to `count_bound` rows, facets up to `facet_bound`; beyond, they are
    estimates and `total_exact` says so. Live windows ask again after `notify`. With
    `organisation`, whose rows all are, callers of another one see nothing. Sorting at scale
    wants an index on (sort columns, key), on PostgreSQL with ``COLLATE "C"`` for text; a table of
    millions whose counts matter has a source of its own (`backend/omaha/lists/machine_source`).
    `values` answers questions about texts without reading all rows (`sql_values.py`).
    `related` shows rows besides those that their scopes show: a person by where they hold
    something.
    """

    def __init__(
        self,
        collection: Collection,
        db_sessions: async_sessionmaker[AsyncSession],
        table: Any,
        *,
        organisation: str = "",
        fields: Mapping[str, ColumnElement[Any]] | None = None,
        count_bound: int = COUNT_BOUND,
        facet_bound: int = FACET_BOUND,
        related: Related | None = None,
        values: ValueIndex | None = None,
    ) -> None:
        super().__init__(collection)
        origin: sa.FromClause = sa.inspect(table).selectable if isinstance(table, type) else table
        self._reader = SqlReader(
            SqlFields(collection, origin, fields or {}, related),
            organisation=organisation,
            count_bound=count_bound,
            facet_bound=facet_bound,
            values=values,
        )
        self._db_sessions = db_sessions
        self.notices = 0
        self._views: dict[tuple[Query, Guard], SqlView] = {}
        self._pacer = Pacer()
        self._changed = 0.0
        self._state = Freshness(f"database/{collection.name}", FeedState.LIVE, time.time())

    def notify(self, keys: Keys[str] | None = None) -> None:
        """Rows changed (those of `keys`, or any): windows are asked again at the next flush."""
        if keys is None or keys:
            self.notices += 1
            self._changed = self._changed or time.monotonic()
            self._pacer.wake()

    def freshness(self, guard: Guard) -> list[Freshness]:  # noqa: ARG002 - the same for all
        """Whether the database answers."""
        return [self._state]

    def states(self) -> dict[FeedState, int]:
        """The one state."""
        return {self._state.state: 1}

    @property
    def views(self) -> int:
        """How many distinct views are open."""
        return len(self._views)

    @property
    def size(self) -> None:
        """Not known without asking."""

    async def page(
        self, query: Query, guard: Guard, *, limit: int, after: After | None, now: float
    ) -> Page:
        """The first `limit` rows behind `after`, with total and facets of the whole."""
        async with self.reading() as session:
            total, exact, facets = await self._reader.counts(session, query, guard, now=now)
            known = total if exact else None
            rows = await self._reader.rows(
                session, query, guard, limit=limit + 1, after=after, now=now, total=known
            )
        more = write_cursor(query, rows[limit - 1]) if len(rows) > limit else None
        return Page(rows[:limit], total, exact, facets, more)

    async def all_rows(self, query: Query, guard: Guard, *, now: float) -> AsyncIterator[list[Any]]:
        """Every row in order, in pieces, each as of when it is asked."""
        after: After | None = None
        while True:
            async with self.reading() as session:
                rows = await self._reader.rows(
                    session, query, guard, limit=_PIECE, after=after, now=now
                )
            if rows:
                yield rows
            if len(rows) < _PIECE:
                return
            last = rows[-1]
            after = After(tuple(getattr(last, sort.column) for sort in query.sort), last.key)

    async def row(self, key: str, guard: Guard) -> Any | None:
        """The row under `key` if it exists and is visible."""
        async with self.reading() as session:
            return await self._reader.row(session, key, guard)

    async def find(
        self, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
    ) -> tuple[list[Any], bool]:
        """The best `limit` rows for the palette."""
        async with self.reading() as session:
            rows, complete = await self._reader.named(session, words, guard)
        complete = complete and time.monotonic() <= deadline
        return best_rows(self.collection, rows, words, limit), complete

    async def open(self, query: Query, guard: Guard, offset: int, limit: int) -> SqlWindow:
        """A live window, shared by all who ask for the same."""
        view = self._views.get((query, guard))
        if view is None:
            view = self._views[query, guard] = SqlView(self, query, guard)
            if query.moves:
                asyncio.get_running_loop().call_later(REFRESH, self._outdate, view)
        return await view.window(offset, limit)

    def drop_view(self, view: SqlView) -> None:
        """Forget a view without windows."""
        if self._views.get((view.query, view.guard)) is view:
            del self._views[view.query, view.guard]

    async def run(self) -> None:
        """Carry notices to the windows until cancelled."""
        await self._pacer.run(self.flush)

    async def flush(self) -> None:
        """Ask again for every open window and tell what changed."""
        start, changed = time.monotonic(), self._changed
        self._changed = 0.0
        for view in tuple(self._views.values()):
            windows = [window for window in view.windows.values() if window.filled]
            try:
                await view.refresh(windows)
            except (Unavailable, UpstreamTimeout):
                asyncio.get_running_loop().call_later(Pacer.SLOWEST, self.notify)
            for window in windows:
                window.publish()
        end, name = time.monotonic(), self.collection.name
        FLUSH_SECONDS.labels(name).observe(end - start)
        if changed and self._views:
            LAG_SECONDS.labels(name).observe(end - changed)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session to read with; failures become problems and show in the freshness."""
        try:
            async with asyncio.timeout(READ_SECONDS), self._db_sessions() as session:
                yield session
        except TimeoutError as error:
            self._become(FeedState.STALE, "the database did not answer in time")
            raise UpstreamTimeout("The console's database did not answer in time.") from error
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            self._become(FeedState.STALE, "the database cannot be read")
            raise Unavailable("The console's database cannot be read now.") from error
        self._become(FeedState.LIVE, "")

    async def read(
        self,
        session: AsyncSession,
        query: Query,
        guard: Guard,
        *,
        limit: int,
        offset: int = 0,
        after: After | None = None,
        now: float | None = None,
        total: int | None = None,
    ) -> list[Any]:
        """Rows in order, for an open window; `total`: how many there are, if that is known."""
        return await self._reader.rows(
            session,
            query,
            guard,
            limit=limit,
            offset=offset,
            after=after,
            now=time.time() if now is None else now,
            total=total,
        )

    async def counts(
        self, session: AsyncSession, query: Query, guard: Guard, *, now: float | None = None
    ) -> Counts:
        """The total, whether it is exact, and the facets, for an open window."""
        now = time.time() if now is None else now
        return await self._reader.counts(session, query, guard, now=now)

    def _own(self, guard: Guard) -> ColumnElement[bool]:
        return self._reader.own(guard)

    def _become(self, state: FeedState, message: str) -> None:
        if state != self._state.state:
            self._state = Freshness(self._state.source, state, time.time(), message)
            self._pacer.wake()

    def _outdate(self, view: SqlView) -> None:
        if self._views.get((view.query, view.guard)) is view:
            self._pacer.wake()
            asyncio.get_running_loop().call_later(REFRESH, self._outdate, view)
