"""How fast the update service is: load generator, server and database on one machine.

`python -m tests.bench.updates_bench [--sizes 10000,100000,3000000] [--seconds 10]
[--databases postgresql,sqlite] [--connections 32]`. Needs wrk and PostgreSQL (Debian).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from backend.omaha.background.recount import measure
from backend.omaha.background.retention import count_silent, roll_up
from backend.omaha.operate.service import open_store
from backend.omaha.simulate.client import ServiceAddress
from backend.omaha.simulate.fleet import Fleet, FleetPlan
from tests.bench.updates_cluster import Cluster, cluster
from tests.bench.updates_load import build, identity, load
from tests.omaha_server import Server
from tests.omaha_world import World

KINDS = ("steady", "fresh", "limited", "mixed")
CPU = ("server_cpu", "database_cpu", "wrk_cpu")
SCRIPT = Path(__file__).with_name("updates_wrk.lua")
QUERIES = {
    "overview by version and status": "SELECT release, status, SUM(machines) FROM omaha_tally"
    " GROUP BY release, status",
    "one group": "SELECT release, status, machines FROM omaha_tally WHERE group_id = {group}",
    "status over time": "SELECT at, status, SUM(machines) FROM omaha_rollup WHERE seconds = 300"
    " AND group_id = {group} GROUP BY at, status ORDER BY at",
    "machines of a group, first page": "SELECT * FROM omaha_instance WHERE group_id = {group}"
    " AND status = 8 AND id > 0 ORDER BY id LIMIT 100",
    "machines of a version": "SELECT * FROM omaha_instance WHERE group_id = {group}"
    " AND release = '4459.2.0' AND id > {middle} ORDER BY id LIMIT 100",
    "id prefix": "SELECT * FROM omaha_instance WHERE machine_id >= '{prefix}'"
    " AND machine_id < '{prefix}g' ORDER BY machine_id LIMIT 100",
    "name prefix": "SELECT * FROM omaha_instance WHERE name >= 'node-12345'"
    " AND name < 'node-12346' ORDER BY name LIMIT 100",
    "one machine by id": "SELECT * FROM omaha_instance WHERE machine_id = '{machine}'",
}


def wrk(server: Server, kind: str, count: int, first: int, arguments: Any) -> dict[str, float]:
    """One run; rate, latencies in milliseconds, refusals."""
    command = ["wrk", "-t", "2", "-c", str(arguments.connections), "-d", f"{arguments.seconds}s"]
    command += ["--timeout", "10s", "-s", str(SCRIPT), server.base]
    environment = {
        **os.environ,
        "BENCH_KIND": kind,
        "BENCH_COUNT": str(count),
        "BENCH_FIRST": str(first),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=600
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    result: dict[str, float] = json.loads(line.removeprefix("RESULT "))
    result["rate"] = result["requests"] / result["seconds"]
    result["wrk_cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result


async def bench(
    name: str, url: str, size: int, arguments: Any, postgres: Cluster | None
) -> list[dict[str, Any]]:
    """All kinds of load on one database of one size."""
    folder = Path(tempfile.mkdtemp(prefix="craton-bench-"))
    results = []
    async with World(url) as world:
        groups = await build(world)
        took = await load(url, size, groups)
        say(f"{name} {size}: {size / took:,.0f} machines/s loaded in {took:.1f} s")
    server = await Server(url, folder, workers=arguments.workers).ready()
    try:
        process = psutil.Process(server.process.pid)
        warm_up(server, size, arguments)
        for run, kind in enumerate(arguments.kinds):
            first = 3_000_000 + run * 2_000_000
            cpu = busy(process, postgres)
            found = wrk(server, kind, size, first, arguments)
            spent = [
                after - before for before, after in zip(cpu, busy(process, postgres), strict=True)
            ]
            found |= {
                "database": name,
                "size": size,
                "kind": kind,
                "server_cpu": spent[0],
                "database_cpu": spent[1],
                "server_mb": process.memory_full_info().uss / 1e6,
                "database_mb": postgres.memory() / 1e6 if postgres else 0.0,
            }
            results.append(found)
            say(row(found))
        results[-1]["simulated"] = await simulate(server, arguments)
        await asyncio.sleep(3)
        await check(url, groups, size, results)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return results


def warm_up(server: Server, size: int, arguments: Any) -> None:
    """Let the server meet every machine once, as it would have in 45 minutes; of millions it
    remembers only some, so then not."""
    began, met = time.monotonic(), 0.0
    while met < min(size, 150_000) and time.monotonic() - began < 90:
        short = argparse.Namespace(seconds=5, connections=arguments.connections)
        met += wrk(server, "warm", size, int(met) // 2 * 2, short)["requests"]
        if size > 150_000:
            return


def busy(process: psutil.Process, postgres: Cluster | None) -> list[float]:
    """CPU seconds used so far by the server and by the database."""
    family = [process, *process.children(recursive=True)]
    times = [p.cpu_times() for p in family]
    found = [sum(t.user + t.system for t in times), 0.0]
    if postgres is not None:
        pid = postgres.pid
        postmaster = psutil.Process(pid)
        for p in [postmaster, *postmaster.children(recursive=True)]:
            t = p.cpu_times()
            found[1] += t.user + t.system + t.children_user + t.children_system
    return found


async def simulate(server: Server, arguments: Any) -> str:
    """The same with our own generator: whole update cycles."""
    plan = FleetPlan(
        ServiceAddress.parse(server.base), 5_000, speed=500.0, fail_percent=5,
        seconds=float(arguments.seconds), track="fresh", seed=str(time.time()),
    )  # fmt: skip
    figures = await Fleet(plan).run(lambda _: None)
    say(f"  own generator: {figures.line()}")
    return figures.line()


async def check(url: str, groups: dict[str, int], size: int, results: list[Any]) -> None:
    """Counts still right, limit kept; then the pages' queries, and the size on disk."""
    store = open_store(url)
    await store.start()
    drift = await measure(store)
    granted = await store.query(
        "SELECT count(*) FROM omaha_instance WHERE group_id = ? AND grant_state <> 0",
        groups["limited"],
    )
    say(f"  drift: {drift or 'none'}; grants under limit 1: {granted[0][0]}")
    now = time.time()
    for step in range(288):
        await roll_up(store, now - step * 300)
    await count_silent(store, now)
    times = {}
    for title, statement in QUERIES.items():
        sql = statement.format(
            group=groups["limited"], middle=size // 2, prefix=identity(7)[:4], machine=identity(77)
        )
        times[title] = max([await timed(store, sql) for _ in range(3)])
    results[-1]["queries_ms"] = times
    results[-1]["disk_mb"] = await disk(store, url) / 1e6
    results[-1]["drift"] = str(drift) if drift else ""
    results[-1]["limited_grants"] = granted[0][0]
    say("  queries (slowest of 3): " + ", ".join(f"{t} {ms:.1f} ms" for t, ms in times.items()))
    say(f"  on disk: {results[-1]['disk_mb']:.0f} MB")
    await store.stop()


