"""What a provider does with its groups: each is known by its name, as those of sign-ins are."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scim2_models import (
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    TooManyException,
    UniquenessException,
)
from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.person import group_name
from auth.scope import organisation
from backend.audit import Audit, Target
from backend.db.identity import GroupRecord
from backend.db.provisioning import ProvisionedGroup, ProvisionedMember, ProvisionedUser
from backend.features.scim.caller import Caller
from backend.features.scim.filtering import Condition, Field, folded_text, moment, text
from backend.features.scim.models import Group, Member
from backend.features.scim.people import at, version
from backend.features.scim.texts import folded, line
from backend.features.scim.users import theirs as their_people
from backend.providers.provisioned import spread_groups

__all__ = ["FIELDS", "MOST_MEMBERS", "Groups", "resource", "theirs"]

MOST_GROUPS: Final = 10_000
"""Groups of one provider."""
MOST_MEMBERS: Final = 10_000
"""People in one group, and those told of in one answer."""
_BATCH: Final = 500
_ROW: Final = ProvisionedGroup
_MEMBER: Final = ProvisionedMember


def _inside(condition: Condition) -> Condition:
    return exists().where(col(_MEMBER.group_id) == col(_ROW.id), condition)


_MEMBERS: Final = Field(col(_MEMBER.member_id), text, _inside)
FIELDS: Final[Mapping[str, Field]] = {
    "id": Field(col(_ROW.id), text),
    "external_id": Field(col(_ROW.external_id), text),
    "display_name": Field(col(_ROW.name_folded), folded_text),
    "members": _MEMBERS,
    "members.value": _MEMBERS,
    "meta.created": Field(col(_ROW.created), moment),
    "meta.last_modified": Field(col(_ROW.changed), moment),
}
"""What groups can be filtered by."""


def theirs(caller: Caller) -> Any:
    """The rows that the provider sees: its own."""
    return col(_ROW.provider) == caller.name


def resource(row: ProvisionedGroup, members: Iterable[str] = ()) -> Group:
    """The group as the provider is told, with its people by id."""
    listed = [Member(value=one, ref=f"Users/{one}", type="User") for one in members]
    return Group(
        id=row.id,
        external_id=row.external_id,
        display_name=row.name,
        members=listed or None,
        meta=Meta(
            resource_type="Group",
            created=at(row.created),
            last_modified=at(row.changed),
            version=version(row.row_version),
        ),
    )


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of the provider that asks, in one transaction."""

    db: AsyncSession
    caller: Caller
    audit: Audit

    async def get(self, group_id: str) -> ProvisionedGroup:
        """The row; `NotFoundException` for another provider's."""
        found: ProvisionedGroup | None = None
        if group_id.isprintable():
            query = select(_ROW).where(col(_ROW.id) == group_id[:64], theirs(self.caller))
            found = (await self.db.execute(query)).scalar_one_or_none()
        if found is None:
            raise NotFoundException(detail="There is no such group.")
        return found

    async def members(self, group_ids: Collection[str]) -> dict[str, list[str]]:
        """By group, its people. `TooManyException` for more than one answer holds."""
        inside = col(_MEMBER.group_id).in_(group_ids)
        query = select(col(_MEMBER.group_id), col(_MEMBER.member_id)).where(inside)
        query = query.order_by(col(_MEMBER.member_id)).limit(MOST_MEMBERS + 1)
        rows = (await self.db.execute(query)).all()
        if len(rows) > MOST_MEMBERS:
            raise TooManyException(
                detail=f"These groups have more than {MOST_MEMBERS} members together: ask for "
                "fewer at once, or with excludedAttributes=members."
            )
        found: dict[str, list[str]] = {one: [] for one in group_ids}
        for group, person in rows:
            found[group].append(person)
        return found

    async def create(self, told: Group) -> ProvisionedGroup:
        """A group with the people that are told."""
        await self.caller.hold(self.db)
        name = _name(told)
        await self._refuse_many()
        await self._refuse_taken(name, "")
        row = ProvisionedGroup(
            provider=self.caller.name,
            name=name,
            name_folded=folded(name),
            external_id=line("externalId", told.external_id),
        )
        self.db.add(row)
        await self.db.flush()
        new, _gone = await self._set_members(row.id, _ids(told))
        await self._felt(await self._accounts(new) | await self._holding(name))
        detail = f"Made {self._by()} Members: {len(new)}."
        self.audit.did("create", self._target(row), detail=detail)
        return row

    async def change(self, group_id: str, told: Group, expected: str | None) -> ProvisionedGroup:
        """The group as it is told now."""
        await self.caller.hold(self.db)
        row = await self._expected(group_id, expected)
        name, before = _name(told), row.name
        await self._refuse_taken(name, row.id)
        concerned = set[str]()
        if name != before:
            concerned = await self._holding(before) | await self._holding(name)
        row.name, row.name_folded = name, folded(name)
        row.external_id = line("externalId", told.external_id)
        row.changed, row.row_version = time.time(), row.row_version + 1
        await self.db.flush()
        new, gone = await self._set_members(row.id, _ids(told))
        if name != before:
            concerned |= await self._accounts(_ids(told))
        await self._felt(concerned | await self._accounts(new | gone))
        self.audit.did("update", self._target(row), detail=await self._told(before, row, new, gone))
        return row

    async def delete(self, group_id: str, expected: str | None) -> None:
        """Nobody is in it any more. Roles that it was given stay, for one of its name to come."""
        await self.caller.hold(self.db)
        row = await self._expected(group_id, expected)
        target, concerned = self._target(row), await self._holding(row.name)
        await self.db.delete(row)
        await self.db.flush()
        await self._felt(concerned)
        self.audit.did("delete", target, detail=f"Deleted {self._by()}")

    async def _set_members(self, group_id: str, wanted: set[str]) -> tuple[set[str], set[str]]:
        """Who is new and who is gone."""
        inside = col(_MEMBER.group_id) == group_id
        query = select(col(_MEMBER.member_id)).where(inside)
        before = set((await self.db.execute(query)).scalars())
        new, gone = wanted - before, before - wanted
        if new - set(await self._known(new)):
            raise InvalidValueException(detail="members: there is no such user")
        for some in _batches(gone):
            out = delete(_MEMBER).where(inside, col(_MEMBER.member_id).in_(some))
            await self.db.execute(out)
        for some in _batches(new):
            rows = [{"group_id": group_id, "member_id": one} for one in some]
            await self.db.execute(insert(_MEMBER), rows)
        return new, gone

    async def _known(self, ids: set[str]) -> dict[str, str | None]:
        """Those that are people of this provider, with their accounts."""
        found: dict[str, str | None] = {}
        for some in _batches(ids):
            query = select(col(ProvisionedUser.id), col(ProvisionedUser.user_id)).where(
                col(ProvisionedUser.id).in_(some), their_people(self.caller)
            )
            found |= {row[0]: row[1] for row in (await self.db.execute(query)).all()}
        return found

    async def _accounts(self, ids: set[str]) -> set[str]:
        return {one for one in (await self._known(ids)).values() if one is not None}

    async def _holding(self, name: str) -> set[str]:
        """The accounts that are in a group of that name now, whoever told of it."""
        query = select(col(GroupRecord.user_id)).where(
            col(GroupRecord.provider) == self.caller.name, col(GroupRecord.name) == name
        )
        return set((await self.db.execute(query)).scalars())

    async def _felt(self, accounts: set[str]) -> None:
        await spread_groups(self.db, self.caller.name, accounts, enabled=self.caller.enabled)

    async def _expected(self, group_id: str, expected: str | None) -> ProvisionedGroup:
        row = await self.get(group_id)
        await self.db.refresh(row)  # as it is under the lock
        if expected is not None and version(row.row_version) != expected:
            raise PreconditionFailedException
        return row

    async def _refuse_taken(self, name: str, but: str) -> None:
        query = select(col(_ROW.id)).where(
            theirs(self.caller),
            or_(col(_ROW.name) == name, col(_ROW.name_folded) == folded(name)),
            col(_ROW.id) != but,
        )
        if (await self.db.execute(query.limit(1))).first() is not None:
            raise UniquenessException(detail="displayName: another group is called so already")

    async def _refuse_many(self) -> None:
        counted = select(func.count()).select_from(_ROW).where(theirs(self.caller))
        if (await self.db.execute(counted)).scalar_one() >= MOST_GROUPS:
            raise TooManyException(detail=f"A provider may tell of {MOST_GROUPS} groups at most.")

    async def _told(self, before: str, row: ProvisionedGroup, new: set[str], gone: set[str]) -> str:
        names = await self._names(sorted(new)[:_SHOWN] + sorted(gone)[:_SHOWN])
        parts = [f"+{names.get(one, one)}" for one in sorted(new)[:_SHOWN]]
        parts += [f"-{names.get(one, one)}" for one in sorted(gone)[:_SHOWN]]
        renamed = f" Called {before} before." if before != row.name else ""
        counts = f" Members: {len(new)} more, {len(gone)} fewer" if parts else ""
        listed = f" ({', '.join(parts)})." if parts else ""
        return f"Changed {self._by()}{renamed}{counts}{listed}"[:4000]

    async def _names(self, ids: list[str]) -> dict[str, str]:
        query = select(col(ProvisionedUser.id), col(ProvisionedUser.user_name))
        query = query.where(col(ProvisionedUser.id).in_(ids))
        return {row[0]: row[1] for row in (await self.db.execute(query)).all()}

    def _by(self) -> str:
        return f"by {self.caller.name} (SCIM)."

    def _target(self, row: ProvisionedGroup) -> Target:
        where = organisation(self.caller.origin.organisation)
        return Target("provider-group", row.id, f"{self.caller.name}/{row.name}", where)


_SHOWN: Final = 50
"""People whom the record of one change names."""


def _name(told: Group) -> str:
    name = group_name(told.display_name)
    if not name:
        raise InvalidValueException(
            detail="displayName: a line of 256 characters at most, by which roles are given"
        )
    return name


def _ids(told: Group) -> set[str]:
    ids = {one.value for one in told.members or () if one.value}
    if not all(one.isprintable() for one in ids):
        raise InvalidValueException(detail="members: there is no such user")
    if len(ids) > MOST_MEMBERS:
        raise TooManyException(detail=f"A group has {MOST_MEMBERS} members at most.")
    return ids


def _batches(ids: set[str]) -> Iterable[list[str]]:
    listed = sorted(ids)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
