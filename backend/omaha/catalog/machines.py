"""Finding machines among millions: lists in order of id, and search by prefix."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.catalog.edit import invalid
from backend.omaha.catalog.window import Found, look
from backend.omaha.domain.model import Status
from backend.omaha.store.tables import GroupRow, HistoryRow, InstanceRow, TallyRow

MAX_BRANCHES: Final = 400
"""Groups times statuses one query may walk side by side; SQLite joins at most 500."""

Range = tuple[int | None, ColumnElement[bool]]
"""One range of an index: a group (None: all of the application) and the condition in it."""

_ID = col(InstanceRow.id)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of machines is narrowed to; None: not narrowed. `group_ids` are the groups
    the caller may see (None: all of the application). Times are Unix seconds."""

    application_id: int
    group_ids: frozenset[int] | None = None
    channel_id: int | None = None
    status: int | None = None
    release: str | None = None
    reason: int | None = None
    arch: int | None = None
    oem: str | None = None
    hidden: bool | None = False
    seen_since: float | None = None
    seen_before: float | None = None

    def conditions(self, entity: Any) -> list[ColumnElement[bool]]:
        """What no index serves, of an entity with the columns of `InstanceRow`."""
        exact = {
            "reason": self.reason,
            "arch": self.arch,
            "oem": self.oem,
            "hidden": self.hidden or None,
        }
        found: list[Any] = [
            getattr(entity, name) == value for name, value in exact.items() if value is not None
        ]
        if self.seen_since is not None:
            found.append(entity.last_seen >= self.seen_since)
        if self.seen_before is not None:
            found.append(entity.last_seen < self.seen_before)
        return found

    @property
    def whole(self) -> bool:
        """Whether every group of the application is meant."""
        return self.group_ids is None and self.channel_id is None

    @property
    def counted(self) -> bool:
        """Whether the tally can tell how many pass the filter: it knows group, status and
        version, and leaves hidden machines out."""
        others = (self.reason, self.arch, self.oem, self.seen_since, self.seen_before)
        return self.hidden is False and all(value is None for value in others)


async def page(
    session: AsyncSession, wanted: Filter, *, after: int = 0, limit: int
) -> Found[InstanceRow]:
    """The next machines by id. Each (group, status) or (group, version) is one range of an
    index in order of id, of which only the beginning is read (see `window`)."""
    groups = await groups_of(session, wanted)
    ranges, left = await _ranges(session, wanted, groups)
    if not ranges:
        return Found((), None)
    if len(ranges) > MAX_BRANCHES:
        raise invalid("group_id", f"choose a group: there are {len(groups)} to look through.")

    def conditions(entity: Any) -> list[ColumnElement[bool]]:
        return [*wanted.conditions(entity), *(_exact(wanted, name, entity) for name in left)]

    branches = [_branch(wanted, group, part, after) for group, part in ranges]
    return await look(session, branches, InstanceRow, conditions, limit=limit)


async def _ranges(
    session: AsyncSession, wanted: Filter, groups: Sequence[int]
) -> tuple[list[Range], list[str]]:
    """The index ranges to walk, and which of status and version they leave to be filtered."""
    given = [name for name in ("status", "release") if getattr(wanted, name) is not None]
    if len(given) == 2:
        given = await _by_rarity(session, wanted, groups)
    if given:
        walked = _exact(wanted, given[0], InstanceRow)
        return [(group, walked) for group in groups], given[1:]
    if wanted.whole and await _most(session, groups):
        return [(None, col(InstanceRow.application_id) == wanted.application_id)], []
    return await _statuses(session, wanted, groups), []


async def groups_of(session: AsyncSession, wanted: Filter) -> list[int]:
    """The groups the filter looks into, by id."""
    query = select(col(GroupRow.id)).where(col(GroupRow.application_id) == wanted.application_id)
    if wanted.group_ids is not None:
        query = query.where(col(GroupRow.id).in_(wanted.group_ids))
    if wanted.channel_id is not None:
        query = query.where(col(GroupRow.channel_id) == wanted.channel_id)
    return [key or 0 for key in await session.scalars(query.order_by(col(GroupRow.id)))]


