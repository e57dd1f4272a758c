"""Requests for access, as the person who makes them has them: asked, seen, taken back.

What is asked for is not looked up: a role or place that does not exist is told to nobody who could
not know, and cannot be granted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue, KindError
from auth.principal import CredentialKind, Principal
from auth.scope import Scope, parse, render
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import UserRecord
from backend.db.requests import AccessRequestRecord, RequestState
from backend.db.versions import advance
from backend.errors import Conflict, Forbidden, NotFoundProblem
from backend.features.access.places import invalid, placed
from backend.features.access.requestschemas import AccessRequestView, NewAccessRequest
from backend.http.guard import no_such, owns

__all__ = ["MOST_A_DAY", "Found", "ask", "close", "find", "mine", "view_of", "withdraw"]

MOST_PENDING: Final = 10
"""Pending requests a person can have."""
MOST_A_DAY: Final = 50
"""Requests a person can make in a day, whatever became of them: each is kept and recorded."""
MOST_SHOWN: Final = 100
_DAY: Final = 86_400.0
_SHOWN: Final = frozenset(
    {"role", "wanted", "scope", "reason", "seconds", "state", "answer", "expires"}
)
Found = tuple[AccessRequestRecord, UserRecord]
"""A request and who made it."""


async def ask(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewAccessRequest, catalogue: Catalogue
) -> AccessRequestView:
    """The new request; 409 for what is held or asked for already, or for too many of them."""
    user = await _person(db, caller)
    scope = placed(body.scope, caller.organisation)
    _refuse_held(caller, body, scope, catalogue)
    await _refuse_many(db, user)
    record = AccessRequestRecord(
        user_id=user.id,
        role_id=body.role,
        wanted=body.wanted,
        scope=render(scope),
        reason=body.reason,
        seconds=body.seconds,
    )
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict("You asked for this already: it is not answered yet.") from error
    told = view_of(record, user.login)
    audit.did("create", _target(told), change=Change.of(_facts(told), show=_SHOWN))
    return told


async def mine(db: AsyncSession, caller: Principal) -> list[AccessRequestView]:
    """The caller's own, newest first; a token has none."""
    if not owns(caller, caller.subject) or caller.subject.kind is not SubjectKind.USER:
        return []
    query = select(AccessRequestRecord).where(col(AccessRequestRecord.user_id) == caller.id)
    query = query.order_by(col(AccessRequestRecord.created).desc()).limit(MOST_SHOWN)
    return [view_of(record, caller.login) for record in (await db.execute(query)).scalars()]


async def find(db: AsyncSession, request_id: str) -> Found:
    """The request and who made it, or 404."""
    query = select(AccessRequestRecord, UserRecord)
    query = query.join(UserRecord, col(UserRecord.id) == col(AccessRequestRecord.user_id))
    row = (await db.execute(query.where(col(AccessRequestRecord.id) == request_id))).first()
    if row is None:
        raise NotFoundProblem(no_such("request"))
    return row[0], row[1]


async def withdraw(db: AsyncSession, audit: Audit, caller: Principal, request_id: str) -> None:
    """Take back one's own; 404 for anybody else's."""
    found = await find(db, request_id)
    own = caller.subject.kind is SubjectKind.USER and caller.id == found[1].id
    if not own or not owns(caller, caller.subject):
        raise NotFoundProblem(no_such("request"))
    values = {"state": RequestState.WITHDRAWN, "decided_by": caller.login}
    await close(db, audit, found, values, did="delete")


async def close(
    db: AsyncSession,
    audit: Audit,
    found: Found,
    values: Mapping[str, object],
    *,
    did: str = "approve",
    right: Verb | None = None,
) -> AccessRequestView:
    """Give the pending request that was read these values; 409 for one that is no more, 412
    where somebody else was first."""
    record, user = found
    if record.state != RequestState.PENDING:
        raise Conflict(f"This request was decided already: {record.state.lower()}.")
    before = view_of(record, user.login)
    await advance(db, record, {**values, "decided": time.time()}, "request")
    after = view_of(record, user.login)
    change = Change.between(_facts(before), _facts(after), show=_SHOWN)
    audit.did(did, _target(after), change=change, right=right)
    return after


def view_of(record: AccessRequestRecord, login: str) -> AccessRequestView:
    """The request as callers see it."""
    told = record.model_dump(exclude={"user_id", "role_id"})
    return AccessRequestView(**told, login=login, role=record.role_id)


async def _person(db: AsyncSession, caller: Principal) -> UserRecord:
    """The caller's account: requests are made by people who are signed in."""
    user: UserRecord | None = None
    if caller.subject.kind is SubjectKind.USER and caller.credential.kind is CredentialKind.SESSION:
        user = await db.get(UserRecord, caller.id)
    if user is None:
        raise Forbidden("Access is asked for by people who are signed in, not by programs.")
    return user


def _refuse_held(
    caller: Principal, body: NewAccessRequest, scope: Scope, catalogue: Catalogue
) -> None:
    if body.wanted:
        kind, _, word = body.wanted.partition(":")
        try:
            verb = Verb(word)
            catalogue.check(kind, verb)
        except (ValueError, KindError) as error:
            raise invalid("wanted", body.wanted, "there is no such right", "pod:logs") from error
        if caller.policy.decide(kind, verb, scope).allowed:
            raise Conflict("You may do that there already.")
    elif not body.role:
        raise invalid("wanted", "", "say what you want to do, or which role you ask for")
    held = (one.role.id == body.role and one.scope == scope for one in caller.policy.bindings)
    if any(held):
        raise Conflict(f"You hold {body.role} there already.")


async def _refuse_many(db: AsyncSession, user: UserRecord) -> None:
    # The person's own row is what two of their requests at one moment wait for; who only refers to
    # it (a session that begins) does not.
    own = select(col(UserRecord.id)).where(col(UserRecord.id) == user.id)
    await db.execute(own.with_for_update(key_share=True))
    pending = col(AccessRequestRecord.state) == RequestState.PENDING
    if await _number(db, user, pending) >= MOST_PENDING:
        raise Conflict(
            f"You have {MOST_PENDING} requests without an answer yet: wait, or withdraw one."
        )
    today = col(AccessRequestRecord.created) > time.time() - _DAY
    if await _number(db, user, today) >= MOST_A_DAY:
        raise Conflict(f"You asked {MOST_A_DAY} times within a day: go on tomorrow.")


async def _number(db: AsyncSession, user: UserRecord, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(AccessRequestRecord)
    query = query.where(col(AccessRequestRecord.user_id) == user.id, which)
    return (await db.execute(query)).scalar_one()


def _facts(told: AccessRequestView) -> dict[str, object]:
    return told.model_dump(include=set(_SHOWN))


def _target(told: AccessRequestView) -> Target:
    name = f"{told.login}: {told.role or told.wanted} at {told.scope}"
    return Target("access-request", told.id, name, parse(told.scope))
