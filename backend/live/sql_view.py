"""Live windows over SQL: asked again when a notice says that rows changed."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.guard import Guard
from backend.live.page import FacetCount
from backend.live.query import Query
from backend.live.sql_reader import Counts
from backend.live.window import Shown, Window
from integrations.contract import Freshness

__all__ = ["SqlView", "SqlWindow"]


class _Origin(Protocol):
    """What a view needs of the source it shows."""

    notices: int

    def notify(self) -> None: ...

    def freshness(self, guard: Guard) -> list[Freshness]: ...

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]: ...

    async def read(
        self,
        session: AsyncSession,
        query: Query,
        guard: Guard,
        *,
        limit: int,
        offset: int,
        total: int | None,
    ) -> list[Any]: ...

    async def counts(self, session: AsyncSession, query: Query, guard: Guard) -> Counts: ...

    def drop_view(self, view: SqlView) -> None: ...


class SqlWindow(Window):
    """A window on a `SqlView`; its content is what the last query found."""

    def __init__(self, view: SqlView, offset: int, limit: int) -> None:
        super().__init__(offset, limit)
        self.view = view
        self.content = Shown()
        self.filled = False
        self.filling = asyncio.Lock()
        self.holds = 0

    def current(self) -> Shown:
        """What the last query found, and the present freshness."""
        view, content = self.view, self.content
        fresh = view.source.freshness(view.guard)
        return Shown(content.rows, content.total, content.total_exact, content.facets, fresh)

    def idle(self) -> None:
        """Free the window, and the view with its last one."""
        if not self.holds and not self.watched:
            self.view.drop(self)


class SqlView:
    """(query, guard) over a table; total and facets are asked once for all its windows."""

    def __init__(self, source: _Origin, query: Query, guard: Guard) -> None:
        self.source = source
        self.query = query
        self.guard = guard
        self.windows: dict[tuple[int, int], SqlWindow] = {}

    async def window(self, offset: int, limit: int) -> SqlWindow:
        """The shared window at `offset`, ready to be joined."""
        window = self.windows.get((offset, limit))
        if window is None:
            window = self.windows[offset, limit] = SqlWindow(self, offset, limit)
        window.holds += 1
        try:
            async with window.filling:
                if not window.filled:
                    notices = self.source.notices
                    await self.refresh([window])
                    window.reset()
                    if notices != self.source.notices:
                        self.source.notify()
        finally:
            window.holds -= 1
            if not window.filled:
                window.idle()
        return window

    def drop(self, window: SqlWindow) -> None:
        """Forget a window without subscriptions."""
        key = (window.offset, window.limit)
        if self.windows.get(key) is window:
            del self.windows[key]
        if not self.windows:
            self.source.drop_view(self)

    async def refresh(self, windows: list[SqlWindow]) -> None:
        """Ask the database for the content of `windows`."""
        async with self.source.reading() as session:
            total, exact, facets = await self.source.counts(session, self.query, self.guard)
            for window in windows:
                await self._fill(session, window, total, exact, facets)

    async def _fill(
        self,
        session: AsyncSession,
        window: SqlWindow,
        total: int,
        exact: bool,
        facets: dict[str, list[FacetCount]],
    ) -> None:
        rows = await self.source.read(
            session,
            self.query,
            self.guard,
            limit=window.limit,
            offset=window.offset,
            total=total if exact else None,
        )
        window.content = Shown({row.key: row for row in rows}, total, exact, facets)
        window.filled = True
