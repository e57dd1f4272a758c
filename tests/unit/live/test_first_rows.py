"""The first rows of a long list, and what lies behind them."""

from __future__ import annotations

import random
import time

import msgspec
import pytest

from backend.features.workloads.collections import PODS
from backend.features.workloads.project import pod_row
from backend.live.guard import guard_of
from backend.live.memory import MemorySource
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from integrations.kubernetes.models.meta import Meta
from integrations.kubernetes.models.pods import Pod
from tests.bench.live_bench import CALLER
from tests.bench.live_rows import BENCH_PODS, make_pods

GUARD = guard_of(CALLER, BENCH_PODS)


@pytest.mark.parametrize("sort", [["namespace", "name"], ["-restarts"], ["restarts", "-created"]])
@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_pages_of_a_list_of_many_pieces_are_its_order(monkeypatch, sort, limit):
    monkeypatch.setattr("backend.live.slices.CHUNK", 16)
    source = MemorySource(BENCH_PODS)
    rows = make_pods(230)
    random.Random(5).shuffle(rows)
    for row in rows:
        source.put(row)
    words = {"filters": [], "labels": "", "q": "", "facets": []}
    query, now = parse_query(BENCH_PODS, sort=sort, **words), time.time()
    whole = [row async for piece in source.all_rows(query, GUARD, now=now) for row in piece]
    found, after = [], None
    while len(found) < len(rows):
        page = await source.page(query, GUARD, limit=limit, after=after, now=now)
        found += page.rows
        if page.next is None:
            break
        after = read_cursor(BENCH_PODS, query, page.next)
    assert found == whole


async def test_a_yes_or_no_column_sorts_downwards_over_pages():
    source = MemorySource(PODS)
    pod = Pod(metadata=Meta(name="p", namespace="n"))
    for number in range(6):
        row = pod_row("local", pod)
        replace = msgspec.structs.replace
        source.put(replace(row, key=f"local/n/p{number}", healthy=number % 2 == 0))
    query = parse_query(PODS, filters=[], labels="", q="", facets=[], sort=["-healthy"])
    found, after = [], None
    for _ in range(6):
        page = await source.page(query, GUARD, limit=1, after=after, now=time.time())
        found += [row.key[-1] for row in page.rows]
        after = page.next and read_cursor(PODS, query, page.next)
    assert found == ["0", "2", "4", "1", "3", "5"]
