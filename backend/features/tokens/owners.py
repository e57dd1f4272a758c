"""Whose token it is, and where it lies: one's own, or a service account's one may look after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Credential, CredentialKind, Principal
from auth.scope import Scope, organisation, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.db.identity import ServiceRecord, TokenRecord, UserRecord
from backend.errors import NotFoundProblem
from backend.http.guard import no_such, owns, require

__all__ = ["Owner", "owner_of", "service_for"]

_WITH_ITSELF: Final = frozenset({Verb.GET, Verb.DELETE})
"""What a token may do with itself without a right: be read, and be revoked where it leaked."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A token's owner: `own` when it is the caller, signed in (`backend.http.guard.owns`)."""

    subject: Subject
    name: str
    scope: Scope
    own: bool


async def service_for(
    db: AsyncSession, caller: Principal, service_id: str | None, verb: Verb
) -> Owner:
    """The caller themselves, or the service account on whose tokens they hold `verb`; 404 for one
    that is not there or that they may not see. With a token also one's own need the right."""
    if service_id is None and owns(caller, caller.subject):
        return Owner(caller.subject, caller.login, organisation(caller.organisation), own=True)
    word = "token" if service_id is None else "service account"
    subject = Subject(SubjectKind.SERVICE, service_id) if service_id else caller.subject
    owner = await _owner(db, caller, subject)
    if owner is None:
        raise NotFoundProblem(no_such(word))
    require(caller, "token", verb, owner.scope, word)
    return owner


async def owner_of(db: AsyncSession, caller: Principal, token: TokenRecord, verb: Verb) -> Owner:
    """Whose `token` is, when it is the caller's own, the one that asks or one they hold `verb` on;
    404 otherwise."""
    subject = Subject(SubjectKind(token.owner_kind), token.owner_id)
    owner = await _owner(db, caller, subject)
    if owner is None:
        raise NotFoundProblem(no_such("token"))
    itself = caller.credential == Credential(CredentialKind.TOKEN, token.id)
    if not owner.own and not (itself and verb in _WITH_ITSELF):
        require(caller, "token", verb, owner.scope)
    return owner


async def _owner(db: AsyncSession, caller: Principal, subject: Subject) -> Owner | None:
    org, own = caller.organisation, owns(caller, subject)
    if subject.kind is SubjectKind.USER:
        user = await db.get(UserRecord, subject.id)
        return Owner(subject, user.login, organisation(org), own) if user else None
    service = await db.get(ServiceRecord, subject.id)
    if service is None:
        return None
    where = team(org, service.team) if service.team else organisation(org)
    return Owner(subject, service.name, where, own)
