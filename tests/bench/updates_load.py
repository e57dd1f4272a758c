"""Fills a database with registered machines, fast: COPY, or one big transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from backend.omaha.entry import INSERTED
from backend.omaha.model import Grant, Reason, Status
from backend.omaha.rules import Policy
from tests.omaha_world import NEW, OLD, World

OPEN = Policy(enabled=True, safe_mode=False, max_updates_per_period=None)
ONE = Policy(enabled=True, safe_mode=False, max_updates_per_period=1, period_seconds=86_400)
OEMS = ("qemu", "azure", "ami", "gce", "vmware", "openstack")

COUNT = """
INSERT INTO omaha_tally (group_id, release, status, machines)
SELECT group_id, release, status, count(*) FROM omaha_instance GROUP BY group_id, release, status
"""


def identity(number: int) -> str:
    """A machine id in no order, which the load script can compute too."""
    return f"{number * 2654435761 % (1 << 32):08x}" * 4


def kind_of(number: int) -> str:
    """steady (7 of 10): up to date; limited (3 of 10): old, in a group under limit 1."""
    return "limited" if number % 10 < 3 else "steady"


async def build(world: World) -> dict[str, int]:
    """The groups machines are in; their ids by track."""
    return {
        "steady": await world.group("steady", OPEN),
        "fresh": await world.group("fresh", OPEN),
        "limited": await world.group("limited", ONE),
    }


def rows(count: int, groups: dict[str, int], now: float) -> Iterator[tuple[Any, ...]]:
    """Instance rows without id."""
    for number in range(count):
        kind = kind_of(number)
        steady = kind == "steady"
        values = {
            "application_id": 1,
            "machine_id": identity(number),
            "group_id": groups[kind],
            "release": NEW if steady else OLD,
            "arch": 1,
            "track": kind,
            "created_at": now,
            "last_seen": now - number % 2700,
            "status_at": now,
            "status": int(Status.UNDEFINED if steady else Status.ON_HOLD),
            "reason": int(Reason.UP_TO_DATE if steady else Reason.PERIOD_LIMIT),
            "error_code": None,
            "grant_state": int(Grant.NONE),
            "rollout_id": None,
            "granted_release": None,
            "granted_at": None,
            "expires_at": None,
            "pinned": False,
            "hidden": False,
            "name": f"node-{number}",
            "named": False,
            "ip": "127.0.0.1",
            "oem": OEMS[number % len(OEMS)],
            "oem_version": "1",
            "aleph_version": OLD,
            "platform": "CoreOS",
            "version": 1,
        }
        yield tuple(values[name] for name in INSERTED)


async def load(url: str, count: int, groups: dict[str, int]) -> float:
    """Register `count` machines; seconds it took."""
    began = time.monotonic()
    now = time.time()
    if url.startswith("sqlite"):
        _load_sqlite(make_url(url).database or "", count, groups, now)
    else:
        await _load_postgres(url, count, groups, now)
    return time.monotonic() - began


def _load_sqlite(path: str, count: int, groups: dict[str, int], now: float) -> None:
    connection = sqlite3.connect(path)
    marks = ", ".join("?" * len(INSERTED))
    connection.executemany(
        f"INSERT INTO omaha_instance ({', '.join(INSERTED)}) VALUES ({marks})",
        rows(count, groups, now),
    )
    connection.execute(COUNT)
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


async def _load_postgres(url: str, count: int, groups: dict[str, int], now: float) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.copy_records_to_table(
        "omaha_instance", records=rows(count, groups, now), columns=list(INSERTED)
    )
    await connection.execute(COUNT)
    await connection.execute("VACUUM ANALYZE omaha_instance")
    await connection.execute("CHECKPOINT")
    await connection.close()
