"""Roll-ups of the fleet's status over time, and how long records are kept.

Source: issue 4 (retention and roll-ups). A roll-up copies the tally, so status over time
costs as many rows as there are (group, version, status) combinations, not machines.
"""

# ruff: noqa: S608 (only our own table names are put into SQL; values are arguments)
from __future__ import annotations

from typing import Final

import msgspec

from backend.omaha.store.contract import UpdateStore

DAY: Final = 86_400
RESOLUTIONS: Final = {300: 2 * DAY, 3600: 90 * DAY, DAY: 1100 * DAY}
"""Seconds between roll-ups, and how long each kind is kept."""

CHUNK: Final = 5_000
SILENT_SECONDS: Final = DAY
TRACE_DAYS: Final = 30
"""How long a refused request or a mirror that never came again is remembered."""


class Keep(msgspec.Struct, frozen=True):
    """Days to keep: machines' history, and what the fleet did."""

    history_days: int = 90
    event_days: int = 400


_KEEP: Final = Keep()


async def roll_up(store: UpdateStore, now: float) -> None:
    """Copy the tally into each resolution whose time has come; once per bucket."""
    async with store.transaction() as tx:
        for seconds in RESOLUTIONS:
            at = now // seconds * seconds
            await tx.query(
                "INSERT INTO omaha_rollup (seconds, at, group_id, release, status, machines)"
                " SELECT CAST(? AS integer), CAST(? AS double precision), group_id, release,"
                " status, machines FROM omaha_tally WHERE machines > 0 AND NOT EXISTS"
                " (SELECT 1 FROM omaha_rollup WHERE seconds = ? AND at = ?)",
                seconds,
                at,
                seconds,
                at,
            )


async def thin(store: UpdateStore, now: float, keep: Keep = _KEEP) -> int:
    """Delete what is too old, a little at a time; how many rows went."""
    gone = 0
    for seconds, kept in RESOLUTIONS.items():
        gone += await _delete(
            store, "DELETE FROM omaha_rollup WHERE seconds = ? AND at < ?", seconds, now - kept
        )
    gone += await _delete(store, _OLD.format("omaha_history"), now - keep.history_days * DAY)
    gone += await _delete(store, _OLD.format("omaha_event"), now - keep.event_days * DAY)
    for table in ("omaha_refused", "omaha_mirror"):
        limit = now - TRACE_DAYS * DAY
        gone += await _delete(store, f"DELETE FROM {table} WHERE last_at < ?", limit)
    gone += await _delete(
        store,
        "DELETE FROM omaha_tally WHERE machines = 0 AND status > ?",
        0,
    )
    return gone


async def count_silent(store: UpdateStore, now: float) -> None:
    """Refresh how many machines of each group were not seen for 24 hours."""
    async with store.snapshot() as query:
        rows = await query(
            "SELECT group_id, count(*) FROM omaha_instance WHERE last_seen < ? AND NOT hidden"
            " GROUP BY group_id",
            now - SILENT_SECONDS,
        )
    silent = dict(rows)
    async with store.transaction() as tx:
        for (group,) in await tx.query("SELECT group_id FROM omaha_counter ORDER BY group_id"):
            await tx.query(
                "UPDATE omaha_counter SET silent = ?, silent_at = ? WHERE group_id = ?",
                silent.get(group, 0),
                now,
                group,
            )


_OLD: Final = (
    "DELETE FROM {0} WHERE id IN (SELECT id FROM {0} WHERE at < ?"
    f" ORDER BY id LIMIT {CHUNK}) AND at < ?"
)


async def _delete(store: UpdateStore, statement: str, *arguments: float) -> int:
    """Run a deletion chunk by chunk, each its own short transaction."""
    gone = 0
    while True:
        given = arguments if statement.count("?") == len(arguments) else (*arguments, arguments[-1])
        async with store.transaction() as tx:
            rows = await tx.query(f"{statement} RETURNING 1", *given)
        gone += len(rows)
        if len(rows) < CHUNK:
            return gone
