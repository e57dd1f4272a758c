"""Where a collection's rows come from: the one contract of memory and SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any

from backend.live.collection import Collection
from backend.live.guard import Guard
from backend.live.page import After, Page
from backend.live.query import Query
from backend.live.window import Window
from integrations.contract import FeedState, Freshness

__all__ = ["Source"]


class Source(ABC):
    """Rows of one collection. Every answer is filtered by the guard given with the question;
    equal questions to equal rows have equal answers, whichever kind of source it is."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @property
    def name(self) -> str:
        """The collection's name."""
        return self.collection.name

    @abstractmethod
    async def page(
        self, query: Query, guard: Guard, *, limit: int, after: After | None, now: float
    ) -> Page:
        """The first `limit` rows behind `after`, with total and facets of the whole."""

    @abstractmethod
    def all_rows(self, query: Query, guard: Guard, *, now: float) -> AsyncIterator[list[Any]]:
        """Every row in order, in pieces: as they were when it was asked."""

    @abstractmethod
    async def row(self, key: str, guard: Guard) -> Any | None:
        """The row under `key` if it exists and is visible."""

    @abstractmethod
    async def find(
        self, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
    ) -> tuple[list[Any], bool]:
        """The best `limit` rows for the palette (`backend.live.search`), and whether all rows
        were looked at before `deadline` (monotonic)."""

    @abstractmethod
    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of each origin of rows that the guard lets be named."""

    @abstractmethod
    async def open(self, query: Query, guard: Guard, offset: int, limit: int) -> Window:
        """A live window; shared by all who ask for the same. Join it before anything else is
        awaited, leave it when done: a window without subscribers is freed."""

    @abstractmethod
    async def run(self) -> None:
        """Carry changes to the windows until cancelled."""

    @abstractmethod
    def states(self) -> Mapping[FeedState, int]:
        """How many origins of rows are in each state."""

    @property
    @abstractmethod
    def views(self) -> int:
        """How many distinct views are open."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many rows there are, where that is known without asking."""
