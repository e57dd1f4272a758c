"""Choosing the machines that are to move to another group, and moving them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.live.column import Op
from backend.live.guard import Guard
from backend.live.query import Filter, Query
from backend.omaha.catalog.edit import invalid
from backend.omaha.domain.model import Arch, GrantState
from backend.omaha.domain.rights import Rights
from backend.omaha.fleet import moves
from backend.omaha.fleet.moves import MAX_MOVED
from backend.omaha.lists import machine_choice
from backend.omaha.lists.machine_choice import Chosen, ChosenMachine, machine_query
from backend.omaha.store.tables import GroupRecord, InstanceRecord

__all__ = ["Chosen", "check_target", "choose", "everyone", "move", "updating"]

_CHUNK: Final = 500


def everyone(rights: Rights, group: GroupRecord) -> tuple[Query, Guard]:
    """All machines of a group, hidden ones too, whoever may list them."""
    scope = rights.group(group.application_id, group.id or 0)
    query = machine_query([f"group_id={group.id}"])
    hidden_too = Filter("hidden", Op.IN, (True, False))
    query = replace(query, filters=(*query.filters, hidden_too))
    return query, Guard(rights.organisation, (scope,))


def check_target(target: GroupRecord, application_id: int, field: str) -> None:
    """A 422 unless the machines of this application may go there."""
    if target.application_id != application_id:
        raise invalid(field, "is no group of this application.")


async def choose(
    session: AsyncSession, query: Query, guard: Guard, target: GroupRecord | None
) -> Chosen:
    """The first machines that pass the query and are not in `target` already. A group for
    one architecture takes no others: `Conflict` when there are some."""
    if target is not None:
        elsewhere = Filter("group_id", Op.NE, (str(target.id),))
        query = replace(query, filters=(*query.filters, elsewhere))
    chosen = await machine_choice.choose(session, query, guard, MAX_MOVED)
    if target is not None:
        _check_arch(chosen.machines, target)
    return chosen


async def updating(session: AsyncSession, ids: Sequence[int]) -> int:
    """How many of these machines hold a grant that a move would give up."""
    number = 0
    for start in range(0, len(ids), _CHUNK):
        query = select(func.count()).where(
            col(InstanceRecord.id).in_(ids[start : start + _CHUNK]),
            col(InstanceRecord.grant_state).in_((GrantState.OPEN, GrantState.TIMED_OUT)),
        )
        number += await session.scalar(query) or 0
    return number


async def move(
    session: AsyncSession, chosen: Chosen, target: GroupRecord, *, expected: int
) -> Counter[int]:
    """Move them, when they are still `expected` many; how many came from which group."""
    if len(chosen.ids) != expected:
        raise moves.changed_meanwhile(len(chosen.ids), expected)
    if not chosen.ids:
        return Counter()
    return await moves.move_all(
        session, chosen.ids, chosen.still(), target.id or 0, expected=expected
    )


def _check_arch(machines: Collection[ChosenMachine], target: GroupRecord) -> None:
    other = sum(1 for row in machines if target.arch not in (Arch.ALL, row.arch))
    if other:
        raise Conflict(
            f"{target.name} is for {Arch(target.arch).name.lower()}; {other} of the machines are "
            "of another architecture and would be offered what they cannot run.",
            machines=other,
        )
