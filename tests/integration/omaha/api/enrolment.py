"""Machines and rollouts put into the database as the engine would, counts included."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from backend.omaha.store.tables import (
    CounterRecord,
    GroupRecord,
    InstanceRecord,
    RolloutRecord,
    TallyRecord,
)
from tests.integration.omaha.api.conftest import Api, Estate

NOW = time.time()


async def enrol(api: Api, estate: Estate, *machines: dict[str, Any]) -> list[int]:
    """Put machines into the database as the engine would, counts included."""
    rows = []
    tally: Counter[tuple[int, str, int]] = Counter()
    for number, given in enumerate(machines):
        fields = {
            "application_id": estate.app["id"], "group_id": estate.group["id"],
            "machine_id": f"{number:032x}", "release": "4459.2.0", "arch": 1, "track": "stable",
            "status_at": NOW, "created_at": NOW, "last_seen": NOW, **given,
        }  # fmt: skip
        rows.append(InstanceRecord(**fields))
        if not rows[-1].hidden:
            tally[rows[-1].group_id, rows[-1].release, rows[-1].status] += 1
    async with api.db_sessions() as session:
        session.add_all(rows)
        for (group, release, status), number in tally.items():
            session.add(
                TallyRecord(group_id=group, release=release, status=status, machines=number)
            )
        for group in {row.group_id for row in rows}:
            if await session.get(CounterRecord, group) is None:
                session.add(CounterRecord(group_id=group))
        await session.commit()
    return [row.id for row in rows]


async def rollout(api: Api, estate: Estate, **fields: Any) -> int:
    """A rollout in force towards the new version, as the service opens it."""
    async with api.db_sessions() as session:
        row = RolloutRecord(
            group_id=estate.group["id"], package_id=estate.new["id"], release="4593.2.5",
            created_at=NOW, **fields,
        )  # fmt: skip
        session.add(row)
        if await session.get(CounterRecord, estate.group["id"]) is None:
            session.add(CounterRecord(group_id=estate.group["id"]))
        await session.flush()
        group = await session.get(GroupRecord, estate.group["id"])
        group.rollout_id = row.id
        await session.commit()
        return row.id
