"""What a derived row is made of: the rows of other sources, arranged by the derived key.

A part hears single changes and keeps just what it needs to answer `of(key)`; it marks the
derived keys a change can alter.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, get_type_hints

from backend.live.errors import DeclarationError
from backend.live.row import Row
from backend.live.table import Watched

__all__ = ["Fold", "Foreign", "Foreigns", "Input", "Kept", "One", "Part"]

A = TypeVar("A")
G_co = TypeVar("G_co", covariant=True)
R = TypeVar("R", bound=Row)
P = TypeVar("P", bound=Row)
T = TypeVar("T")
V = TypeVar("V")

Mark = Callable[[str], None]


class Part(ABC, Generic[G_co]):
    """One input of a derived collection. `source` is a `Table`, a source of rows in memory,
    or the name of a collection, which may come to exist later."""

    def __init__(self, source: Watched[Any] | str, *reads: Callable[..., Any]) -> None:
        self.source = source
        self._reads = reads
        self._rows: Watched[Any] | None = None

    @abstractmethod
    def of(self, key: str) -> G_co:
        """What there is for the derived `key`."""

    @abstractmethod
    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:
        """Take over the change of one row."""

    def start(self, rows: Watched[Any], mark: Mark) -> None:
        """Follow `rows` from now on."""
        for function in self._reads:
            _check_fields(function, rows)
        self._rows = rows

        def changed(changes: Sequence[tuple[str, Any, Any]]) -> None:
            for key, old, new in changes:
                self.apply(key, old, new, mark)

        rows.on_change(changed)

    @property
    def rows(self) -> Watched[Any] | None:
        """What is followed, once it exists."""
        return self._rows


class Kept(Part[tuple[V, ...]], Generic[T, V]):
    """What `keep` makes of each row, for every derived key that `by` names.

    `keep(held, known, row)` gets what was kept of the row before (or None), whether the row
    was there before this change, and the row; None keeps nothing of it.
    """

    def __init__(
        self,
        source: Watched[Any] | str,
        *,
        by: Callable[[T], Iterable[str]],
        keep: Callable[[V | None, bool, T], V | None],
    ) -> None:
        super().__init__(source, by)
        self._by = by
        self._keep = keep
        self._held: dict[str, dict[str, V]] = {}

    def of(self, key: str) -> tuple[V, ...]:
        """What is kept of the rows, in no order."""
        group = self._held.get(key)
        return tuple(group.values()) if group is not None else ()

    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:
        """Keep, replace or forget."""
        after = tuple(self._by(new)) if new is not None else ()
        if old is not None:
            for name in self._by(old):
                if name not in after:
                    self._forget(name, key, mark)
        for name in after:
            group = self._held.get(name)
            held = group.get(key) if group is not None else None
            kept = self._keep(held, old is not None, new)
            if kept is None:
                self._forget(name, key, mark)
            elif held is None or held != kept:
                if group is None:
                    group = self._held[name] = {}
                group[key] = kept
                mark(name)

    def _forget(self, name: str, key: str, mark: Mark) -> None:
        group = self._held.get(name)
        if group is None or group.pop(key, None) is None:
            return
        if not group:
            del self._held[name]
        mark(name)


class Input(Kept[T, T]):
    """The rows themselves, for every derived key that `by` names."""

    def __init__(self, source: Watched[Any] | str, *, by: Callable[[T], Iterable[str]]) -> None:
        super().__init__(source, by=by, keep=lambda _held, _known, row: row)


class Fold(Part[A], Generic[T, A]):
    """A sum over the rows of each derived key, carried on by what comes and goes:
    `add(sum, row, 1)` and `add(sum, row, -1)`, exact inverses, starting from `zero`."""

    def __init__(
        self,
        source: Watched[Any] | str,
        *,
        by: Callable[[T], Iterable[str]],
        zero: A,
        add: Callable[[A, T, int], A],
    ) -> None:
        super().__init__(source, by)
        self._by = by
        self._zero = zero
        self._add = add
        self._sums: dict[str, A] = {}

    def of(self, key: str) -> A:
        """The sum."""
        return self._sums.get(key, self._zero)

    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:  # noqa: ARG002 - a sum
        """Take away what was, add what is."""
        for row, sign in ((old, -1), (new, 1)):
            if row is None:
                continue
            for name in self._by(row):
                total = self._add(self.of(name), row, sign)
                if total == self._zero:
                    self._sums.pop(name, None)
                else:
                    self._sums[name] = total
                mark(name)


class One(Part[R | None], Generic[R]):
    """The row under the derived key itself."""

    def __init__(self, source: Watched[R]) -> None:
        super().__init__(source)
        self._of = source.get

    def of(self, key: str) -> R | None:
        """The row."""
        return self._of(key)

    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:  # noqa: ARG002 - looked up
        """It is looked up when needed."""
        mark(key)


class Foreigns(Part[tuple[R, ...]], Generic[P, R]):
    """The rows that another part's row names by `by`, as far as they are there."""

    def __init__(
        self, source: Watched[R], *, of: Watched[P], by: Callable[[P], Iterable[str]]
    ) -> None:
        super().__init__(source)
        self._get = source.get
        self._naming = of
        self._by = by
        self._named: dict[str, set[str]] = {}

    def start(self, rows: Watched[Any], mark: Mark) -> None:
        """Follow both."""
        self._naming.on_change(self._rename)
        super().start(rows, mark)

    def of(self, key: str) -> tuple[R, ...]:
        """The rows that are named."""
        naming = self._naming.get(key)
        names = self._by(naming) if naming is not None else ()
        return tuple(row for name in names if (row := self._get(name)) is not None)

    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:  # noqa: ARG002 - looked up
        """Everything that names it may be different."""
        for name in self._named.get(key, ()):
            mark(name)

    def _rename(self, changes: Sequence[tuple[str, P | None, P | None]]) -> None:
        for key, old, new in changes:
            before = frozenset(self._by(old)) if old is not None else frozenset()
            after = frozenset(self._by(new)) if new is not None else frozenset()
            for name in before - after:
                self._named[name].discard(key)
                if not self._named[name]:
                    del self._named[name]
            for name in after - before:
                self._named.setdefault(name, set()).add(key)


