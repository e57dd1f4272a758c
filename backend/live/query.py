"""The query as a validated tree. Equal trees ask the same, however they were written."""

from __future__ import annotations

from dataclasses import dataclass

from backend.live.column import Op

__all__ = ["Ago", "Filter", "LabelTerm", "Query", "Sort", "Value"]


@dataclass(frozen=True, slots=True, order=True)
class Ago:
    """A moment `seconds` before the time the query is asked; a live view moves with it."""

    seconds: float

    def at(self, now: float) -> float:
        """The moment in Unix seconds."""
        return now - self.seconds


Value = str | int | float | bool | Ago | None
"""A value of a filter. None means missing: no value, or empty text."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``column op values``; one value unless `op` is ``in`` or ``notin``."""

    column: str
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, order=True)
class LabelTerm:
    """One requirement of a label selector: the label's value is (not) one of `values`.
    With no values: the label exists (`wanted`) or does not."""

    key: str
    wanted: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort column. Missing values come last in both directions."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that decides which rows, in which order, with which counts. The row's key
    is always the last tie-break, ascending."""

    filters: tuple[Filter, ...] = ()
    labels: tuple[LabelTerm, ...] = ()
    words: tuple[str, ...] = ()
    sort: tuple[Sort, ...] = ()
    facets: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the passing of time alone changes the answer."""
        return any(isinstance(value, Ago) for f in self.filters for value in f.values)
