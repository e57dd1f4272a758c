"""Taking up an invitation: an account of one's own, by the link somebody made.

Whatever is wrong with a link is answered by one sentence: it tells nobody which links there were.
The inviter's rights are looked at here, at this moment and under the lock of rights, and not when
they invited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue
from auth.scope import organisation, render
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Target
from backend.db.identity import MembershipRecord, UserRecord
from backend.db.invitations import InvitationRecord
from backend.db.rights import BindingRecord
from backend.errors import Conflict, Forbidden, Unauthenticated
from backend.features.session.entrance import (
    Entrance,
    Opened,
    address_of,
    asked_next,
    count,
    opened,
)
from backend.features.session.invitationschemas import (
    InvitationAcceptance,
    InvitationShown,
    InvitedRole,
)
from backend.features.session.steps import OVER
from backend.http.connections import address_group
from backend.http.cookies import read_attempt_cookie
from backend.identity.choosing import chosen
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.invitations import Gifts, Standing, open_invitation, standing, take
from backend.identity.limits import Limit
from backend.identity.rules import lacks_factor, require_local
from backend.identity.sessions import PASSWORD
from backend.identity.tokens import new_token

__all__ = ["accept", "show"]

_REFUSED: Final = (
    "This invitation does not hold: it was used or taken back, it is over, or who invited may not "
    "invite any more. Ask them for a new link."
)


async def show(
    db: AsyncSession, entry: Entrance, token: str, catalogue: Catalogue, request: Request
) -> InvitationShown:
    """Who invites to what; 403 for whatever does not hold. Nothing is changed by it."""
    await count(entry, _limits(request))
    record = await open_invitation(db, token)
    if record is None:
        raise Forbidden(_REFUSED)
    now = await _standing(db, entry, record, catalogue)
    inviter = await db.get(UserRecord, record.inviter_id)
    if now.gifts is None or inviter is None:
        raise Forbidden(_REFUSED)
    return InvitationShown(
        organisation=entry.settings.organisation,
        invited_by=inviter.name or inviter.login,
        login=record.login,
        name=record.name,
        roles=[InvitedRole(title=b.role.title, scope=render(b.scope)) for b in now.gifts.roles],
        teams=[each.title for each in now.gifts.teams],
        expires=record.expires,
    )


async def accept(
    db: AsyncSession,
    entry: Entrance,
    body: InvitationAcceptance,
    catalogue: Catalogue,
    *,
    request: Request,
    audit: Audit,
) -> Opened:
    """Make the account with all that it was invited to, and open its session; nothing of it where
    something is in the way. 401 with the next step where the organisation asks for a second factor:
    the account is made then, and its session opens with that step."""
    group = address_group(address_of(request))
    with entry.hashing.place(group, known=False):
        await count(entry, _limits(request))
        async with entry.db_sessions() as own:
            found = await open_invitation(own, body.token)
        if found is None:
            raise Forbidden(_REFUSED)
        hashed = await chosen(entry.hashing, body.password, found.login, before=None)
    await hold_epoch(db)  # rights and rules stay as they are looked at, until all is given
    await require_local(db, "", PASSWORD)  # an account that signs in nowhere is made for nobody
    if not await take(db, found):
        raise Forbidden(_REFUSED)
    now = await _standing(db, entry, found, catalogue)
    inviter = await db.get(UserRecord, found.inviter_id)
    if now.gifts is None or inviter is None:
        await db.rollback()  # its lock: the refusal is recorded in a transaction of its own
        target = Target("user", found.id, found.login, organisation(entry.settings.organisation))
        await entry.refusals.record(audit.origin, "accept-invitation", target, now.against)
        raise Forbidden(_REFUSED)
    theirs = audit.acting_as(replace(audit.origin, actor=found.login))
    user = await _account(db, found, body.name, hashed)
    where = organisation(audit.origin.organisation)
    told = f"By {inviter.login}'s invitation, which gives {found.gives or 'no role yet'}."
    theirs.did("accept-invitation", Target("user", user.id, user.login, where), detail=told)
    await _give(db, theirs, user, now.gifts, inviter)
    if await lacks_factor(db, user.id, PASSWORD):
        await db.commit()  # the account is theirs; what follows is a sign-in like any other
        raise await _next_step(entry, request, user.id)
    return await opened(db, entry, user, request, audit)


async def _next_step(entry: Entrance, request: Request, user_id: str) -> Unauthenticated:
    """What the organisation asks of a new account before its first session."""
    browser = read_attempt_cookie(request) or new_token()
    async with entry.db_sessions() as own, own.begin():
        user = await own.get(UserRecord, user_id)
        step = await asked_next(own, request, user, PASSWORD, browser) if user else None
    return step or Unauthenticated(OVER)


async def _standing(
    db: AsyncSession, entry: Entrance, record: InvitationRecord, catalogue: Catalogue
) -> Standing:
    settings = entry.settings
    last = settings.group_hours * 3600.0
    return await standing(db, settings.organisation, record, catalogue, last)


async def _account(db: AsyncSession, found: InvitationRecord, name: str, hashed: str) -> UserRecord:
    user = UserRecord(
        login=found.login, name=name or found.name or found.login, password_hash=hashed
    )
    db.add(user)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(
            f"The user name {found.login!r} was taken meanwhile: ask for an invitation by another."
        ) from error
    return user


async def _give(
    db: AsyncSession, audit: Audit, user: UserRecord, gifts: Gifts, inviter: UserRecord
) -> None:
    for each in gifts.teams:
        db.add(MembershipRecord(team_id=each.id, user_id=user.id))
    for one in gifts.roles:
        record = BindingRecord(
            subject_kind=SubjectKind.USER,
            subject_id=user.id,
            role_id=one.role.id,
            scope=render(one.scope),
            reason="Invitation",
            created_by=inviter.login,
        )
        db.add(record)
        name = f"{user.login}: {record.role_id} at {record.scope}"
        audit.did(
            "create",
            Target("binding", record.id, name, one.scope),
            detail=f"By {inviter.login}'s invitation.",
        )
    await db.flush()
    await raise_epoch(db, Subject(SubjectKind.USER, user.id))


def _limits(request: Request) -> list[Limit]:
    return [Limit("invitation", address_group(address_of(request)), 20, 3.0)]
