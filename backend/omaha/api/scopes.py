"""Where the object of a route lies: the scope functions of its guards (`Requires`).

A missing object lies where all updates do: who may not see those gets the same 404, with the
same work done, as for an object that is there and invisible. Ids are numbers in sequence, so
they tell whoever sees one that about as many were made before; that is all, because no answer
tells which of the others exist. Each look has a session of its own: what the route reads in
its transaction is fresh, and starts with its lock.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Path
from sqlalchemy import select
from sqlmodel import col

from auth.scope import Scope
from backend.db.session import DbSessions
from backend.http.guard import CurrentPrincipal
from backend.jobs.tables import JobRow
from backend.omaha.api.rights import Rights
from backend.omaha.api.types import BigId, Id
from backend.omaha.catalog.importing import KIND, Order
from backend.omaha.store.tables import ChannelRow, GroupRow, InstanceRow, PackageRow, RolloutRow

__all__ = [
    "ImportId",
    "at_application",
    "at_channel",
    "at_group",
    "at_import",
    "at_instance",
    "at_package",
    "at_rollout",
    "at_root",
]

ImportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


async def _rights(caller: CurrentPrincipal) -> Rights:
    return Rights(caller.organisation)


In = Annotated[Rights, Depends(_rights)]


async def at_root(rights: In) -> Scope:
    """All updates."""
    return rights.root()


async def at_application(rights: In, application_id: Id) -> Scope:
    """The application in the path; whether there is one is not asked."""
    return rights.application(application_id)


async def at_channel(rights: In, db_sessions: DbSessions, channel_id: Id) -> Scope:
    """The application of the channel in the path."""
    query = select(col(ChannelRow.application_id)).where(col(ChannelRow.id) == channel_id)
    found = await _one(db_sessions, query)
    return rights.application(found[0]) if found else rights.root()


async def at_package(rights: In, db_sessions: DbSessions, package_id: Id) -> Scope:
    """The application of the package in the path."""
    query = select(col(PackageRow.application_id)).where(col(PackageRow.id) == package_id)
    found = await _one(db_sessions, query)
    return rights.application(found[0]) if found else rights.root()


async def at_group(rights: In, db_sessions: DbSessions, group_id: Id) -> Scope:
    """The group in the path."""
    query = select(col(GroupRow.application_id)).where(col(GroupRow.id) == group_id)
    found = await _one(db_sessions, query)
    return rights.group(found[0], group_id) if found else rights.root()


async def at_rollout(rights: In, db_sessions: DbSessions, rollout_id: Id) -> Scope:
    """The group of the rollout in the path."""
    query = (
        select(col(GroupRow.application_id), col(GroupRow.id))
        .join(RolloutRow, col(RolloutRow.group_id) == col(GroupRow.id))
        .where(col(RolloutRow.id) == rollout_id)
    )
    found = await _one(db_sessions, query)
    return rights.group(found[0], found[1]) if found else rights.root()


async def at_instance(rights: In, db_sessions: DbSessions, instance_id: BigId) -> Scope:
    """The group of the machine in the path."""
    query = select(col(InstanceRow.application_id), col(InstanceRow.group_id)).where(
        col(InstanceRow.id) == instance_id
    )
    found = await _one(db_sessions, query)
    return rights.group(found[0], found[1]) if found else rights.root()


async def at_import(rights: In, db_sessions: DbSessions, import_id: ImportId) -> Scope:
    """The application of the import in the path."""
    query = select(col(JobRow.input)).where(col(JobRow.id) == import_id, col(JobRow.kind) == KIND)
    found = await _one(db_sessions, query)
    if found is None:
        return rights.root()
    return rights.application(msgspec.json.decode(found[0], type=Order).application_id)


async def _one(db_sessions: Any, query: Any) -> tuple[Any, ...] | None:
    async with db_sessions() as session:
        row = (await session.execute(query)).first()
    return tuple(row) if row is not None else None