class Foreign(Part[R | None], Generic[P, R]):
    """The one row that another part's row names by `by` (an empty key: none)."""

    def __init__(self, source: Watched[R], *, of: Watched[P], by: Callable[[P], str]) -> None:
        super().__init__(source)
        self._rows_named: Foreigns[P, R] = Foreigns(
            source, of=of, by=lambda row: (name,) if (name := by(row)) else ()
        )

    def start(self, rows: Watched[Any], mark: Mark) -> None:
        """Follow both."""
        self._rows = rows
        self._rows_named.start(rows, mark)

    def of(self, key: str) -> R | None:
        """The row that is named."""
        return next(iter(self._rows_named.of(key)), None)

    def apply(self, key: str, old: Any, new: Any, mark: Mark) -> None:
        """Everything that names it may be different."""
        self._rows_named.apply(key, old, new, mark)


def _check_fields(function: Callable[..., Any], rows: Watched[Any]) -> None:
    """What `function` says it reads of a row, by the annotation of its parameter, is there."""
    collection = getattr(rows, "collection", None)
    if collection is None or not inspect.isfunction(function):
        return
    names = [*inspect.signature(function).parameters]
    wanted = get_type_hints(function).get(names[0]) if names else None
    missing = {*get_type_hints(wanted)} - {*collection.fields} if inspect.isclass(wanted) else ()
    if missing:
        message = f"{function.__name__} reads {sorted(missing)} of {rows.name!r}"
        raise DeclarationError(f"{message}, whose rows have no such fields")
