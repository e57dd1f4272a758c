"""Choosing the machines that are to move to another group, and moving them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog import groups
from backend.omaha.catalog.edit import invalid
from backend.omaha.catalog.machines import Filter, groups_of, page
from backend.omaha.domain.model import ActivityKind, Arch, Grant
from backend.omaha.fleet import moves
from backend.omaha.fleet.moves import MAX_MOVED
from backend.omaha.store.tables import GroupRow, InstanceRow

__all__ = ["Chosen", "check_target", "choose", "everyone", "move", "updating"]

_PAGE: Final = 1_000
_MAX_PAGES: Final = 60
"""Pages of a filter no index serves that are looked through; the rest is left as `more`."""
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """Machines to be moved, by group; at most `MAX_MOVED`. `more`: there are others."""

    wanted: Filter
    groups: frozenset[int]
    ids: tuple[int, ...]
    by_group: dict[int, int]
    more: bool

    def still(self) -> list[ColumnElement[bool]]:
        """What a machine must be to be moved, looked at again under lock."""
        exact = {"status": self.wanted.status, "release": self.wanted.release}
        found: list[ColumnElement[bool]] = [
            getattr(InstanceRow, name) == value
            for name, value in exact.items()
            if value is not None
        ]
        if self.wanted.hidden is False:
            found.append(col(InstanceRow.hidden).is_(False))
        return [
            col(InstanceRow.group_id).in_(self.groups),
            *found,
            *self.wanted.conditions(InstanceRow),
        ]


def everyone(group: GroupRow) -> Filter:
    """All machines of a group, hidden ones too."""
    return Filter(group.application_id, frozenset({group.id or 0}), hidden=None)


def check_target(target: GroupRow, application_id: int, field: str) -> None:
    """A 422 unless the machines of this application may go there."""
    if target.application_id != application_id:
        raise invalid(field, "is no group of this application.")


async def choose(session: AsyncSession, wanted: Filter, target: GroupRow | None) -> Chosen:
    """The first machines that pass the filter and are not in `target` already. A group for
    one architecture takes no others: `Conflict` when there are some."""
    left = frozenset(await groups_of(session, wanted)) - {target.id if target else 0}
    narrowed = replace(wanted, group_ids=left, channel_id=None)
    found: list[InstanceRow] = []
    after: int | None = 0
    for _ in range(_MAX_PAGES):
        if after is None or not left or len(found) > MAX_MOVED:
            break
        part = await page(session, narrowed, after=after, limit=_PAGE)
        found += part.rows
        after = part.after
    chosen = found[:MAX_MOVED]
    if target is not None:
        _check_arch(chosen, target)
    return Chosen(
        wanted=narrowed,
        groups=left,
        ids=tuple(row.id or 0 for row in chosen),
        by_group=dict(Counter(row.group_id for row in chosen)),
        more=len(found) > MAX_MOVED or (after is not None and bool(left)),
    )


async def updating(session: AsyncSession, ids: Sequence[int]) -> int:
    """How many of these machines hold a grant that a move would give up."""
    number = 0
    for start in range(0, len(ids), _CHUNK):
        query = select(func.count()).where(
            col(InstanceRow.id).in_(ids[start : start + _CHUNK]),
            col(InstanceRow.grant_state).in_((Grant.OPEN, Grant.TIMED_OUT)),
        )
        number += await session.scalar(query) or 0
    return number


async def move(
    session: AsyncSession, chosen: Chosen, target: GroupRow, *, expected: int
) -> Counter[int]:
    """Move them, when they are still `expected` many; how many came from which group."""
    if len(chosen.ids) != expected:
        raise moves.changed_meanwhile(len(chosen.ids), expected)
    if not chosen.ids:
        return Counter()
    done = await moves.move_all(
        session, chosen.ids, chosen.still(), target.id or 0, expected=expected
    )
    groups.note(
        session,
        target,
        ActivityKind.INSTANCE_CHANGED,
        f"{done.total()} machines were moved to {target.name}",
    )
    return done


def _check_arch(machines: Collection[InstanceRow], target: GroupRow) -> None:
    other = sum(1 for row in machines if target.arch not in (Arch.ALL, row.arch))
    if other:
        raise Conflict(
            f"{target.name} is for {Arch(target.arch).name.lower()}; {other} of the machines are "
            "of another architecture and would be offered what they cannot run.",
            machines=other,
        )
