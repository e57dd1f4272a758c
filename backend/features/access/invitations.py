"""Invitations: made, given another link, taken back. Who invites gives, and must hold it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue
from auth.scope import organisation, render, team
from auth.subject import SubjectKind
from auth.tokens import make_invitation_token
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import TeamRecord, UserRecord
from backend.db.invitations import InvitationRecord
from backend.db.versions import advance
from backend.errors import Conflict, Forbidden, NotFoundProblem
from backend.features.access.invitationlist import state
from backend.features.access.invitationschemas import InvitationView, NewInvitation
from backend.features.access.places import invalid, placed
from backend.http.guard import no_such, require
from backend.identity.granting import Granter, refuse_escalation
from backend.identity.invitations import gifts_of
from backend.identity.tokens import digest

__all__ = ["Inviting", "find", "view_of"]

_DAY: Final = 86_400.0
_SHOWN: Final = frozenset({"login", "gives", "expires"})
_MOST_GIVES: Final = 1024


async def find(db: AsyncSession, invitation_id: str) -> InvitationRecord:
    """The invitation, or 404."""
    record = await db.get(InvitationRecord, invitation_id)
    if record is None:
        raise NotFoundProblem(no_such("invitation"))
    return record


async def view_of(db: AsyncSession, record: InvitationRecord) -> InvitationView:
    """The invitation as callers see it."""
    query = select(state(), col(UserRecord.login)).select_from(InvitationRecord)
    query = query.join(UserRecord, col(UserRecord.id) == col(InvitationRecord.inviter_id))
    query = query.where(col(InvitationRecord.id) == record.id)
    is_now, invited_by = (await db.execute(query)).one()
    return InvitationView(**record.model_dump(), state=is_now, invited_by=invited_by)


@dataclass(frozen=True, slots=True)
class Inviting:
    """What a caller, who may create people, does with invitations."""

    db: AsyncSession
    audit: Audit
    by: Granter
    catalogue: Catalogue

    async def create(self, body: NewInvitation) -> tuple[InvitationRecord, str]:
        """The invitation and its link's secret; 409 for a user name that is taken or invited, 403
        for more than the caller may give."""
        await self._require_person()
        record = await self._drafted(body)
        await self._refuse_more(record)
        await self._refuse_taken(body.login)
        secret = self._link(record, body.days)
        self.db.add(record)
        try:
            await self.db.flush()
        except IntegrityError as error:
            raise Conflict(
                f"{body.login} is invited already: make that invitation a new link, or take it "
                "back first."
            ) from error
        change = Change.of(record.model_dump(include=set(_SHOWN)), show=_SHOWN)
        told = f"Gives {record.gives or 'no role yet'}."
        self.audit.did(
            "invite", self._target(record), change=change, right=Verb.CREATE, detail=told
        )
        return record, secret

    async def renew(self, record: InvitationRecord, days: int) -> str:
        """The secret of a link in place of the one before; who makes it is the inviter now."""
        await self._require_person()
        self._refuse_closed(record)
        await self._refuse_more(record)
        told = await self._made_by(record)
        fresh = InvitationRecord(**record.model_dump())
        secret = self._link(fresh, days)
        values = fresh.model_dump(include={"secret", "inviter_id", "expires"})
        await advance(self.db, record, values, "invitation")
        change = Change.of({"expires": record.expires}, show=_SHOWN)
        self.audit.did(
            "renew-invitation", self._target(record), change=change, right=Verb.CREATE, detail=told
        )
        return secret

    async def revoke(self, record: InvitationRecord) -> None:
        """Take it back: its link is worth nothing from then on."""
        self._refuse_closed(record)
        told = await self._made_by(record)
        await advance(self.db, record, {"revoked": time.time()}, "invitation")
        self.audit.did("revoke-invitation", self._target(record), right=Verb.CREATE, detail=told)

    async def _made_by(self, record: InvitationRecord) -> str:
        """For the record: whose invitation it was, and of what."""
        inviter = await self.db.get(UserRecord, record.inviter_id)
        who = inviter.login if inviter else "Somebody"
        return f"{who} had invited: {record.gives or 'no role yet'}."

    async def _require_person(self) -> None:
        """An invitation goes with the account of who made it."""
        caller = self.by.caller
        person = caller.subject.kind is SubjectKind.USER
        if person and await self.db.get(UserRecord, caller.id) is not None:
            return
        raise Forbidden("People are invited by people who are signed in, not by programs.")

    def _link(self, record: InvitationRecord, days: int) -> str:
        secret = make_invitation_token()
        record.secret, record.inviter_id = digest(secret), self.by.caller.id
        record.expires = time.time() + days * _DAY
        return secret

    async def _drafted(self, body: NewInvitation) -> InvitationRecord:
        org = self.by.caller.organisation
        roles: list[dict[str, str]] = []
        for at, one in enumerate(body.roles):
            scope = placed(one.scope, org, f"roles.{at}.scope")
            require(self.by.caller, "binding", Verb.CREATE, scope)
            if one.role not in self.by.roles:
                known = ", ".join(self.by.roles)
                raise invalid(f"roles.{at}.role", one.role, "there is no such role", known)
            roles.append({"role": one.role, "scope": render(scope)})
        teams = [await self._team(name) for name in sorted(set(body.teams))]
        gives = [f"{one['role']} at {one['scope']}" for one in roles]
        gives += [f"team {each.name}" for each in teams]
        return InvitationRecord(
            **body.model_dump(exclude={"roles", "teams", "days"}),
            roles=roles,
            teams=[each.id for each in teams],
            gives=", ".join(gives)[:_MOST_GIVES],
        )

    async def _team(self, name: str) -> TeamRecord:
        require(self.by.caller, "team", Verb.UPDATE, team(self.by.caller.organisation, name))
        query = select(TeamRecord).where(col(TeamRecord.name) == name)
        found = (await self.db.execute(query)).scalar_one_or_none()
        if found is None:
            raise invalid("teams", name, "there is no such team")
        return found

    async def _refuse_more(self, record: InvitationRecord) -> None:
        caller = self.by.caller
        gifts = await gifts_of(self.db, caller.organisation, record, self.by.roles, self.catalogue)
        if gifts is None:
            raise Conflict("A role, place or team it gives does not exist any more: invite anew.")
        for need in gifts.needs:
            require(caller, *need)
        refuse_escalation(caller, gifts.given, "You may not invite anybody to all of this")

    async def _refuse_taken(self, login: str) -> None:
        table = InvitationRecord
        over = delete(table).where(
            col(table.login) == login,
            col(table.accepted).is_(None),
            col(table.revoked).is_(None),
            col(table.expires) <= time.time(),
        )
        await self.db.execute(over)
        taken = select(col(UserRecord.id)).where(col(UserRecord.login) == login)
        if (await self.db.execute(taken)).first() is not None:
            raise Conflict(f"The user name {login!r} is taken.")

    def _refuse_closed(self, record: InvitationRecord) -> None:
        if record.accepted is not None:
            raise Conflict(f"{record.login} took up this invitation already.")
        if record.revoked is not None:
            raise Conflict("This invitation was taken back already: invite anew.")

    def _target(self, record: InvitationRecord) -> Target:
        where = organisation(self.audit.origin.organisation)
        return Target("user", record.id, record.login, where)