async def timed(store: Any, sql: str) -> float:
    began = time.perf_counter()
    await store.query(sql)
    return (time.perf_counter() - began) * 1e3


async def disk(store: Any, url: str) -> int:
    if url.startswith("sqlite"):
        path = Path(url.split("///")[1])
        return sum(f.stat().st_size for f in path.parent.glob(f"{path.name}*"))
    rows = await store.query("SELECT pg_database_size(current_database())")
    return int(rows[0][0])


def row(found: dict[str, Any]) -> str:
    """A line of the table. CPU per check hardly depends on what else the machine does; cores
    that do nothing else manage at most `ceiling` checks/s with one server process."""
    cpu = [found[name] / found["requests"] * 1e6 for name in CPU]
    found["ceiling"] = min((os.cpu_count() or 1) * 1e6 / sum(cpu), 1e6 / cpu[0])
    return (
        f"| {found['database']} | {found['size']:,} | {found['kind']} | {found['rate']:,.0f} |"
        f" {found['p50']:.1f} | {found['p99']:.1f} | {found['bad'] + found['broken']:.0f} |"
        f" {cpu[0]:.0f} / {cpu[1]:.0f} / {cpu[2]:.0f} | {found['ceiling']:,.0f} |"
        f" {found['server_mb']:.0f} / {found['database_mb']:.0f} |"
    )


def say(text: str) -> None:
    print(text, flush=True)


async def run(arguments: argparse.Namespace) -> None:
    load_average = os.getloadavg()[0]
    say(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 1e9:.0f} GB, Linux {platform.release()},"
        f" Python {platform.python_version()}, load average before: {load_average:.1f}"
    )
    say(
        "| database | machines | load | checks/s | p50 ms | p99 ms | refused"
        " | CPU µs per check: server / database / wrk | ceiling/s | MB: server / database |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")
    results: list[dict[str, Any]] = []
    with ExitStack() as stack:
        postgres = None
        if "postgresql" in arguments.databases:
            postgres = stack.enter_context(cluster())
            for size in arguments.sizes:
                url = postgres.create_database(f"bench{size}")
                results += await bench("postgresql", url, size, arguments, postgres)
                postgres.drop_database(f"bench{size}")
        if "sqlite" in arguments.databases:
            for size in arguments.sizes:
                with tempfile.TemporaryDirectory(prefix="craton-bench-") as folder:
                    url = f"sqlite+aiosqlite:///{folder}/bench.db"
                    results += await bench("sqlite", url, size, arguments, None)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split(",")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_numbers, default=[10_000, 100_000, 3_000_000])
    parser.add_argument("--databases", type=_words, default=["postgresql", "sqlite"])
    parser.add_argument("--kinds", type=_words, default=list(KINDS))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is missing: install Debian's package 'wrk'")
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
