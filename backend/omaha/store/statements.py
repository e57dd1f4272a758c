"""SQL both databases share, built from the columns of the rows in memory."""

# ruff: noqa: S608 (only our own column names are put into SQL; values are arguments)
from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from backend.omaha.domain.model import Rollout, RolloutState
from backend.omaha.policy.limits import Bucket
from backend.omaha.store.contract import ROLLOUT_COLUMNS
from backend.omaha.store.entry import CHANGING, COLUMNS
from backend.omaha.store.ledger import CounterState

INSTANCE: Final = ", ".join(COLUMNS)
ROLLOUT: Final = ", ".join(ROLLOUT_COLUMNS)

_KEPT: Final = ("id", "group_id", "package_id", "release")
ROLLOUT_CHANGING: Final = tuple(name for name in ROLLOUT_COLUMNS if name not in _KEPT)

ADMISSION: Final = 0x6F_6D_61_68_61  # "omaha"
"""PostgreSQL's advisory lock: shared by those that add machines, exclusive for who must be sure
that none is added."""
READ_CONFIG: Final = "SELECT version FROM omaha_config WHERE id = 1"
READ_COUNTERS: Final = "SELECT group_id, in_progress, timed_out, buckets FROM omaha_counter"
UPDATE_COUNTER: Final = (
    "UPDATE omaha_counter SET in_progress = ?, timed_out = ?, buckets = ? WHERE group_id = ?"
)
UPDATE_ROLLOUT: Final = (
    f"UPDATE omaha_rollout SET {', '.join(f'{name} = ?' for name in ROLLOUT_CHANGING)} WHERE id = ?"
)
UPDATE_INSTANCE: Final = (
    f"UPDATE omaha_instance SET {', '.join(f'{name} = ?' for name in CHANGING)},"
    " version = version + 1 WHERE id = ? AND version = ?"
)
INSERT_HISTORY: Final = (
    "INSERT INTO omaha_history (instance_id, group_id, rollout_id, at, status, release, reason,"
    " error_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_EVENT: Final = (
    "INSERT INTO omaha_event (at, kind, severity, application_id, group_id, channel_id,"
    " rollout_id, instance_id, machine_id, release, error_code, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
UPSERT_TALLY: Final = (
    "INSERT INTO omaha_tally (group_id, release, status, machines) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (group_id, release, status)"
    " DO UPDATE SET machines = omaha_tally.machines + excluded.machines"
)

_decode_buckets = msgspec.json.Decoder(list[Bucket])


def counter(row: tuple[int, int, int, str]) -> CounterState:
    """A counter row in memory."""
    return CounterState(row[0], row[1], row[2], _decode_buckets.decode(row[3]))


def counter_values(state: CounterState) -> tuple[int, int, str, int]:
    """The arguments of `UPDATE_COUNTER`."""
    buckets = msgspec.json.encode(state.buckets).decode()
    return state.in_progress, state.timed_out, buckets, state.group_id


def rollout(row: tuple[object, ...]) -> Rollout:
    """A row of `ROLLOUT` columns as a value."""
    fields = dict(zip(ROLLOUT_COLUMNS, row, strict=True))
    fields["state"] = RolloutState(int(str(fields["state"])))
    return Rollout(**fields)  # type: ignore[arg-type]  # the database holds the field types


def rollout_values(value: Rollout) -> tuple[object, ...]:
    """The arguments of `UPDATE_ROLLOUT`."""
    return (*(getattr(value, name) for name in ROLLOUT_CHANGING), value.id)


@lru_cache(maxsize=256)
def numbered(sql: str) -> str:
    """`sql` with its `?` written as PostgreSQL writes them: $1, $2."""
    parts = sql.split("?")
    joined = "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1))
    return joined + parts[-1]
