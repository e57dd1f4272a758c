"""How long the operators' pages take over millions of machines, through the whole API.

``python -m tests.bench.updates_pages [machines] [postgresql|sqlite]``: fills a database with a
mixed fleet (24 groups, 30 versions, every status), then asks each page several times over
ASGI and prints the median and the slowest answer. The aim is 200 ms (issue 4). With
``--plans`` the statements of each page are explained too.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import httpx2
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.websockets import WebSocket

from auth.principal import Principal
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.http.guard import require_principal
from backend.http.problems import install_problem_handlers
from backend.jobs import Jobs
from backend.live.hub import LiveHub
from backend.live.page import write_cursor
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.omaha.api import UpdatesDeps, updates_router
from backend.omaha.catalog import applications, channels, groups, packages
from backend.omaha.domain.model import Arch
from backend.omaha.lists.collections import INSTANCES
from backend.omaha.lists.sources import sources
from backend.omaha.payloads.files import PayloadFiles
from backend.parts import provide
from tests.bench.updates_cluster import cluster
from tests.bench.updates_load import CHUNK, IDENTITY, OEM, SERIES
from tests.people import holding, principal
from tests.roles import OWNER

GROUPS, RELEASES = 24, 30
ROUNDS = 5
DAY_POINTS = 288

U, C = "/updates", "/collections"
PAGES = {
    "applications": f"{C}/applications",
    "groups with machines": f"{C}/groups",
    "overview of everything": f"{U}/applications/1/overview",
    "overview of a group": f"{U}/groups/3/overview",
    "by version, one channel": f"{U}/applications/1/breakdown?by=release&channel_id=1",
    "status over a day, group": f"{U}/groups/3/timeline?since={{day}}&until={{now}}",
    "status over a day, all": f"{U}/applications/1/timeline?since={{day}}&until={{now}}",
    "versions over a day, all": (
        f"{U}/applications/1/timeline?by=release&since={{day}}&until={{now}}"
    ),
    "machines, first page": f"{C}/instances",
    "machines, with all facets": f"{C}/instances?facet=status&facet=release&facet=group",
    "machines, by name, last first": f"{C}/instances?sort=-name",
    "machines, page in the middle": f"{C}/instances?cursor={{middle}}",
    "machines of a group": f"{C}/instances?filter=group%3Dg3",
    "machines of a group, deep": f"{C}/instances?filter=group%3Dg3&cursor={{middle}}",
    "in error, all groups": f"{C}/instances?filter=status%3Derror",
    "in error, deep": f"{C}/instances?filter=status%3Derror&cursor={{middle}}",
    "of a version": f"{C}/instances?filter=release%3D4000.0.7",
    "of a version in error": f"{C}/instances?filter=release%3D4000.0.7&filter=status%3Derror",
    "of a channel on hold": f"{C}/instances?filter=channel%3Dc2&filter=status%3Don_hold",
    "of a rare OEM (no index)": f"{C}/instances?filter=oem%3Drare",
    "not seen for a day (no index)": f"{C}/instances?filter=seen%3C-1d",
    "hidden": f"{C}/instances?filter=hidden%3Dtrue",
    "search id": f"{C}/instances?q=9e37",
    "search name": f"{C}/instances?q=node-12345",
    "search address": f"{C}/instances?q=10.0.1",
    "search nothing": f"{C}/instances?q=zzzz",
    "one machine": f"{C}/instances/{{one}}",
    "one machine, its own page": f"{U}/instances/{{one}}",
    "activity": f"{C}/update-events",
    "activity of a rare kind": f"{C}/update-events?filter=kind%3Dcounters_healed",
    "preview of a policy": f"POST {U}/groups/3/preview",
    "move of 5,000, looked at": f"POST {U}/applications/1/instances/move",
}
BODIES = {
    "preview of a policy": {"policy": {"enabled": True, "oem": {"include": ["azure"]}}},
    "move of 5,000, looked at": {"filter": ["status=error"], "to_group_id": 3, "dry_run": True},
}


_TALLY = (
    "INSERT INTO omaha_tally SELECT group_id, release, status, count(*) FROM omaha_instance"
    " WHERE NOT hidden GROUP BY 1, 2, 3"
)
_ROLLUP = (
    "INSERT INTO omaha_rollup (seconds, at, group_id, release, status, machines) SELECT 300,",
    "- n * 300, group_id, release, status, machines FROM omaha_tally CROSS JOIN",
)
_EVENTS = (
    "INSERT INTO omaha_event (at, kind, severity, group_id, machine_id, release, detail) SELECT",
    f"- n, 5, 4, 1 + n % {GROUPS}, 'm', '1.0.0', 'd' FROM",
)


def statements(dialect: str, count: int, now: float) -> list[str]:
    """SQL that registers the machines and everything counted from them."""
    status = "CASE WHEN n % 100 < 70 THEN 4 WHEN n % 100 < 90 THEN 8 ELSE 1 + n % 7 END"
    columns = {
        "application_id": "1", "machine_id": IDENTITY[dialect],
        "group_id": f"1 + n * 7 % {GROUPS}",
        "release": f"'4000.0.' || (n / 11 % {RELEASES})", "arch": "1", "track": "'t'",
        "created_at": f"{now}", "last_seen": f"{now} - n % 86000", "status_at": f"{now}",
        "status": status, "reason": "n % 20", "grant_state": "0", "pinned": "false",
        "hidden": "n % 100000 = 7", "name": "'node-' || n", "named": "false",
        "ip": "'10.' || (n / 65536 % 256) || '.' || (n / 256 % 256) || '.' || (n % 256)",
        "oem": f"CASE WHEN n % 500000 = 9 THEN 'rare' ELSE {OEM} END", "oem_version": "'1'",
        "aleph_version": "'4000.0.0'", "platform": "'CoreOS'", "version": "1",
    }  # fmt: skip
    into = f"INSERT INTO omaha_instance ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
    parts = [
        f"{into} FROM " + SERIES[dialect].format(first=first, last=min(first + CHUNK, count) - 1)
        for first in range(0, count, CHUNK)
    ]
    series = SERIES[dialect].format(first=1, last=DAY_POINTS)
    recent = SERIES[dialect].format(first=1, last=min(count, 300_000))
    return [
        *parts,
        _TALLY,
        f"{_ROLLUP[0]} {now // 300 * 300} {_ROLLUP[1]} {series}",
        f"{_EVENTS[0]} {now} {_EVENTS[1]} {recent}",
        *(["VACUUM ANALYZE"] if dialect == "postgresql" else ["ANALYZE"]),
    ]


async def seed(engine: AsyncEngine) -> None:
    """The catalogue the machines belong to."""
    async with create_db_sessions(engine)() as session, session.begin():
        await applications.create(session, "app", "App")
        new = packages.NewPackage("4000.0.29", Arch.AMD64, "f.gz", 5, "x", url="http://x/")
        package = await packages.create(session, 1, new)
        for n in range(1, 7):
            await channels.create(session, 1, name=f"c{n}", arch=Arch.AMD64, package_id=package.id)
        for n in range(1, GROUPS + 1):
            await groups.create(
                session, 1, name=f"g{n}", track=f"t{n}", arch=Arch.AMD64, channel_id=1 + n % 6
            )


async def fill(url: str, count: int) -> None:
    now = time.time()
    dialect = make_url(url).get_backend_name()
    if dialect == "sqlite":
        connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        for sql in ("PRAGMA cache_size=-262144", *statements(dialect, count, now)):
            connection.execute(sql)
        connection.close()
        return
    postgres = await asyncpg.connect(url.replace("+asyncpg", ""))
    await postgres.execute("SET synchronous_commit = off")
    for sql in statements(dialect, count, now):
        await postgres.execute(sql, timeout=1800)
    await postgres.close()


def application(engine: AsyncEngine, home: Path) -> FastAPI:
    """The API as the console serves it, for an owner."""

    owner = holding((OWNER, ("org", "main")))
    jobs = Jobs(str(engine.url), engine, Bus(engine))
    app = FastAPI()
    provide(app, create_db_sessions(engine))
    install_problem_handlers(app)
    app.include_router(
        updates_router(UpdatesDeps("main", PayloadFiles(home), jobs)), prefix="/api/v1"
    )
    registry = Registry()
    for source, _ in sources(create_db_sessions(engine), "main"):
        registry.add(source.collection, source)
    hub = LiveHub(registry, NoSockets())
    provide(app, hub)
    app.include_router(live_router(hub), prefix="/api/v1")
    app.dependency_overrides[require_principal] = lambda: principal(owner)
    return app


class NoSockets:
    """Nobody opens a socket here."""

    async def authenticate(self, _websocket: WebSocket) -> int:
        return 4401

    async def current(self, _principal: Principal) -> None:
        return None

    def touch(self, _principal: Principal) -> None:
        return None


async def measure(url: str, count: int, home: Path, plans: bool) -> None:
    engine = create_engine(url)
    await upgrade(engine)
    await seed(engine)
    began = time.monotonic()
    await fill(url, count)
    print(f"{count} machines on {make_url(url).get_backend_name()}", end=", ")
    print(f"filled in {time.monotonic() - began:.0f} s")

    now = time.time()
    values = {"now": now, "day": now - 86_400, "middle": await middle(engine), "one": count // 3}
    transport = httpx2.ASGITransport(application(engine, home))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
        for title, page in PAGES.items():
            await one(http, title, page.format(**values), engine, plans)
    await engine.dispose()


async def middle(engine: AsyncEngine) -> str:
    """The cursor behind a machine half way through the ids."""
    query = "SELECT id, machine_id FROM omaha_instance WHERE machine_id >= '8' ORDER BY 2 LIMIT 1"
    async with engine.connect() as connection:
        key, machine = (await connection.execute(text(query))).one()
    return write_cursor(parse_query(INSTANCES), SimpleNamespace(key=str(key), machine_id=machine))


async def one(
    http: httpx2.AsyncClient, title: str, page: str, engine: AsyncEngine, plans: bool
) -> None:
    method, _, path = page.rpartition(" ")
    seen: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        seen.append((statement, parameters))

    times = []
    for number in range(ROUNDS):
        if plans and number == 0:
            event.listen(engine.sync_engine, "before_cursor_execute", note)
        began = time.perf_counter()
        answer = await http.request(method or "GET", f"/api/v1{path}", json=BODIES.get(title))
        times.append((time.perf_counter() - began) * 1000.0)
        if plans and number == 0:
            event.remove(engine.sync_engine, "before_cursor_execute", note)
        assert answer.status_code == 200, answer.text
    median, slowest = statistics.median(times), max(times)
    print(f"{title:32} {median:8.1f} {slowest:8.1f} ms{'  OVER' if median > 200 else ''}")
    if plans and median > 50:
        await explain(engine, seen)


async def explain(engine: AsyncEngine, seen: list[tuple[str, object]]) -> None:
    prefix = "EXPLAIN (ANALYZE, BUFFERS) "
    if engine.dialect.name == "sqlite":
        prefix = "EXPLAIN QUERY PLAN "
    async with engine.connect() as connection:
        for statement, parameters in seen:
            if statement.startswith("SELECT"):
                found = await connection.exec_driver_sql(prefix + statement, parameters)
                print("   ", statement[:100].replace("\n", " "))
                for row in list(found)[:40]:
                    print("      ", str(row[-1])[:150])


@contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{home / 'pages.db'}"
        return
    with cluster() as server:
        yield server.create_database("pages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machines", type=int, nargs="?", default=3_000_000)
    parser.add_argument("kind", choices=["postgresql", "sqlite"], nargs="?", default="postgresql")
    parser.add_argument("--plans", action="store_true", help="explain what takes over 50 ms")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(chosen.kind, Path(folder)) as url:
        asyncio.run(measure(url, chosen.machines, Path(folder), chosen.plans))


if __name__ == "__main__":
    main()
