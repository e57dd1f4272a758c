"""Decisions on requests for access: whoever grants one grants as any binding is granted, with its
checks as they stand at that moment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.role import VIEWER, Role
from auth.scope import parse
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.audit import Audit
from backend.db.identity import UserRecord
from backend.db.requests import AccessRequestRecord, RequestState
from backend.errors import Conflict, Forbidden
from backend.features.access.bindings import create_binding
from backend.features.access.places import invalid
from backend.features.access.requests import close
from backend.features.access.requestschemas import AccessDecision, AccessRequestView
from backend.features.access.schemas import NewBinding
from backend.identity.epoch import hold_epoch
from backend.identity.granting import Granter, may_give
from backend.identity.owned import owned_by, spread
from backend.providers.standing import kept_out

__all__ = ["Decision", "suits"]


async def suits(db: AsyncSession, by: Granter, record: AccessRequestRecord) -> list[str]:
    """The roles that allow what is wanted (all, where only a role is named) and that `by` may give
    for as long as is asked. First the viewer, where looking is enough, for it is what people know;
    then those with fewer rights before those with more."""
    owned = await owned_by(db, [record.scope])
    end, where = time.time() + record.seconds, parse(record.scope)
    kind, _, verb = record.wanted.partition(":")

    def will_do(role: Role) -> bool:
        if kind and not role.allows(kind, Verb(verb)):
            return False
        given = Binding("", by.caller.subject, role, where, end)
        return all(may_give(by.caller, one) for one in spread([given], owned))

    found = [role for role in by.roles.values() if will_do(role)]
    return [role.id for role in sorted(found, key=_least)]


def _least(role: Role) -> tuple[bool, int, str]:
    return role.id != VIEWER, len(role.pairs), role.id


@dataclass(frozen=True, slots=True)
class Decision:
    """On `record`, which `user` made. Nobody decides what they asked for themselves."""

    db: AsyncSession
    audit: Audit
    by: Granter
    record: AccessRequestRecord
    user: UserRecord

    async def grant(self, body: AccessDecision) -> AccessRequestView:
        """Give what is asked for; all that granting it by hand would refuse is refused here."""
        self._refuse_own()
        if self.user.disabled:
            raise Conflict(
                f"{self.user.login} is switched off: switch the account on first, or refuse."
            )
        kept = select(col(UserRecord.id)).where(col(UserRecord.id) == self.user.id, kept_out())
        if (await self.db.execute(kept)).first() is not None:
            raise Conflict(f"{self.user.login}'s provider does not let them in any more: refuse.")
        role = body.role or self.record.role_id
        if not role:
            raise invalid("role", "", "say which role, for none was asked for by name")
        # An end that is left out is the one asked for; only a null that is sent is none.
        asked = time.time() + self.record.seconds
        expires = body.expires if "expires" in body.model_fields_set else asked
        given = NewBinding(
            subject=self.user.login,
            role=role,
            scope=self.record.scope,
            expires=expires,
            reason=self.record.reason,
        )
        # First, as every change of rights does: who removes the person waits for this row.
        await hold_epoch(self.db)
        values = {"role_id": role, "expires": expires, "answer": body.answer}
        told = await self._close(RequestState.GRANTED, values)
        await create_binding(self.db, self.audit, self.by, given)
        return told

    async def refuse(self, body: AccessDecision) -> AccessRequestView:
        """Give nothing, and say why."""
        self._refuse_own()
        return await self._close(RequestState.REFUSED, {"answer": body.answer}, did="refuse")

    def _refuse_own(self) -> None:
        caller = self.by.caller.subject
        if caller.kind is SubjectKind.USER and caller.id == self.user.id:
            raise Forbidden("You asked for this yourself: somebody else has to decide it.")

    async def _close(
        self, state: RequestState, values: Mapping[str, object], did: str = "approve"
    ) -> AccessRequestView:
        decided = {"state": state, **values, "decided_by": self.by.caller.login}
        found = (self.record, self.user)
        return await close(self.db, self.audit, found, decided, did=did, right=Verb.APPROVE)
