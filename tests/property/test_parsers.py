"""Whatever is typed as a filter, a label selector, a search or a sort is read, or refused
with a problem that names the part: never another exception, and never an endless one."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.db.engine import create_engine
from backend.live.errors import QueryError
from backend.live.guard import guard_of
from backend.live.labels import parse_selector
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.query import Ago, Filter, LabelTerm, Query
from backend.live.sql import SqlSource
from tests.property.test_lists import stored
from tests.property.things import METADATA, ORG, TABLE, THINGS, Thing, person

CHECKS = settings(max_examples=300, deadline=None)

COLUMNS = [column.id for column in THINGS.columns]
OPERATORS = ["=", "!=", "~", "!~", "^=", "<", "<=", ">", ">=", " in ", " notin ", " in(", ""]
PIECES = st.sampled_from(
    [*COLUMNS, *OPERATORS, '"', '\\"', "(", ")", ",", " ", "a", "-2h", "-1w3d", "1e999", "0x1",
     "9" * 400, "1_0", "٣", "true", "NaN", "inf", "2026-11-21", "2026-11-21T25:00:00Z", "1Ki",
     "500m", "85%", "\x00", "\ud800", "\u202e", "\n", "!", "==", "x/y", "é", "null", "[]", "1e"]
)  # fmt: skip
anything = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))
near_filters = st.builds(
    lambda column, op, rest: f"{column}{op}{rest}",
    st.sampled_from(COLUMNS),
    st.sampled_from(OPERATORS),
    anything,
)


def read(**words: object) -> Query | None:
    """The query, or None when it was refused as it should be."""
    try:
        found = parse_query(THINGS, **words)
    except QueryError as refused:
        as_described(refused)
        return None
    hash(found)
    return found


def as_described(refused: QueryError) -> None:
    assert refused.status == 422
    assert refused.field
    assert refused.message
    assert refused.accepts or refused.message.startswith(("At most", "Nothing", "The list"))


@CHECKS
@given(text=st.one_of(anything, near_filters))
@example(text="size>" + "9" * 8000)
@example(text="seen>-999999999w999999999w999999999w")
@example(text='name="' + "\\" * 4000)
@example(text="name in (" + "," * 4000 + ")")
@example(text="seen=0001-01-01T00:00:00+23:59")
@example(text="seen=9999-12-31T23:59:59-23:59")
@example(text='name="\\ud800"')
@example(text='name=[1]"')
def test_any_filter_is_read_or_refused(text: str) -> None:
    found = read(filters=[text])
    if found is not None:
        assert read(filters=[written(item) for item in found.filters]) == found


def written(item: Filter) -> str:
    """The filter in its own language again."""
    values = [_value(value) for value in item.values]
    if item.op.value in {"in", "notin"}:
        return f"{item.column} {item.op.value} ({','.join(values)})"
    return f"{item.column}{item.op.value}{values[0]}"


def _value(value: object) -> str:
    if value is None:
        return '""'
    if isinstance(value, Ago):
        weeks, seconds = divmod(int(value.seconds), 604800)
        parts = [*["999999999w"] * (weeks // 999_999_999), f"{weeks % 999_999_999}w"]
        return "-" + "".join(parts) + f"{seconds}s"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


@CHECKS
@given(q=anything, sort=st.lists(anything, max_size=6), facets=st.lists(anything, max_size=3))
def test_any_search_sort_and_facet_is_read_or_refused(
    q: str, sort: list[str], facets: list[str]
) -> None:
    read(q=q)
    read(sort=sort)
    read(facets=facets)


LABELS = st.sampled_from(
    ["app", "a/b", "!", "=", "==", "!=", " in ", " notin ", "(", ")", ",", " ", "web", "é", "-",
     "x" * 64, "example.org/", "\x00", "\n", "_", ".", "٣"]
)  # fmt: skip


@CHECKS
@given(text=st.one_of(st.text(max_size=60), st.lists(LABELS, max_size=10).map("".join)))
@example(text="a" * 8000)
@example(text=" " * 8000 + "!")
@example(text="a in (" + "b," * 4000)
@example(text="a.a-" * 2000)
def test_any_label_selector_is_read_or_refused(text: str) -> None:
    try:
        terms = parse_selector(text)
    except QueryError as refused:
        as_described(refused)
        return
    assert parse_selector(",".join(map(selector, terms))) == terms


def selector(term: LabelTerm) -> str:
    """The requirement in Kubernetes' language."""
    if not term.values:
        return term.key if term.wanted else f"!{term.key}"
    op = "in" if term.wanted else "notin"
    return f"{term.key} {op} ({','.join(term.values)})"


@pytest.mark.parametrize(
    "text", ["1e300", "-1e300", "-999999999w999999999w", "1e18", "-62135596801"]
)
@pytest.mark.parametrize("op", ["<", ">", "=", "!="])
async def test_moments_no_calendar_has_are_answered_alike(
    database_url: str, op: str, text: str
) -> None:
    row = Thing("k", "c", "n", "p", "name", "up", 1, None, 1000.0, True, None, {})
    query, now = parse_query(THINGS, filters=[f"seen{op}{text}"]), 2_000_000_000.0
    guard = guard_of(person([("org", ORG)]), THINGS)
    memory = MemorySource(THINGS)
    memory.put(row)
    engine = create_engine(database_url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.execute(TABLE.insert(), [stored(row)])
        table = SqlSource(THINGS, async_sessionmaker(engine), TABLE)
        found = [
            (await source.page(query, guard, limit=9, after=None, now=now)).total
            for source in (memory, table)
        ]
    finally:
        await engine.dispose()
    assert found[0] == found[1]
    assert found[0] == (
        (op == "<" and text[0] != "-") or (op == ">" and text[0] == "-") or op == "!="
    )
