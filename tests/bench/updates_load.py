"""Fills a database with registered machines, inside the database: millions in a minute."""

from __future__ import annotations

import sqlite3
import time

import asyncpg
from sqlalchemy.engine import make_url

from backend.omaha.domain.model import Reason, UpdateStatus
from backend.omaha.domain.rules import RolloutPolicy
from tests.omaha_world import NEW, OLD, World

OPEN = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=None)
ONE = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=1, period_seconds=86_400)
CHUNK = 250_000

SERIES = {
    "postgresql": "generate_series({first}, {last}) AS s(n)",
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c"
    " WHERE n < {last}) SELECT n FROM c) AS s",
}
IDENTITY = {
    "postgresql": "repeat(lpad(to_hex(n::bigint * 2654435761 % 4294967296), 8, '0'), 4)",
    "sqlite": "replace('xxxx', 'x', printf('%08x', n * 2654435761 % 4294967296))",
}
OEM = (
    "CASE n % 6 WHEN 0 THEN 'qemu' WHEN 1 THEN 'azure' WHEN 2 THEN 'ami' WHEN 3 THEN 'gce'"
    " WHEN 4 THEN 'vmware' ELSE 'openstack' END"
)
COUNT = """
INSERT INTO omaha_tally (group_id, release, status, machines)
SELECT group_id, release, status, count(*) FROM omaha_instance GROUP BY group_id, release, status
"""


def identity(number: int) -> str:
    """A machine id in no order, which the load script can compute too."""
    return f"{number * 2654435761 % (1 << 32):08x}" * 4


async def build(world: World) -> dict[str, int]:
    """The groups machines are in; their ids by track."""
    return {
        "steady": await world.group("steady", OPEN),
        "fresh": await world.group("fresh", OPEN),
        "limited": await world.group("limited", ONE),
    }


def statement(dialect: str, groups: dict[str, int], first: int, last: int) -> str:
    """Registers machines `first` to `last`: 7 of 10 up to date (steady), 3 of 10 on hold in
    a group under limit 1 (limited)."""
    now = time.time()
    limited = "n % 10 < 3"
    columns = {
        "application_id": "1",
        "machine_id": IDENTITY[dialect],
        "group_id": f"CASE WHEN {limited} THEN {groups['limited']} ELSE {groups['steady']} END",
        "release": f"CASE WHEN {limited} THEN '{OLD}' ELSE '{NEW}' END",
        "arch": "1",
        "track": f"CASE WHEN {limited} THEN 'limited' ELSE 'steady' END",
        "created_at": f"{now}",
        "last_seen": f"{now} - n % 2700",
        "status_at": f"{now}",
        "status": f"CASE WHEN {limited} THEN {UpdateStatus.ON_HOLD:d}"
        f" ELSE {UpdateStatus.UNDEFINED:d} END",
        "reason": f"CASE WHEN {limited} THEN {Reason.PERIOD_LIMIT:d}"
        f" ELSE {Reason.UP_TO_DATE:d} END",
        "grant_state": "0",
        "pinned": "false",
        "hidden": "false",
        "name": "'node-' || n",
        "named": "false",
        "ip": "'127.0.0.1'",
        "oem": OEM,
        "oem_version": "'1'",
        "aleph_version": f"'{OLD}'",
        "platform": "'CoreOS'",
        "version": "1",
    }
    series = SERIES[dialect].format(first=first, last=last)
    return (
        f"INSERT INTO omaha_instance ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())} FROM {series}"
    )


async def load(url: str, count: int, groups: dict[str, int]) -> float:
    """Register `count` machines; seconds it took."""
    began = time.monotonic()
    dialect = make_url(url).get_backend_name()
    parts = [
        statement(dialect, groups, first, min(first + CHUNK, count) - 1)
        for first in range(0, count, CHUNK)
    ]
    if dialect == "sqlite":
        _sqlite(make_url(url).database or "", [*parts, COUNT])
    else:
        await _postgres(url, [*parts, COUNT, "VACUUM ANALYZE omaha_instance", "CHECKPOINT"])
    return time.monotonic() - began


def _sqlite(path: str, statements: list[str]) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA cache_size = -524288")
    for sql in statements:
        connection.execute(sql)
        connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _postgres(url: str, statements: list[str]) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("SET synchronous_commit = off")
    for sql in statements:
        await connection.execute(sql, timeout=600)
    await connection.close()
