"""The answers of the REST interface over the collections, as they are encoded."""

from __future__ import annotations

from typing import Final

import msgspec

from backend.live.column import Op, Type
from backend.live.row import Row
from integrations.contract import Freshness

__all__ = [
    "ANSWERS",
    "CollectionInfo",
    "CollectionsAnswer",
    "ColumnInfo",
    "FacetCount",
    "Hit",
    "ListAnswer",
    "PermittedAnswer",
    "RowAnswer",
    "SearchAnswer",
]


class ColumnInfo(msgspec.Struct, frozen=True):
    """A column as declared; `operators` are those a filter on it may use."""

    id: str
    label: str
    type: Type
    sortable: bool
    filterable: bool
    searched: bool
    facet: bool
    default: bool
    operators: tuple[Op, ...]


class CollectionInfo(msgspec.Struct, frozen=True):
    """A collection as the caller may see it. `label` is the field that names a row, `where`
    those beside it; `default_sort` uses the query's words."""

    name: str
    title: str
    kind: str
    label: str
    where: tuple[str, ...]
    default_sort: tuple[str, ...]
    columns: tuple[ColumnInfo, ...]


class CollectionsAnswer(msgspec.Struct, frozen=True):
    """What exists for the caller, and the operators of each type of column."""

    collections: tuple[CollectionInfo, ...]
    operators: dict[str, tuple[Op, ...]]


class FacetCount(msgspec.Struct, frozen=True):
    """How many rows have `value` in a facet column; null counts the missing."""

    value: str | int | float | bool | None
    count: int


class ListAnswer(msgspec.Struct, frozen=True):
    """One page of a collection. `total_exact` is false where `total` is an estimate or a
    lower bound; `next` is the cursor of the next page, null at the end."""

    rows: list[Row]
    total: int
    total_exact: bool
    facets: dict[str, list[FacetCount]]
    next: str | None
    freshness: list[Freshness]


class RowAnswer(msgspec.Struct, frozen=True):
    """One row, and how fresh it is."""

    row: Row
    freshness: list[Freshness]


class PermittedAnswer(msgspec.Struct, frozen=True):
    """The keys of the rows that are there and that the caller may do something to."""

    keys: list[str]


class Hit(msgspec.Struct, frozen=True):
    """A found object. `rank`: 0 the name itself, 1 its beginning, 2 the beginning of a word
    in it, 3 somewhere in it, 4 only in other searched columns, 5 the name but for a typing
    error. `at` are the fields of the row that its page's address is made of; `status` is its
    state in a word and `healthy` whether it is as asked, where the collection says so."""

    collection: str
    kind: str
    title: str
    key: str
    label: str
    where: list[str]
    rank: int
    at: dict[str, str]
    status: str | None
    healthy: bool | None


class SearchAnswer(msgspec.Struct, frozen=True):
    """The best hits; `partial` says that there was no time to look everywhere."""

    results: list[Hit]
    partial: bool


ANSWERS: Final = (CollectionsAnswer, ListAnswer, PermittedAnswer, RowAnswer, SearchAnswer)
"""Every answer of the routes."""
