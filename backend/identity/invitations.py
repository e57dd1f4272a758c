"""Invitations: what they give, whether they still hold, and their one use.

An invitation is a promise of its inviter and worth what they may give when it is taken up: nothing
is kept of what they could do when they made it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.kinds import Catalogue
from auth.policy import Policy
from auth.role import Role
from auth.scope import InvalidScopeError, Scope, organisation, parse, render, team
from auth.subject import Subject, SubjectKind
from auth.tokens import is_invitation_token
from auth.verb import Verb
from backend.db.identity import TeamRecord
from backend.db.invitations import InvitationRecord
from backend.identity.granting import may_give_by
from backend.identity.holdings import policy_of, policy_without
from backend.identity.owned import owned_by, spread
from backend.identity.roles import present_roles
from backend.identity.tokens import digest

__all__ = ["Gifts", "Need", "Standing", "gifts_of", "open_invitation", "standing", "take"]

Need = tuple[str, Verb, Scope]
"""A right that is needed at a place."""
_GONE: Final = "A role, place or team it gives does not exist any more."
_OFF: Final = "Who invited is switched off, or their provider does not let them in."
_NOT_THEIRS: Final = "Who invited may not create people, or give all of this, any more."


@dataclass(frozen=True, slots=True)
class Gifts:
    """What an invitation gives: the `roles` to bind, the `teams` to join, all rights that amounts
    to (`given`), and what its inviter `needs` beside those."""

    roles: tuple[Binding, ...]
    teams: tuple[TeamRecord, ...]
    given: tuple[Binding, ...]
    needs: tuple[Need, ...]

    def may_be_given_by(self, policy: Policy) -> bool:
        """Whether whoever holds `policy` may give all of it."""
        if not all(policy.decide(*need).allowed for need in self.needs):
            return False
        return all(may_give_by(policy, one) for one in self.given)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an invitation holds at this moment: what it gives, or a sentence why it does not."""

    gifts: Gifts | None
    against: str = ""


async def gifts_of(
    db: AsyncSession,
    org: str,
    record: InvitationRecord,
    roles: Mapping[str, Role],
    catalogue: Catalogue,
) -> Gifts | None:
    """What it gives as things stand; None where a role, place or team is not there (any more)."""
    bound = _bindings(record.roles, roles)
    teams = await _teams(db, record.teams)
    if bound is None or teams is None:
        return None
    given = list(spread(bound, await owned_by(db, [render(one.scope) for one in bound])))
    for each in teams:
        held = await policy_of(db, Subject(SubjectKind.TEAM, each.id), catalogue)
        given += held.bindings
    needs: list[Need] = [("user", Verb.CREATE, organisation(org))]
    needs += [("binding", Verb.CREATE, one.scope) for one in bound]
    needs += [("team", Verb.UPDATE, team(org, each.name)) for each in teams]
    return Gifts(bound, teams, tuple(given), tuple(needs))


async def standing(
    db: AsyncSession, org: str, record: InvitationRecord, catalogue: Catalogue, groups_last: float
) -> Standing:
    """Whether its inviter may give all of it now. `groups_last` is for how many seconds a
    provider's word about their groups holds while they are not asked anything."""
    gifts = await gifts_of(db, org, record, await present_roles(db, catalogue), catalogue)
    if gifts is None:
        return Standing(None, _GONE)
    inviter = Subject(SubjectKind.USER, record.inviter_id)
    policy = await policy_without(db, inviter, catalogue, time.time() - groups_last)
    if policy is None:
        return Standing(None, _OFF)
    return Standing(gifts) if gifts.may_be_given_by(policy) else Standing(None, _NOT_THEIRS)


async def open_invitation(db: AsyncSession, token: str) -> InvitationRecord | None:
    """The invitation of that link, if it waits for somebody."""
    if not is_invitation_token(token):
        return None
    table = InvitationRecord
    query = select(table).where(
        col(table.secret) == digest(token),
        col(table.accepted).is_(None),
        col(table.revoked).is_(None),
        col(table.expires) > time.time(),
    )
    return (await db.execute(query)).scalar_one_or_none()


async def take(db: AsyncSession, found: InvitationRecord) -> bool:
    """Use up the version of it that was found: of two who come at once one gets True. The caller's
    transaction commits."""
    table, now = InvitationRecord, time.time()
    same = update(table).where(
        col(table.id) == found.id,
        col(table.secret) == found.secret,
        col(table.row_version) == found.row_version,
        col(table.accepted).is_(None),
        col(table.revoked).is_(None),
        col(table.expires) > now,
    )
    used = same.values(accepted=now, row_version=found.row_version + 1)
    statement = used.returning(col(table.id)).execution_options(synchronize_session=False)
    return (await db.execute(statement)).first() is not None


def _bindings(
    wanted: Sequence[Mapping[str, str]], roles: Mapping[str, Role]
) -> tuple[Binding, ...] | None:
    found: list[Binding] = []
    for one in wanted:
        role = roles.get(one["role"])
        try:
            scope = parse(one["scope"])
        except InvalidScopeError:
            return None
        if role is None:
            return None
        found.append(Binding("", _NOBODY, role, scope))
    return tuple(found)


_NOBODY: Final = Subject(SubjectKind.USER, "")
"""Whom it is given: there is no account yet."""


async def _teams(db: AsyncSession, ids: Sequence[str]) -> tuple[TeamRecord, ...] | None:
    query = select(TeamRecord).where(col(TeamRecord.id).in_(ids)).order_by(col(TeamRecord.name))
    found = tuple((await db.execute(query)).scalars())
    return found if len(found) == len(set(ids)) else None
