"""Collections that are joined from others, kept up change by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, overload

import structlog

from backend.live.collection import Collection
from backend.live.errors import DeclarationError
from backend.live.guard import Guard
from backend.live.memory import MemorySource
from backend.live.metrics import PROJECTION_FAILURES
from backend.live.parts import Fold, Foreign, Foreigns, Input, Kept, One, Part
from backend.live.registry import Registry
from backend.live.row import Row
from backend.live.slices import Slices
from backend.live.table import Table
from backend.live.workqueue import WorkQueue
from integrations.contract import FeedState, Freshness

__all__ = ["Derived", "DerivedTable", "Fold", "Foreign", "Foreigns", "Input", "Kept", "One"]

R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

_log = structlog.get_logger("craton.live")


class _Target(Protocol):
    """Where derived rows are kept."""

    @property
    def name(self) -> str: ...

    def put(self, row: Any) -> None: ...

    def remove(self, key: str) -> None: ...


class Join:
    """Makes the rows of each derived key again when one of its parts changes.

    `rows(key, *parts)` are the rows the key stands for; they belong to it alone. A key whose
    rows cannot be made is logged, counted and shows nothing.
    """

    def __init__(
        self,
        parts: Sequence[Part[Any]],
        row: Callable[..., Row | None] | None,
        rows: Callable[..., Iterable[Row]] | None,
        target: _Target,
    ) -> None:
        if (row is None) == (rows is None):
            raise DeclarationError("a derived collection has either row or rows")
        self.parts = tuple(parts)
        self.queue = WorkQueue(self._make)
        self._of = tuple(part.of for part in self.parts)
        self._row = row
        self._rows = rows
        self._target = target
        self._others: dict[str, tuple[str, ...]] = {}

    def start(self, part: Part[Any], rows: Any) -> None:
        """Let a part follow its source."""
        part.start(rows, self.queue.mark)

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of every origin of the parts, once each; so the whole is as fresh as the
        worst of them."""
        found = {item.source: item for rows in self._sources() for item in rows.freshness(guard)}
        return sorted(found.values(), key=lambda item: item.source)

    def states(self) -> Counter[FeedState]:
        """How many origins are in each state."""
        return sum((Counter(rows.states()) for rows in self._sources()), Counter[FeedState]())

    def _sources(self) -> list[Any]:
        return [part.rows for part in self.parts if part.rows is not None]

    def _make(self, key: str) -> None:
        try:
            inputs = [of(key) for of in self._of]
            if self._row is not None:
                row = self._row(key, *inputs)
                made: Sequence[Row] = () if row is None else (row,)
            elif self._rows is not None:
                made = tuple(self._rows(key, *inputs))
        except Exception:  # noqa: BLE001 - one bad row must not stop the others
            PROJECTION_FAILURES.labels(self._target.name).inc()
            _log.exception("a row could not be derived", collection=self._target.name, key=key)
            made = ()
        # Nearly every key stands for one row of its own name, 50,000 times in a large cluster.
        if len(made) != 1 or made[0].key != key or key in self._others:
            self._forget(key, made)
        for row in made:
            self._target.put(row)

    def _forget(self, key: str, made: Sequence[Row]) -> None:
        """Remove the rows the key stood for and no longer does; remember those of other names."""
        keys = tuple(row.key for row in made)
        for gone in self._others.pop(key, (key,)):
            if gone not in keys:
                self._target.remove(gone)
        if keys and keys != (key,):
            self._others[key] = keys


class Derived(MemorySource[R], Generic[R]):
    """A collection whose rows are made of others' by `row(key, *inputs)` (None: there is no
    such row), or by `rows` where a key may stand for several.

    Each input gives what belongs to the key: `Input` and `Kept` a tuple, `Fold` a sum, `One`
    and `Foreign` a row or None. A change costs the rows it can alter. Inputs named as text
    are collections, followed as soon as they exist; a function whose parameter is annotated
    is checked against their rows. Freshness is that of all inputs.
    """

    @overload
    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[Part[A]],
        row: Callable[[str, A], R | None] | None = None,
        rows: Callable[[str, A], Iterable[R]] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[Part[A], Part[B]],
        row: Callable[[str, A, B], R | None] | None = None,
        rows: Callable[[str, A, B], Iterable[R]] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[Part[A], Part[B], Part[C]],
        row: Callable[[str, A, B, C], R | None] | None = None,
        rows: Callable[[str, A, B, C], Iterable[R]] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[Part[A], Part[B], Part[C], Part[D]],
        row: Callable[[str, A, B, C, D], R | None] | None = None,
        rows: Callable[[str, A, B, C, D], Iterable[R]] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[
            Part[Any], Part[Any], Part[Any], Part[Any], Part[Any], *tuple[Part[Any], ...]
        ],
        rows: Callable[..., Iterable[R]],
    ) -> None: ...

    def __init__(
        self,
        collection: Collection,
        *,
        inputs: tuple[Part[Any], ...],
        row: Callable[..., R | None] | None = None,
        rows: Callable[..., Iterable[R]] | None = None,
    ) -> None:
        super().__init__(collection)
        self._join = Join(inputs, row, rows, self)
        for part in inputs:
            if not isinstance(part.source, str):
                self._follow(part, part.source)

    def added(self, registry: Registry) -> None:
        """Follow the collections named as inputs, those that come to exist later too."""
        for part in self._join.parts:
            if isinstance(part.source, str):
                registry.when(part.source, partial(self._follow, part))

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of every origin of the inputs that the guard lets be named."""
        return self._join.freshness(guard)

    def states(self) -> Counter[FeedState]:
        """How many origins are in each state."""
        return self._join.states()

    async def flush(self) -> None:
        """Carry all changes so far, those of the inputs too, to the windows, in slices."""
        slices = Slices()
        while self._join.queue.some():
            await slices.yield_if_due()
        await super().flush()

    def _follow(self, part: Part[Any], source: Any) -> None:
        if not isinstance(source, MemorySource | Table):
            message = f"{self.name!r} is derived from {source!r}, whose changes are not told"
            raise DeclarationError(message)
        source.on_freshness(self.freshness_changed)
        self._join.start(part, source)
        self.freshness_changed()


class DerivedTable(Table[R], Generic[R]):
    """A `Table` made of others, for a join of several steps."""

    @overload
    def __init__(
        self, name: str, *, inputs: tuple[Part[A]], row: Callable[[str, A], R | None]
    ) -> None: ...

    @overload
    def __init__(
        self, name: str, *, inputs: tuple[Part[A], Part[B]], row: Callable[[str, A, B], R | None]
    ) -> None: ...

    def __init__(
        self, name: str, *, inputs: tuple[Part[Any], ...], row: Callable[..., R | None]
    ) -> None:
        super().__init__(name)
        self._join = Join(inputs, row, None, self)
        for part in inputs:
            source: Any = part.source
            source.on_freshness(self.freshness_changed)
            self._join.start(part, source)

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of every origin of the inputs that the guard lets be named."""
        return self._join.freshness(guard)

    def states(self) -> Counter[FeedState]:
        """How many origins are in each state."""
        return self._join.states()
