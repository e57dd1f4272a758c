"""A collection: one declaration from which lists, streams, CSV and search follow."""

from __future__ import annotations

import keyword
import types
from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Union, get_args, get_origin, get_type_hints

from backend.live.answers import CollectionInfo, ColumnInfo
from backend.live.column import NUMERIC, OPERATORS, Column, Type
from backend.live.errors import DeclarationError
from backend.live.reviewed import Reviewed
from backend.live.row import Row
from backend.live.rowscope import Placement

__all__ = ["Collection"]


@dataclass(frozen=True, eq=False)
class Collection:
    """One kind of thing: its typed row and what may be asked about it.

    `row` derives from `Row`, which says what its fields may hold. `kind` is the permission kind.
    `scopes` place a row in the estate, in one tree or several: it is visible when a right
    covers any of them. `default_sort` uses the query's
    words (``-created``). `label` is the column the palette shows, `where` the columns beside,
    `link` further fields the address of a row's page is made of. `place` is where its rows stand
    in the palette among others of like name: what people look for is low (10 for what runs), what
    only follows from that is high (90).
    `reviewed` says what a system that decides too is asked about the rows.
    Raises `DeclarationError` when it contradicts itself.
    """

    name: str
    title: str
    kind: str
    row: type[Row]
    scopes: tuple[Placement, ...]
    columns: tuple[Column, ...]
    default_sort: tuple[str, ...]
    label: str = "name"
    where: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    place: int = 50
    reviewed: Reviewed | None = None

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def by_id(self) -> dict[str, Column]:
        """The columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The row's fields in order, ``key`` among them."""
        return self.row.__struct_fields__

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The fields that may be None."""
        hints = get_type_hints(self.row)
        return frozenset(name for name in self.fields if _may_be_none(hints[name]))

    @cached_property
    def addressed(self) -> tuple[str, ...]:
        """The fields a found row is told by: its name, its place, and what its page needs."""
        return tuple(dict.fromkeys((self.label, *self.where, *self.link)))

    @cached_property
    def state(self) -> str | None:
        """The column that says in a word how a row is; None where it needs a right of its own."""
        found = (c.id for c in self.columns if c.type is Type.STATUS and c.needs is None)
        return next(found, None)

    @cached_property
    def searched(self) -> tuple[Column, ...]:
        """The columns free text looks in."""
        return tuple(column for column in self.columns if column.searched)

    @cached_property
    def labels_column(self) -> Column | None:
        """The column a label selector asks, if there is one."""
        found = [c for c in self.columns if c.type is Type.LABELS and c.can_filter]
        return found[0] if found else None

    def describe(self, withheld: Container[str] = ()) -> CollectionInfo:
        """What ``GET /api/v1/collections`` says about it, but for the columns `withheld`."""
        return CollectionInfo(
            self.name,
            self.title,
            self.kind,
            self.label,
            self.where,
            self.default_sort,
            tuple(_describe(column) for column in self.columns if column.id not in withheld),
        )


def _describe(column: Column) -> ColumnInfo:
    return ColumnInfo(
        id=column.id,
        label=column.label,
        type=column.type,
        sortable=column.can_sort,
        filterable=column.can_filter,
        searched=column.searched,
        facet=column.facet,
        default=column.default,
        operators=OPERATORS[column.type] if column.can_filter else (),
    )


def _may_be_none(hint: Any) -> bool:
    if get_origin(hint) in {Union, types.UnionType}:
        return type(None) in get_args(hint)
    return hint is type(None) or hint is Any


def _check(collection: Collection) -> None:
    fields = set(collection.fields)
    for column in collection.columns:
        _check_column(collection, column, fields)
    if len({column.id for column in collection.columns}) != len(collection.columns):
        _wrong(collection, "two columns have the same id")
    if not issubclass(collection.row, Row):
        _wrong(collection, "its row must derive from backend.live.row.Row")
    for name in fields:
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            _wrong(collection, f"{name!r} cannot be a field")
    _check_names(collection, fields)


def _check_names(collection: Collection, fields: set[str]) -> None:
    for word in collection.default_sort:
        named = collection.by_id.get(word.removeprefix("-"))
        if named is None or not named.can_sort:
            _wrong(collection, f"default_sort names {word!r}, which cannot be sorted")
    for name in collection.addressed:
        if name not in fields:
            _wrong(collection, f"label, where or link names {name!r}, which is no field")
        if name in collection.by_id and collection.by_id[name].needs:
            _wrong(
                collection, f"label, where or link names {name!r}, which needs a right of its own"
            )
    if not collection.scopes:
        _wrong(collection, "a row without a scope could not be seen at all")
    for scope in collection.scopes:
        _check_scope(collection, scope)
    if collection.reviewed and not fields.issuperset(collection.reviewed.fields):
        _wrong(collection, "what is reviewed names a field the row does not have")


def _check_scope(collection: Collection, scope: Placement) -> None:
    if not {*collection.fields}.issuperset(scope.fields):
        _wrong(collection, "scope reads a field the row does not have")
    if collection.nullable & {*scope.fields}:
        _wrong(collection, "a field of the scope may not be None; use empty text")


def _check_column(collection: Collection, column: Column, fields: set[str]) -> None:
    if column.id not in fields:
        _wrong(collection, f"column {column.id!r} is no field of the row")
    if column.searched and (column.type in NUMERIC or column.type in {Type.BOOL, Type.LABELS}):
        _wrong(collection, f"column {column.id!r} holds no text to search")
    if column.facet and column.type is Type.LABELS:
        _wrong(collection, f"column {column.id!r} cannot be counted")
    if column.needs is not None:
        _check_scope(collection, column.needs.scope)
        if column.id not in collection.nullable:
            _wrong(collection, f"column {column.id!r} may be withheld: annotate it | None")


def _wrong(collection: Collection, message: str) -> None:
    raise DeclarationError(f"collection {collection.name!r}: {message}")
