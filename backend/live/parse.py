"""From the words of a request to a validated `Query`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from backend.live.collection import Collection
from backend.live.column import OPERATORS, Column, Op, Type
from backend.live.errors import QueryError
from backend.live.fold import fold
from backend.live.labels import parse_selector
from backend.live.query import Filter, Query, Sort
from backend.live.values import ACCEPTS, read_value

__all__ = ["parse_query", "parse_sort"]

MAX_FILTERS: Final = 32
MAX_VALUES: Final = 200
MAX_LENGTH: Final = 8192
MAX_WORDS: Final = 8
MAX_SORT: Final = 4
MAX_FACETS: Final = 8

_FILTER: Final = re.compile(
    r"\s*([A-Za-z][A-Za-z0-9_]*)(?:\s*(!=|!~|\^=|>=|<=|=|~|>|<)|\s+(in|notin)\s*(?=\())(.*)",
    re.DOTALL,
)
_DECODER: Final = json.JSONDecoder()


def parse_query(
    collection: Collection,
    *,
    filters: Sequence[str] = (),
    labels: str = "",
    q: str = "",
    sort: Iterable[str] = (),
    facets: Sequence[str] = (),
) -> Query:
    """The query in normal form; an empty `sort` means the collection's own.

    Raises `QueryError` (422) naming the word or column, what it was and what it accepts.
    """
    if len(filters) > MAX_FILTERS:
        raise QueryError("filter", filters[-1], f"At most {MAX_FILTERS} filters may be given.")
    _limit("labels", labels)
    terms = parse_selector(labels)
    if terms and collection.labels_column is None:
        raise QueryError("labels", labels, f"{collection.title} have no labels.", "nothing")
    parsed = {_parse_filter(collection, text) for text in filters}
    return Query(
        filters=tuple(sorted(parsed, key=_filter_order)),
        labels=terms,
        words=_words(collection, q),
        sort=parse_sort(collection, sort),
        facets=_facets(collection, facets),
    )


def parse_sort(collection: Collection, words: Iterable[str]) -> tuple[Sort, ...]:
    """The sort columns in order; a column named twice counts once."""
    given = [word.strip() for word in words if word.strip()] or list(collection.default_sort)
    sort: dict[str, Sort] = {}
    for word in given:
        name = word.removeprefix("-")
        column = collection.by_id.get(name)
        if column is None or not column.can_sort:
            names = [c.id for c in collection.columns if c.can_sort]
            message = f"{collection.title} cannot be sorted by {name[:64]!r}."
            raise QueryError("sort", word, message, _one_of(names))
        sort.setdefault(name, Sort(name, word.startswith("-")))
    if len(sort) > MAX_SORT:
        raise QueryError("sort", given[-1], f"At most {MAX_SORT} columns may be sorted by.")
    return tuple(sort.values())


def _filter_order(item: Filter) -> tuple[str, str, str]:
    return item.column, item.op.value, repr(item.values)


def _parse_filter(collection: Collection, text: str) -> Filter:
    _limit("filter", text)
    match = _FILTER.fullmatch(text)
    if match is None:
        message = f"{text[:80]!r} is not a filter."
        raise QueryError("filter", text, message, "column, operator, value: phase=Running")
    column = _column(collection, match[1])
    op = Op(match[2] or match[3])
    allowed = OPERATORS[column.type]
    if op not in allowed:
        message = f"{column.label} ({column.type.value}) cannot be compared with {op.value!r}."
        accepts = " ".join(o.value for o in allowed) or ACCEPTS[column.type]
        raise QueryError(column.id, text, message, accepts)
    if op in {Op.IN, Op.NOT_IN}:
        texts = _split_set(column, match[4].strip())
        values = {read_value(column, item) for item in texts}
        return Filter(column.id, op, tuple(sorted(values, key=repr)))
    value = read_value(column, _plain(column, match[4].strip()))
    if value is None and op not in {Op.EQ, Op.NE}:
        raise QueryError(column.id, text, f"{op.value!r} needs a value.", ACCEPTS[column.type])
    if op in {Op.HAS, Op.LACKS}:
        value = fold(str(value))
    return Filter(column.id, op, (value,))


def _column(collection: Collection, name: str) -> Column:
    column = collection.by_id.get(name)
    if column is None or not column.can_filter or column.type is Type.LABELS:
        names = [c.id for c in collection.columns if c.can_filter and c.type is not Type.LABELS]
        message = f"{collection.title} cannot be filtered by {name[:64]!r}."
        raise QueryError(name[:64], name, message, _one_of(names))
    return column


def _plain(column: Column, text: str) -> str:
    if not text.startswith('"'):
        return text
    value, end = _json_text(column, text)
    if text[end:].strip():
        raise QueryError(column.id, text, "Nothing may follow the closing quote.", '"a,b"')
    return value


def _split_set(column: Column, text: str) -> list[str]:
    if not text.endswith(")"):
        raise QueryError(column.id, text, "The list is not closed.", "(a,b)")
    inner, values = text[1:-1], []
    while True:
        inner = inner.lstrip()
        if inner.startswith('"'):
            value, end = _json_text(column, inner)
            rest = inner[end:].lstrip()
        else:
            value, comma, rest = inner.partition(",")
            rest, value = comma + rest, value.strip()
        values.append(value)
        if not rest:
            break
        if not rest.startswith(","):
            raise QueryError(column.id, text, "Values are separated by commas.", '(a,"b,c")')
        inner = rest[1:]
    if len(values) > MAX_VALUES:
        raise QueryError(column.id, text, f"At most {MAX_VALUES} values may be given.")
    return values


def _json_text(column: Column, text: str) -> tuple[str, int]:
    try:
        value: Any
        value, end = _DECODER.raw_decode(text)
    except ValueError as error:
        message = "The quoted value is not a JSON string."
        raise QueryError(column.id, text, message, '"a,b"') from error
    return str(value), end


def _words(collection: Collection, text: str) -> tuple[str, ...]:
    _limit("q", text)
    if "\0" in text or not text.isprintable():
        raise QueryError("q", text, "The search text holds unprintable characters.", "words")
    words = tuple(sorted(set(fold(text).split())))
    if len(words) > MAX_WORDS:
        raise QueryError("q", text, f"At most {MAX_WORDS} words may be searched for.", "words")
    if words and not collection.searched:
        raise QueryError("q", text, f"{collection.title} have no text to search.", "nothing")
    return words


def _facets(collection: Collection, names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        column = collection.by_id.get(name)
        if column is None or not column.facet:
            accepts = _one_of([c.id for c in collection.columns if c.facet])
            message = f"{collection.title} cannot be counted by {name[:64]!r}."
            raise QueryError("facet", name, message, accepts)
    if len(set(names)) > MAX_FACETS:
        raise QueryError("facet", names[-1], f"At most {MAX_FACETS} columns may be counted.")
    return tuple(sorted(set(names)))


def _limit(field: str, text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise QueryError(field, text, f"{field} has at most {MAX_LENGTH} characters.")


def _one_of(names: Sequence[str]) -> str:
    return "one of: " + ", ".join(names) if names else "nothing"
