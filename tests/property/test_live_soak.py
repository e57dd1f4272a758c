"""A long churn over many rows, compared with the oracle after every flush: bands drift and
are made anew, facets and totals stay right."""

from __future__ import annotations

import random
import time
from typing import Any

import msgspec
import pytest

from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.window_buffer import WindowBuffer
from tests.property import oracle
from tests.property import things as t
from tests.unit.live.browser import Browser
from tests.unit.live.sample import Sockets

QUESTIONS: list[tuple[dict[str, Any], int, int]] = [
    ({"sort": ["-size"], "facet": ["phase"]}, 0, 5),
    ({"sort": ["load", "-name"], "filter": ["phase!=Failed"]}, 7, 4),
    ({"sort": ["name"], "q": "a"}, 3, 3),
    ({"sort": ["-seen"], "facet": ["owner", "ready"]}, 30, 6),
    ({"sort": ["-owner"], "filter": ["ready=true"]}, 1, 2),
]


def random_thing(chance: random.Random) -> t.Thing:
    return t.Thing(
        key=f"k{chance.randrange(60)}",
        cluster=chance.choice(t.CLUSTERS),
        namespace=chance.choice(t.NAMESPACES),
        path=chance.choice(t.PATHS),
        name=chance.choice(t.NAMES),
        phase=chance.choice(t.PHASES),
        size=chance.choice(t.SIZES),
        load=chance.choice(t.LOADS),
        seen=chance.choice(t.TIMES),
        ready=chance.random() < 0.5,
        owner=chance.choice(t.OWNERS),
        labels={},
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_long_churn_stays_right(seed, monkeypatch):
    monkeypatch.setattr(WindowBuffer, "SLACK", 1)
    chance = random.Random(seed)
    principal = t.person([("org", t.ORG, "cluster", "c1"), ("org", t.ORG, "cluster", "c2")])
    source, registry, rows = MemorySource(t.THINGS), Registry(), {}
    registry.add(t.THINGS, source)
    for _ in range(200):
        row = random_thing(chance)
        rows[row.key] = row
        source.put(row)
    browser = Browser(LiveConnection(LiveHub(registry, Sockets({"now": principal})), principal))
    queries = {}
    for i, (words, offset, limit) in enumerate(QUESTIONS):
        members = {"query": words, "offset": offset, "limit": limit}
        await browser.send("subscribe", id=str(i), collection="things", **members)
        queries[str(i)] = parse_query(
            t.THINGS,
            filters=words.get("filter", ()),
            q=words.get("q", ""),
            sort=words["sort"],
            facets=words.get("facet", ()),
        )
    for turn in range(120):
        falling = turn % 40 > 25
        for _ in range(chance.randrange(1, 8)):
            row = random_thing(chance)
            if chance.random() < (0.8 if falling else 0.15):
                rows.pop(row.key, None)
                source.remove(row.key)
            else:
                rows[row.key] = row
                source.put(row)
        await source.flush()
        browser.read_now()
        for name, query in queries.items():
            _, offset, limit = QUESTIONS[int(name)]
            found, facets = oracle.answer(rows.values(), query, principal, time.time())
            shown = browser.shown[name]
            assert shown.keys == [row.key for row in found[offset : offset + limit]]
            assert shown.rows == msgspec.to_builtins(found[offset : offset + limit])
            assert shown.total == len(found)
            assert shown.facets == facets
    assert sum(shown.deltas for shown in browser.shown.values()) > 300
