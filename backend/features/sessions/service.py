"""End sessions, and let one go on after its person showed who they are: recorded, felt at once on
every replica."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Target
from backend.db.identity import SessionRecord, UserRecord
from backend.errors import Conflict, Forbidden, NotFoundProblem
from backend.http.guard import no_such, owns, require
from backend.identity.epoch import raise_epoch
from backend.identity.sessions import end_session, end_sessions, renew_session
from backend.identity.tokens import digest
from backend.providers.sessions import move
from backend.secrets.store import Secrets

__all__ = ["end", "end_others", "own", "renew"]


async def own(db: AsyncSession, caller: Principal) -> Sequence[SessionRecord]:
    """The caller's sessions, the one used last first; a service account has none. With a token
    they need the right to list sessions."""
    if not owns(caller, caller.subject):
        require(caller, "session", Verb.LIST, organisation(caller.organisation))
    person = caller.subject.id if caller.subject.kind is SubjectKind.USER else ""
    query = select(SessionRecord).where(
        col(SessionRecord.user_id) == person,
        col(SessionRecord.expires) > time.time(),
        col(SessionRecord.replaced_by).is_(None),
    )
    query = query.order_by(col(SessionRecord.last_seen).desc(), col(SessionRecord.id))
    return (await db.execute(query)).scalars().all()


async def end(db: AsyncSession, audit: Audit, caller: Principal, session_id: str) -> None:
    """End a session: the caller's own, or another's by right; 404 otherwise."""
    record = await db.get(SessionRecord, session_id)
    person = await db.get(UserRecord, record.user_id) if record else None
    if record is None or person is None:
        raise NotFoundProblem(no_such("session"))
    where = organisation(caller.organisation)
    if not owns(caller, Subject(SubjectKind.USER, record.user_id)):
        require(caller, "session", Verb.DELETE, where)
    audit.did("delete", Target("session", record.id, person.login, where))
    await end_session(db, record.id)


async def end_others(db: AsyncSession, audit: Audit, caller: Principal) -> None:
    """End all of the caller's sessions but the one that asks."""
    if not owns(caller, caller.subject):
        raise Forbidden("Only a person who is signed in can end all of their other sessions.")
    await raise_epoch(db, caller.subject)
    await end_sessions(db, caller.subject.id, but=caller.credential.id)
    target = Target("session", "", caller.login, organisation(caller.organisation))
    audit.did("end-others", target, right=Verb.DELETE)


async def renew(
    db: AsyncSession, audit: Audit, caller: Principal, secrets: Secrets
) -> tuple[str, float]:
    """Let the session go on under a new id, of which it is written that its person showed who they
    are: the cookie's new value, and when. 409 when another tab did so at this moment."""
    now, before = time.time(), caller.credential.id
    token = await renew_session(db, before, now)
    if token is None:
        raise Conflict("Somebody confirmed who they are in another tab just now: try again.")
    await move(db, secrets, before, digest(token))
    audit.did("step-up", _target(caller), right=Verb.GET)
    return token, now


def _target(caller: Principal) -> Target:
    return Target("session", caller.credential.id, caller.login, organisation(caller.organisation))
