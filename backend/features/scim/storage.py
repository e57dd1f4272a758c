"""The library's storage over the console's database: one step, one transaction.

The library runs in a thread of its own, as a large group costs it seconds; what it asks of the
database is asked in the console's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from scim2_models import (
    NotImplementedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
)
from scim2_server.storage import ScimStorage, SearchPage
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.audit import Audit
from backend.db.provisioning import ProvisionedGroup, ProvisionedUser
from backend.features.scim import groups, people, users
from backend.features.scim.caller import Caller
from backend.features.scim.filtering import condition
from backend.features.scim.models import Group, User

__all__ = ["Storage"]

_LAST: Final = 10_000_000
"""A page that begins later is empty: no database has to count so far."""
T = TypeVar("T")


class Storage(ScimStorage):
    """What the provider `caller` sees and does, for a thread beside `loop`. Each step is a
    transaction of its own, so that no lock is held while the library works; a change names the
    version it was made from."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        loop: asyncio.AbstractEventLoop,
        caller: Caller,
    ) -> None:
        self._db_sessions = db_sessions
        self._loop = loop
        self._caller = caller

    def _do(self, step: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One step, in the console's loop, committed."""

        async def done() -> T:
            async with self._db_sessions() as db, db.begin():
                return await step(db)

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    def _people(self, step: Callable[[users.People], Awaitable[T]]) -> T:
        caller = self._caller
        return self._do(lambda db: step(users.People(db, caller, Audit(db, caller.origin))))

    def _groups(self, step: Callable[[groups.Groups], Awaitable[T]]) -> T:
        caller = self._caller
        return self._do(lambda db: step(groups.Groups(db, caller, Audit(db, caller.origin))))

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """One of the caller's; a group without its people where they are not asked for."""
        if resource_type.name == "User":
            return self._person(self._people(lambda people: people.get(resource_id)))
        row = self._groups(lambda groups: groups.get(resource_id))
        return self._group(row, members=_wants_members(response_parameters))

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """A page of the caller's, in the order of their ids, and how many there are."""
        del position  # there are no cursors
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Ask for /Users or /Groups.")
        if resource_types[0].name == "User":
            return self._search_people(search_request)
        return self._search_groups(search_request)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """A new one."""
        if isinstance(resource, User):
            return self._person(self._people(lambda people: people.create(resource)))
        if isinstance(resource, Group):
            return self._group(self._groups(lambda groups: groups.create(resource)))
        raise NotImplementedException(detail=f"No {resource_type.name} is kept here.")

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """The whole new state of one."""
        key, version = str(resource.id), expected_version
        if isinstance(resource, User):
            return self._person(self._people(lambda people: people.change(key, resource, version)))
        if isinstance(resource, Group):
            return self._group(self._groups(lambda groups: groups.change(key, resource, version)))
        raise NotImplementedException(detail=f"No {resource_type.name} is kept here.")

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Take one away."""
        if resource_type.name == "User":
            self._people(lambda people: people.delete(resource_id, expected_version))
        else:
            self._groups(lambda groups: groups.delete(resource_id, expected_version))

    def _person(self, row: ProvisionedUser) -> User:
        inside = self._do(lambda db: people.groups_of(db, [row]))
        return people.resource(row, inside[row.id])

    def _group(self, row: ProvisionedGroup, *, members: bool = True) -> Group:
        inside = self._groups(lambda groups: groups.members([row.id])) if members else {}
        return groups.resource(row, inside.get(row.id, ()))

    def _search_people(self, asked: SearchRequest[Any]) -> SearchPage:
        where = users.theirs(self._caller) & condition(asked.filter, people.FIELDS)
        total, rows = self._do(lambda db: _page(db, ProvisionedUser, where, asked))
        inside = self._do(lambda db: people.groups_of(db, rows))
        return SearchPage(total, [people.resource(one, inside[one.id]) for one in rows])

    def _search_groups(self, asked: SearchRequest[Any]) -> SearchPage:
        where = groups.theirs(self._caller) & condition(asked.filter, groups.FIELDS)
        total, rows = self._do(lambda db: _page(db, ProvisionedGroup, where, asked))
        inside: dict[str, list[str]] = {}
        if rows and _wants_members(asked):
            inside = self._groups(lambda groups: groups.members([one.id for one in rows]))
        return SearchPage(total, [groups.resource(one, inside.get(one.id, ())) for one in rows])


async def _page(
    db: AsyncSession, row: Any, where: Any, asked: SearchRequest[Any]
) -> tuple[int, list[Any]]:
    counted = select(func.count()).select_from(row).where(where)
    total, start = (await db.execute(counted)).scalar_one(), asked.start_index_0 or 0
    if not asked.count or start > _LAST:
        return total, []
    query = select(row).where(where).order_by(col(row.id)).offset(start).limit(asked.count)
    return total, list((await db.execute(query)).scalars())


def _wants_members(asked: ResponseParameters[Any] | None) -> bool:
    """Whether an answer with these parameters tells of a group's people."""
    if asked is None:
        return True
    without = {str(one).lower() for one in asked.excluded_attributes or ()}
    only = {str(one).lower() for one in asked.attributes or ()}
    if only:
        return any("members" in one for one in only)
    return not any(one.rpartition(":")[2] == "members" for one in without)
