"""How long the Activity page takes over a million entries, through the whole API.

``python -m tests.bench.activity_bench [entries] [postgresql|sqlite]``: fills the record of a year,
then asks for the page several times with each filter and prints the median and the slowest answer,
for an owner and for a viewer of one namespace. The aim is 200 ms (issue 10). ``--plans`` explains
the statements of what takes over 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path

import asyncpg
import httpx2
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.policy import Policy
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.features.activity.collections import ACTIVITY, activity_source
from backend.http.guard import require_principal
from backend.http.problems import install_problem_handlers
from backend.live.hub import LiveHub
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.parts import provide
from tests.bench.updates_load import CHUNK, SERIES
from tests.bench.updates_pages import NoSockets, database, one
from tests.people import holding, principal
from tests.roles import OWNER, ROLES

FACETS = "&".join(f"facet={column.id}" for column in ACTIVITY.columns if column.facet)
YEAR = 365 * 86_400.0
PAGES = {
    "the newest": "",
    "as the page asks": FACETS,
    "the oldest": "sort=at",
    "of one person": "filter=actor%3Dperson7",
    "of one person, with facets": f"filter=actor%3Dperson7&{FACETS}",
    "of somebody rare": "filter=actor%3Drare",
    "of nobody": "filter=actor%3Dnobody",
    "one action": "filter=action%3Dpod%3Adelete",
    "refused": "filter=outcome%3Drefused",
    "refused, with facets": f"filter=outcome%3Drefused&{FACETS}",
    "of a target": "filter=target%3Dweb-1234",
    "of a target, an object's page": "filter=target_kind%3Dpod&filter=target%3Dweb-1234",
    "of one address": "filter=address%3D10.0.0.7",
    "the last hour": "filter=at%3E-1h",
    "a day months ago": "filter=at%3E-101d&filter=at%3C-100d",
    "two filters": "filter=actor%3Dperson7&filter=outcome%3Drefused",
    "not succeeded": "filter=outcome!%3Dsuccess",
    "not succeeded, with facets": f"filter=outcome!%3Dsuccess&{FACETS}",
    "of others than the console": "filter=actor!~person",
    "target holds": "filter=target~web-1234",
    "target holds, one of many": "filter=target~key-123451",
    "search, common": "q=person7",
    "search, common, with facets": f"q=person7&{FACETS}",
    "search, nearly all": "q=session",
    "search, rare": "q=rare",
    "search, nothing": "q=zzzz",
    "search, two letters": "q=zz",
    "search, one of many": "q=key-123451",
    "search, many values": "q=web-12",
    "search, two words": "q=person7+shop3",
    "search, one who left": "q=left",
    "search, one who left, oldest": "q=left&sort=at",
    "search, one who left, refused": "q=left&filter=outcome%3Drefused",
    "what was said": "filter=detail~usual+length",
    "what nobody said": "filter=detail~zzzz",
    "a request's id, a part of it": "filter=request~r1234",
    "sorted by who": "sort=actor",
}

TARGET = (
    "CASE WHEN n = 100 THEN 'left' WHEN n % 5 = 1 THEN '/config/key-' || n"
    " ELSE 'web-' || (n % 5000) END"
)
"""A fifth of the entries are of a target of their own; whoever left has a late entry about them."""
COLUMNS = {
    "key": None,
    "at": "{now} - n * {step}",
    "organisation": "'main'",
    "actor": "CASE WHEN n % 250000 = 7 THEN 'rare'"
             " WHEN n % 20 = 9 AND n > {count} * 0.7 THEN 'left' ELSE 'person' || (n % 40) END",
    "subject_kind": "'user'", "subject_id": "'u' || (n % 40)", "credential_kind": "'session'",
    "credential_id": "'s' || (n % 4000)", "provider": "'password'",
    "address": "'10.0.0.' || (n % 200)", "agent": "'Mozilla/5.0'", "request": "'r' || n",
    "action": "CASE n % 20 WHEN 0 THEN 'pod:delete' WHEN 1 THEN 'secret:reveal'"
              " WHEN 2 THEN 'session:close' ELSE 'session:open' END",
    "decision": "CASE WHEN n % 50 = 3 THEN 'denied' ELSE 'allowed' END", "binding": "'b1'",
    "outcome": "CASE WHEN n % 50 = 3 THEN 'refused' ELSE 'success' END",
    "target_kind": "CASE WHEN n % 20 < 2 THEN 'pod' ELSE 'session' END",
    "target_id": TARGET, "target": TARGET,
    "scope": "CASE WHEN n % 20 = 0 THEN 'org/main/cluster/c1/ns/shop' || (n % 30)"
             " ELSE 'org/main' END",
    "detail": "'A sentence that says what was done, of usual length.'", "change": "''",
    "upstream": "''", "times": "1",
}  # fmt: skip
KEY = {
    "postgresql": "lpad(to_hex((({now} - n * {step}) * 1000)::bigint), 12, '0')",
    "sqlite": "printf('%012x', CAST(({now} - n * {step}) * 1000 AS INTEGER))",
}


def statements(dialect: str, count: int) -> list[str]:
    """SQL that writes the entries, newest last."""
    values = {"now": time.time(), "step": YEAR / count, "count": count}
    key = f"{KEY[dialect]} || '-' || n"
    told = [(text or key).format(**values) for text in COLUMNS.values()]
    into = f"INSERT INTO audit_entry ({', '.join(COLUMNS)}) SELECT {', '.join(told)} FROM "
    return [
        *(
            into + SERIES[dialect].format(first=first, last=min(first + CHUNK, count) - 1)
            for first in range(0, count, CHUNK)
        ),
        "DELETE FROM audit_pending",
        *(["VACUUM ANALYZE"] if dialect == "postgresql" else ["ANALYZE"]),
    ]


async def fill(url: str, count: int) -> None:
    """Write them past the console, which would take hours."""
    dialect = make_url(url).get_backend_name()
    if dialect == "sqlite":
        connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        for sql in ("PRAGMA cache_size=-262144", *statements(dialect, count)):
            connection.execute(sql)
        connection.close()
        return
    postgres = await asyncpg.connect(url.replace("+asyncpg", ""))
    await postgres.execute("SET synchronous_commit = off")
    for sql in statements(dialect, count):
        await postgres.execute(sql, timeout=1800)
    await postgres.close()


def application(engine: AsyncEngine, policy: Policy) -> FastAPI:
    """The collection as the console serves it."""
    app = FastAPI()
    install_problem_handlers(app)
    registry = Registry()
    registry.add(ACTIVITY, activity_source(create_db_sessions(engine), "main"))
    hub = LiveHub(registry, NoSockets())
    provide(app, hub)
    app.include_router(live_router(hub), prefix="/api/v1")
    app.dependency_overrides[require_principal] = lambda: principal(policy)
    return app


async def measure(url: str, count: int, plans: bool) -> None:
    """Fill, ask, print."""
    engine = create_engine(url)
    await upgrade(engine)
    began = time.monotonic()
    await fill(url, count)
    print(f"{count} entries on {make_url(url).get_backend_name()}", end=", ")
    print(f"filled in {time.monotonic() - began:.0f} s")
    shop = ("org", "main", "cluster", "c1", "ns", "shop0")
    people = {
        "owner": holding((OWNER, ("org", "main"))),
        "of shop0": holding((ROLES["auditor"], shop)),
    }
    for who, policy in people.items():
        print(who)
        transport = httpx2.ASGITransport(application(engine, policy))
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
            for title, asked in PAGES.items():
                await one(http, title, f"/collections/activity?{asked}", engine, plans)
    await engine.dispose()


def main() -> None:
    """Run against a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int, nargs="?", default=1_000_000)
    parser.add_argument("kind", choices=["postgresql", "sqlite"], nargs="?", default="sqlite")
    parser.add_argument("--plans", action="store_true", help="explain what takes over 50 ms")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(chosen.kind, Path(folder)) as url:
        asyncio.run(measure(url, chosen.entries, chosen.plans))


if __name__ == "__main__":
    main()
