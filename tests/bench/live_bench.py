"""Benchmarks of the live engine: ``python -m tests.bench.live_bench [--quick]``.

CPU seconds of this process are the measure ("on one core"); elapsed time is told beside.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import platform
import random
import statistics
import time
import tracemalloc

import msgspec
import psutil

from backend.live.guard import guard_of
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from tests.bench.live_latency import measure_latency
from tests.bench.live_rows import BENCH_PODS, changed, make_pods, questions
from tests.people import holding, principal
from tests.roles import VIEWER

ROWS = 50_000
PER_FLUSH = {1: 6000, 20: 6000, 200: 2000}
AIMS = {1: None, 20: 30_000, 200: 10_000}
FIRST_PAGES = {
    "default sort": {},
    "newest first": {"sort": ["-created"]},
    "status filter, name descending": {"filter": ["phase=Pending"], "sort": ["-name"]},
    "text search": {"q": "app-77 team", "sort": ["restarts"]},
    "labels, two facets": {"labels": "tier=db", "facet": ["namespace", "phase"], "sort": ["-cpu"]},
}
CALLER = principal(holding((VIEWER, ("org", "main"))))
GUARD = guard_of(CALLER, BENCH_PODS)


class Counting:
    """A listener that counts what it is told."""

    def __init__(self) -> None:
        self.frames = 0
        self.characters = 0

    def changed(self, body: str) -> None:
        self.frames += 1
        self.characters += len(body)


def parsed(words):
    return parse_query(
        BENCH_PODS,
        filters=words.get("filter", ()),
        labels=words.get("labels", ""),
        q=words.get("q", ""),
        sort=words.get("sort", ()),
        facets=words.get("facet", ()),
    )


def filled(rows) -> MemorySource:
    source = MemorySource(BENCH_PODS)
    feed = source.feed("kubernetes/local/pods", lambda row: row, within=("cluster", "local"))
    for row in rows:
        feed.put(row.key, row)
    return source


async def changes_per_second(views: int, seconds: float) -> dict:
    """Apply changes for `seconds` of CPU time, flushing as often as 5 a second would."""
    chance = random.Random(views)
    rows = make_pods(ROWS)
    source = filled(rows)
    await source.flush()
    listener = Counting()
    for words in questions(views):
        window = await source.open(parsed(words), GUARD, 0, 100)
        window.join(listener)
    assert source.views == views, source.views
    applied, worst, spent = 0, 0.0, 0.0
    begun = time.perf_counter()
    while spent < seconds:
        batch = []
        for _ in range(PER_FLUSH[views]):
            index = chance.randrange(ROWS)
            rows[index] = changed(rows[index], chance)
            batch.append(rows[index])
        start = time.process_time()
        for row in batch:
            source.put(row)
        await source.flush()
        took = time.process_time() - start
        spent += took
        worst = max(worst, took)
        applied += len(batch)
    return {
        "views": views,
        "changes/s": round(applied / spent),
        "aim": AIMS[views],
        "frames": listener.frames,
        "worst flush ms": round(worst * 1000),
        "elapsed s": round(time.perf_counter() - begun, 1),
    }


async def first_pages(rounds: int) -> list[dict]:
    """Median CPU time of the first 50 rows of 50,000, encoded, for five queries."""
    source = filled(make_pods(ROWS))
    results = []
    for name, words in FIRST_PAGES.items():
        times, walls = [], []
        for _ in range(rounds):
            start, wall = time.process_time(), time.perf_counter()
            page = await source.page(parsed(words), GUARD, limit=50, after=None, now=time.time())
            msgspec.json.encode({"rows": page.rows, "total": page.total, "facets": page.facets})
            times.append(time.process_time() - start)
            walls.append(time.perf_counter() - wall)
        results.append(
            {
                "query": name,
                "total": page.total,
                "cpu ms": round(statistics.median(times) * 1000, 1),
                "cpu max ms": round(max(times) * 1000, 1),
                "elapsed ms": round(statistics.median(walls) * 1000, 1),
                "aim": 20,
            }
        )
    return results


def bytes_per_row() -> dict:
    """Memory of a filled source: allocations traced, and growth of a process of its own."""
    raw = [msgspec.json.encode(row) for row in make_pods(ROWS)]
    gc.collect()
    tracemalloc.start()
    source = filled(msgspec.json.decode(line, type=BENCH_PODS.row) for line in raw)
    traced, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del source
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        grown = pool.apply(_growth, (raw,))
    return {
        "bytes a row, traced": round(traced / ROWS),
        "bytes a row, process": round(grown / ROWS),
        "JSON bytes a row": round(sum(map(len, raw)) / ROWS),
        "aim": 1500,
    }


def _growth(raw: list[bytes]) -> int:
    gc.collect()
    before = psutil.Process().memory_info().rss
    source = filled(msgspec.json.decode(line, type=BENCH_PODS.row) for line in raw)
    assert len(source) == ROWS
    return psutil.Process().memory_info().rss - before


def table(title: str, rows: list[dict]) -> None:
    print(f"\n{title}")
    names = list(rows[0])
    widths = [max(len(str(n)), *(len(str(row[n])) for row in rows)) for n in names]
    for line in ([*names], *([str(row[n]) for n in names] for row in rows)):
        print("  " + "  ".join(str(c).rjust(w) for c, w in zip(line, widths, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds in all")
    parser.add_argument("--only", choices=["changes", "pages", "memory", "latency"])
    options = parser.parse_args()
    seconds = 1.0 if options.quick else 4.0
    load = psutil.getloadavg()[0]
    print(f"Python {platform.python_version()}, {psutil.cpu_count()} cores, load {load:.1f}")
    if options.only in {None, "changes"}:
        found = [asyncio.run(changes_per_second(views, seconds)) for views in PER_FLUSH]
        table("Changes applied per CPU second, 50,000 rows", found)
    if options.only in {None, "pages"}:
        found = asyncio.run(first_pages(5 if options.quick else 15))
        table("First page: 50 of 50,000 rows", found)
    if options.only in {None, "memory"}:
        table("Memory", [bytes_per_row()])
    if options.only in {None, "latency"}:
        found = asyncio.run(measure_latency(200, 500, 3.0 if options.quick else 15.0))
        table("Change to frame, 200 sockets, 500 changes/s", [found])


if __name__ == "__main__":
    main()
