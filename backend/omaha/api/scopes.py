"""Where the object of a route lies: the scope functions of its guards (`Requires`).

A missing object lies where all updates do: who may not see those gets the same 404, with the
same work done, as for an object that is there and invisible. Ids are numbers in sequence, so
they tell whoever sees one that about as many were made before; that is all, because no answer
tells which of the others exist. Each look has a session of its own: what the route reads in
its transaction is fresh, and starts with its lock.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from auth.scope import Scope
from backend.db.session import DbSessions
from backend.http.guard import CurrentPrincipal
from backend.omaha.api.types import BigId, Id
from backend.omaha.catalog import imports, places
from backend.omaha.domain.rights import Rights
from backend.omaha.store.tables import (
    ChannelRecord,
    GroupRecord,
    PackageRecord,
    RegisteredMirrorRecord,
)

__all__ = [
    "ImportId",
    "at_application",
    "at_channel",
    "at_group",
    "at_import",
    "at_instance",
    "at_mirror",
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
    async with db_sessions() as session:
        found = await places.application_of(session, ChannelRecord, channel_id)
    return rights.application(found) if found else rights.root()


async def at_package(rights: In, db_sessions: DbSessions, package_id: Id) -> Scope:
    """The application of the package in the path."""
    async with db_sessions() as session:
        found = await places.application_of(session, PackageRecord, package_id)
    return rights.application(found) if found else rights.root()


async def at_mirror(rights: In, db_sessions: DbSessions, mirror_id: Id) -> Scope:
    """The application of the registered mirror in the path."""
    async with db_sessions() as session:
        found = await places.application_of(session, RegisteredMirrorRecord, mirror_id)
    return rights.application(found) if found else rights.root()


async def at_group(rights: In, db_sessions: DbSessions, group_id: Id) -> Scope:
    """The group in the path."""
    async with db_sessions() as session:
        found = await places.application_of(session, GroupRecord, group_id)
    return rights.group(found, group_id) if found else rights.root()


async def at_rollout(rights: In, db_sessions: DbSessions, rollout_id: Id) -> Scope:
    """The group of the rollout in the path."""
    async with db_sessions() as session:
        found = await places.group_of_rollout(session, rollout_id)
    return rights.group(*found) if found else rights.root()


async def at_instance(rights: In, db_sessions: DbSessions, instance_id: BigId) -> Scope:
    """The group of the machine in the path."""
    async with db_sessions() as session:
        found = await places.group_of_instance(session, instance_id)
    return rights.group(*found) if found else rights.root()


async def at_import(rights: In, db_sessions: DbSessions, import_id: ImportId) -> Scope:
    """The application of the import in the path."""
    async with db_sessions() as session:
        found = await imports.application_of(session, import_id)
    return rights.application(found) if found else rights.root()
