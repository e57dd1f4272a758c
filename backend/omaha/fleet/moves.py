"""Moving many machines to another group at once, with every count kept right.

One transaction, bounded in size: counters and rollouts are locked, then the machines, in the
order every writer locks in. What was selected before is selected again under lock, so that as
many machines are moved as the operator was told, or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import PreconditionFailed
from backend.omaha.domain.model import GrantState
from backend.omaha.fleet.actions import moved
from backend.omaha.store.entry import COLUMNS, MachineEntry
from backend.omaha.store.ledger import Ledger
from backend.omaha.store.session import SessionTransaction
from backend.omaha.store.tables import InstanceRecord

__all__ = ["MAX_MOVED", "move_all"]

MAX_MOVED: Final = 5_000
"""Machines one transaction moves: the counters of their groups are locked for so long."""

_CHUNK: Final = 500
_COLLIDED: Final = ("40P01", "40001")
"""PostgreSQL's deadlock and serialisation failure: others wrote the same machines."""
_ID: Final = col(InstanceRecord.id)


async def move_all(
    session: AsyncSession,
    ids: Sequence[int],
    still: Sequence[ColumnElement[bool]],
    group_id: int,
    *,
    expected: int,
) -> Counter[int]:
    """Move those of `ids` for which `still` holds into the group, pinned there; how many came
    from which group. Open grants are given up. `PreconditionFailed` when not `expected` many
    are left, or they changed hands meanwhile: nothing is moved then."""
    try:
        return await _move_all(session, ids, still, group_id, expected)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") in _COLLIDED:
            raise _collided() from error
        raise


async def _move_all(
    session: AsyncSession,
    ids: Sequence[int],
    still: Sequence[ColumnElement[bool]],
    group_id: int,
    expected: int,
) -> Counter[int]:
    tx = SessionTransaction(session)
    groups, rollouts = await _involved(session, ids)
    locked = await tx.lock(sorted(groups | {group_id}), sorted(rollouts))
    entries = [entry for part in _parts(ids) for entry in await _locked(session, part, still)]
    if len(entries) != expected:
        raise changed_meanwhile(len(entries), expected)
    if any(_slipped(entry, groups, rollouts) for entry in entries):
        raise _collided()
    ledger = Ledger(locked.counters, locked.rollouts)
    after = [moved(entry, group_id) for entry in entries]
    for old, new in zip(entries, after, strict=True):
        ledger.move(old, new)
    await tx.update_locked(after)
    await tx.settle(ledger)
    await tx.notify([entry.key for entry in entries])
    return Counter(entry.group_id for entry in entries)


def changed_meanwhile(number: int, expected: int) -> PreconditionFailed:
    """The 412 of a count that is no longer what the operator was told."""
    return PreconditionFailed(
        f"{number} machines would be moved now, not {expected}. Look again and repeat with the "
        "present number.",
        current={"machines": number},
    )


def _collided() -> PreconditionFailed:
    return PreconditionFailed("Some of the machines changed this very moment; try again.")


async def _involved(session: AsyncSession, ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """The groups and rollouts whose counts the machines are in."""
    groups: set[int] = set()
    rollouts: set[int] = set()
    for part in _parts(ids):
        found = await session.execute(
            select(col(InstanceRecord.group_id), col(InstanceRecord.rollout_id))
            .where(_ID.in_(part))
            .distinct()
        )
        for group, rollout in found:
            groups.add(group)
            if rollout is not None:
                rollouts.add(rollout)
    return groups, rollouts


async def _locked(
    session: AsyncSession, ids: Sequence[int], still: Sequence[ColumnElement[bool]]
) -> list[MachineEntry]:
    columns = [getattr(InstanceRecord, name) for name in COLUMNS]
    query = select(*columns).where(_ID.in_(ids), *still).order_by(_ID).with_for_update()
    return [MachineEntry(*row) for row in await session.execute(query)]


def _slipped(entry: MachineEntry, groups: set[int], rollouts: set[int]) -> bool:
    """Whether its counts are not among the locked ones."""
    held = entry.rollout_id if entry.grant_state != GrantState.NONE else None
    return entry.group_id not in groups or (held is not None and held not in rollouts)


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
