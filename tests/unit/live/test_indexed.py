"""A table of millions: what its indexes serve is answered, the rest is refused in words."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.db.engine import create_engine
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.errors import QueryError
from backend.live.guard import guard_of
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from backend.live.sql import SqlSource
from backend.live.sql_index import Coded, Index, Indexing, Tally
from tests.unit.live.sample import person

NUMBER = 3000


class BoxRow(Row, frozen=True):
    cluster: str
    name: str
    status: str
    oem: str


BOXES = Collection(
    name="boxes",
    title="Boxes",
    kind="machine",
    row=BoxRow,
    scopes=(RowScope("cluster", Field("cluster")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("cluster", "Cluster", Type.TEXT, facet=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("oem", "Vendor", Type.TEXT),
    ),
    default_sort=(),
    where=("cluster",),
)
METADATA = sa.MetaData()
TABLE = sa.Table(
    "boxes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cluster", sa.String, nullable=False),
    sa.Column("name", sa.String(collation="BINARY"), nullable=False),
    sa.Column("state", sa.Integer, nullable=False),
    sa.Column("oem", sa.String, nullable=False),
    sa.Index("ix_boxes_status", "cluster", "state", "id"),
    sa.Index("ix_boxes_name", "name", "id"),
)
WORDS = {1: "idle", 2: "updating", 3: "failed"}
CODES = {word: code for code, word in WORDS.items()}
STATUS = sa.case({code: sa.literal(word) for code, word in WORDS.items()}, value=TABLE.c.state)


def number(key):
    return int(key) if str(key).isdigit() else None


ROWS = sa.select(
    sa.cast(TABLE.c.id, sa.String).label("key"),
    TABLE.c.id,
    TABLE.c.cluster,
    TABLE.c.name,
    STATUS.label("status"),
    TABLE.c.state,
    TABLE.c.oem,
).subquery()
COUNTS = (
    sa.select(TABLE.c.cluster, STATUS.label("status"), TABLE.c.state, sa.func.count().label("n"))
    .group_by(TABLE.c.cluster, TABLE.c.state)
    .subquery()
)
INDEXING = Indexing(
    indexes=(Index(("cluster", "status")), Index((), ("name",))),
    coded={"key": Coded("id", number), "status": Coded("state", CODES.get)},
    values={"status": tuple(CODES), "cluster": sa.select(TABLE.c.cluster).distinct()},
    tally=Tally(COUNTS, "n"),
    bound=100,
)


@pytest.fixture
async def boxes(tmp_path):
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/boxes.sqlite")
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(
            TABLE.insert(),
            [
                {
                    "id": i + 1,
                    "cluster": f"c{i % 3}",
                    "name": f"Box-{i:05}",
                    "state": 3 if i % 100 == 0 else 1 + i % 2,
                    "oem": "azure" if i % 7 else "",
                }
                for i in range(NUMBER)
            ],
        )
        await connection.execute(sa.text("ANALYZE"))
    source = SqlSource(BOXES, async_sessionmaker(engine), ROWS, indexing=INDEXING)
    source.statements = []
    record = event.listens_for(engine.sync_engine, "before_cursor_execute")

    @record
    def _(connection, cursor, statement, parameters, context, many):
        source.statements.append((statement, parameters))

    source.engine = engine
    yield source
    await engine.dispose()


GUARD = guard_of(person(), BOXES)
ONE = guard_of(person(("org", "main", "cluster", "c1")), BOXES)


async def page(source, *, guard=GUARD, limit=5, after=None, **words):
    query = parse_query(BOXES, **words)
    at = read_cursor(BOXES, query, after) if after else None
    return await source.page(query, guard, limit=limit, after=at, now=0.0)


async def test_pages_follow_the_numeric_key(boxes):
    first = await page(boxes)
    assert [row.key for row in first.rows] == ["1", "2", "3", "4", "5"]
    assert (first.total, first.total_exact) == (NUMBER, True)
    second = await page(boxes, limit=8, after=first.next)
    assert [row.key for row in second.rows][-3:] == ["11", "12", "13"]
    assert (await boxes.row("12", GUARD)).name == "Box-00011"
    assert await boxes.row("no number", GUARD) is None
    assert await boxes.row("1", ONE) is None


async def test_a_right_on_a_part_is_a_range_of_the_index(boxes):
    found = await page(boxes, guard=ONE, facets=["status"])
    assert [row.key for row in found.rows] == ["2", "5", "8", "11", "14"]
    assert found.total == NUMBER // 3
    assert {f.value: f.count for f in found.facets["status"]} == {
        "idle": 490,
        "updating": 500,
        "failed": 10,
    }


async def test_what_an_index_narrows_enough_may_be_looked_through(boxes):
    found = await page(boxes, filters=["status=failed", "cluster=c0", "oem="])
    assert found.total == len(found.rows) == 2
    assert found.total_exact


async def test_what_no_index_serves_is_refused_with_a_way_on(boxes):
    for words, field in (
        ({"filters": ["oem=azure"]}, "oem"),
        ({"filters": ["cluster=c1", "oem=azure"]}, "oem"),
        ({"q": "box"}, "q"),
        ({"sort": ["oem"]}, "oem"),
    ):
        with pytest.raises(QueryError) as refused:
            await page(boxes, **words)
        assert refused.value.field == field
        assert refused.value.detail == (
            "There are too many boxes to look through one by one. Narrow it by Cluster or "
            "Status first, until at most 100 boxes are left."
        )


async def test_unknown_words_of_a_coded_field_find_nothing(boxes):
    found = await page(boxes, filters=["status=exploded"])
    assert (found.rows, found.total) == ([], 0)


async def test_the_palette_finds_names_by_their_beginning(boxes):
    rows, complete = await boxes.find(("box-0001",), ONE, 10, float("inf"))
    assert [row.name for row in rows] == ["Box-00010", "Box-00013", "Box-00016", "Box-00019"]
    assert complete


async def test_scrolling_has_an_end(boxes):
    with pytest.raises(QueryError, match="beyond the first 100,000"):
        await boxes.open(parse_query(BOXES), GUARD, 100_001, 50)


async def test_no_answer_reads_the_whole_table(boxes):
    boxes.statements.clear()
    for words in ({}, {"sort": ["name"]}, {"sort": ["-name"]}, {"filters": ["status=failed"]}):
        first = await page(boxes, **words) if words.get("sort") != ["-name"] else None
        if first:
            await page(boxes, after=first.next, **words)
    await boxes.find(("box-0001",), GUARD, 10, float("inf"))
    async with boxes.engine.connect() as connection:
        asked = [s for s in boxes.statements if "count(*) AS n" not in s[0]]
        assert asked
        for statement, parameters in asked:
            found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for step in found:
                # In the key's order with a limit it is the beginning that is read.
                walks = "ORDER BY anon_3.id\n LIMIT" in statement
                assert step.detail != "SCAN boxes" or walks, statement