def _branch(
    wanted: Filter, group: int | None, part: ColumnElement[bool], after: int
) -> Select[Any]:
    query = select(InstanceRow).where(part, after < _ID)
    if group is not None:
        query = query.where(col(InstanceRow.group_id) == group)
    if wanted.hidden is False:
        # Few machines are hidden: passing over them costs less than a window to filter.
        query = query.where(col(InstanceRow.hidden).is_(False))
    return query


def _exact(wanted: Filter, column: str, entity: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = getattr(entity, column) == getattr(wanted, column)
    return found


async def _by_rarity(session: AsyncSession, wanted: Filter, groups: Sequence[int]) -> list[str]:
    """Status and version, the one fewer machines have first."""
    machines = col(TallyRow.machines)
    counts = [
        func.coalesce(func.sum(case((column == value, machines))), 0)
        for column, value in (
            (col(TallyRow.status), wanted.status),
            (col(TallyRow.release), wanted.release),
        )
    ]
    query = select(*counts).where(col(TallyRow.group_id).in_(groups))
    of_status, of_release = (await session.execute(query)).one()
    return ["status", "release"] if of_status <= of_release else ["release", "status"]


async def _most(session: AsyncSession, groups: Sequence[int]) -> bool:
    """Whether so many of all machines are in these groups that walking all of them in order
    of id finds these soon enough."""
    machines = col(TallyRow.machines)
    here = func.sum(case((col(TallyRow.group_id).in_(groups), machines)))
    mine, everywhere = (await session.execute(select(here, func.sum(machines)))).one()
    return bool(groups) and 4 * (mine or 0) >= (everywhere or 0)


async def _statuses(session: AsyncSession, wanted: Filter, groups: Sequence[int]) -> list[Range]:
    """The (group, status) ranges that hold any machine; the tally leaves hidden ones out."""
    status = col(InstanceRow.status)
    if wanted.hidden is not False:
        return [(group, status == int(one)) for group in groups for one in Status]
    found = await session.execute(
        select(col(TallyRow.group_id), col(TallyRow.status))
        .where(col(TallyRow.group_id).in_(groups), col(TallyRow.machines) > 0)
        .distinct()
        .order_by(col(TallyRow.group_id), col(TallyRow.status))
    )
    return [(group, status == one) for group, one in found]


async def search(
    session: AsyncSession,
    text: str,
    *,
    application_ids: Collection[int] | None,
    group_ids: Collection[int],
    limit: int,
) -> tuple[Sequence[InstanceRow], bool]:
    """Machines whose id, name or address begins with `text`, and whether there may be more.

    Only those of `application_ids` (None: all) or `group_ids`. Names match as written and in
    lower and upper case. Each column is an index range, of which at most some hundred
    entries are read.
    """
    reach = 4 * limit + 1
    branches = [
        _prefix(column, prefix).limit(reach).subquery()
        for column, prefixes in (
            (col(InstanceRow.machine_id), {text.strip("{}").lower()}),
            (col(InstanceRow.name), {text, text.lower(), text.upper()}),
            (col(InstanceRow.ip), {text.lower()}),
        )
        for prefix in sorted(prefixes)
    ]
    ids = union_all(*(select(branch.c.id) for branch in branches)).subquery()
    query = select(InstanceRow).where(_ID.in_(select(ids.c.id)))
    if application_ids is not None:
        query = query.where(
            or_(
                col(InstanceRow.application_id).in_(application_ids),
                col(InstanceRow.group_id).in_(group_ids),
            )
        )
    query = query.order_by(col(InstanceRow.machine_id), _ID).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    return rows[:limit], len(rows) > limit


def _prefix(column: Any, prefix: str) -> Select[Any]:
    """The index range of a prefix: these columns sort by code point on both databases."""
    query = select(_ID).where(column >= prefix).order_by(column)
    beyond = _beyond(prefix)
    return query.where(column < beyond) if beyond else query


def _beyond(prefix: str) -> str:
    """The first text after all that begin with `prefix`; empty when there is none."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return ""
    last = ord(stem[-1])
    return stem[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


async def history(
    session: AsyncSession, instance_id: int, *, before: int | None, limit: int
) -> Sequence[HistoryRow]:
    """The machine's changes of status, newest first."""
    key = col(HistoryRow.id)
    query = select(HistoryRow).where(col(HistoryRow.instance_id) == instance_id)
    if before is not None:
        query = query.where(key < before)
    return (await session.scalars(query.order_by(key.desc()).limit(limit))).all()
