"""What a provider does with its people: told of, changed, deactivated, deleted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from scim2_models import (
    NotFoundException,
    PreconditionFailedException,
    TooManyException,
    UniquenessException,
)
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.scope import organisation
from backend.audit import Audit, Change, Target
from backend.db.provisioning import ProvisionedMember, ProvisionedUser
from backend.features.scim.accounts import keep_out, let_in, link, name_account, release
from backend.features.scim.caller import Caller
from backend.features.scim.models import User
from backend.features.scim.people import facts, values_of, version

__all__ = ["MOST_USERS", "People", "theirs"]

MOST_USERS: Final = 100_000
"""People of one provider."""
_ROW: Final = ProvisionedUser


def theirs(caller: Caller) -> Any:
    """The rows that the provider sees: its own, of those it did not delete."""
    return (
        (col(_ROW.provider) == caller.name)
        & (col(_ROW.issuer) == caller.issuer)
        & col(_ROW.deleted).is_(None)
    )


@dataclass(frozen=True, slots=True)
class People:
    """The people of the provider that asks, in one transaction."""

    db: AsyncSession
    caller: Caller
    audit: Audit

    async def get(self, person_id: str) -> ProvisionedUser:
        """The row; `NotFoundException` for another provider's."""
        found: ProvisionedUser | None = None
        if person_id.isprintable():
            query = select(_ROW).where(col(_ROW.id) == person_id[:64], theirs(self.caller))
            found = (await self.db.execute(query)).scalar_one_or_none()
        if found is None:
            raise NotFoundException(detail="There is no such user.")
        return found

    async def create(self, told: User) -> ProvisionedUser:
        """A person; who was deleted and is told of again has their account back."""
        await self.caller.hold(self.db)
        values = values_of(told)
        await self._refuse_many()
        await self._refuse_taken(values, "")
        row = ProvisionedUser(
            provider=self.caller.name,
            issuer=self.caller.issuer,
            user_id=await self._left(values["external_id"]),
            **values,
        )
        await link(self.db, self.caller, row)
        self.db.add(row)
        await name_account(self.db, row)
        if row.active is False:
            await keep_out(self.db, self.caller, row)
        else:
            await let_in(self.db, self.caller, row)
        told_facts = facts(row)
        change = Change.of(told_facts, show=frozenset(told_facts))
        self.audit.did("create", self._target(row), change=change, detail=self._by())
        return row

    async def change(self, person_id: str, told: User, expected: str | None) -> ProvisionedUser:
        """The person as they are told of now."""
        await self.caller.hold(self.db)
        row = await self._expected(person_id, expected)
        values = values_of(told)
        await self._refuse_taken(values, row.id)
        if values["external_id"] != row.external_id:
            await self._left(values["external_id"])
        before, was_out = facts(row), row.active is False
        for name, value in values.items():
            setattr(row, name, value)
        row.changed, row.row_version = time.time(), row.row_version + 1
        await self.db.flush()
        await link(self.db, self.caller, row)
        await name_account(self.db, row)
        detail = self._by()
        if row.active is False and not was_out:
            ended = await keep_out(self.db, self.caller, row)
            detail = f"Deactivated {detail} Sessions that ended: {ended}."
        elif row.active is not False and was_out:
            await let_in(self.db, self.caller, row)
            detail = f"Activated again {detail}"
        after = facts(row)
        change = Change.between(before, after, show=frozenset(after))
        self.audit.did("update", self._target(row), change=change, detail=detail)
        return row

    async def delete(self, person_id: str, expected: str | None) -> None:
        """Deactivate for good: nobody reads them any more, and they cannot sign in until they are
        told of again. Their account stays with what it holds, unless nobody ever used it."""
        await self.caller.hold(self.db)
        row = await self._expected(person_id, expected)
        target = self._target(row)
        await self.db.execute(
            delete(ProvisionedMember).where(col(ProvisionedMember.member_id) == row.id)
        )
        row.active, row.deleted, row.row_version = False, time.time(), row.row_version + 1
        row.user_folded, row.display_name, row.display_folded, row.attributes = None, None, None, {}
        ended = await keep_out(self.db, self.caller, row)
        await release(self.db, row)
        if row.user_id is None and row.external_id is None:
            await self.db.delete(row)
        detail = f"Deleted {self._by()} Sessions that ended: {ended}."
        self.audit.did("delete", target, detail=detail)

    async def _expected(self, person_id: str, expected: str | None) -> ProvisionedUser:
        row = await self.get(person_id)
        await self.db.refresh(row)  # as it is under the lock
        if row.deleted is not None:
            raise NotFoundException(detail="There is no such user.")
        if expected is not None and version(row.row_version) != expected:
            raise PreconditionFailedException
        return row

    async def _left(self, external_id: str | None) -> str | None:
        """The account of somebody of that name who was deleted; what was left of them goes."""
        if external_id is None:
            return None
        query = select(_ROW).where(
            col(_ROW.provider) == self.caller.name, col(_ROW.external_id) == external_id
        )
        left = (await self.db.execute(query)).scalar_one_or_none()
        if left is None:
            return None
        user_id = left.user_id
        await self.db.delete(left)
        await self.db.flush()
        return user_id

    async def _refuse_taken(self, values: dict[str, Any], but: str) -> None:
        for column, field in (("user_folded", "userName"), ("external_id", "externalId")):
            if values[column] is None:
                continue
            query = select(col(_ROW.id)).where(
                col(_ROW.provider) == self.caller.name,
                getattr(_ROW, column) == values[column],
                col(_ROW.deleted).is_(None),
                col(_ROW.id) != but,
            )
            if (await self.db.execute(query.limit(1))).first() is not None:
                raise UniquenessException(detail=f"{field}: somebody else is called so already")

    async def _refuse_many(self) -> None:
        counted = select(func.count()).select_from(_ROW)
        counted = counted.where(col(_ROW.provider) == self.caller.name)
        if (await self.db.execute(counted)).scalar_one() >= MOST_USERS:
            raise TooManyException(detail=f"A provider may tell of {MOST_USERS} people at most.")

    def _by(self) -> str:
        return f"by {self.caller.name} (SCIM)."

    def _target(self, row: ProvisionedUser) -> Target:
        where = organisation(self.caller.origin.organisation)
        return Target("user", row.user_id or "", f"{self.caller.name}: {row.user_name}", where)
