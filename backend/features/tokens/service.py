"""Make, rotate and revoke tokens: authorised, recorded, and felt at once on every replica."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue
from auth.policy import Policy
from auth.principal import Credential, CredentialKind, Principal
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import TokenRecord
from backend.errors import Conflict, Forbidden, NotFoundProblem
from backend.features.tokens.limits import bounds, invalid
from backend.features.tokens.owners import Owner, owner_of, service_for
from backend.features.tokens.schemas import NewToken
from backend.http.guard import no_such
from backend.http.stepup import require_fresh
from backend.identity.breakglass import refuse_to_break_glass
from backend.identity.epoch import raise_epoch
from backend.identity.granting import refuse_escalation
from backend.identity.holdings import policy_of
from backend.identity.tokens import make_access_token
from backend.settings import Settings

__all__ = [
    "Mint",
    "Minted",
    "create",
    "find",
    "policy_for",
    "refuse_tokens",
    "revoke",
    "rotate",
    "tokens_of",
]

MOST: Final = 100
"""Tokens of one owner, those that ended lately among them."""
_DAY: Final = 86400.0
_SHOWN: Final = frozenset({"name", "rights", "scopes", "expires"})
Minted = tuple[str, TokenRecord]
"""A secret, to be told once, and its record."""


@dataclass(frozen=True, slots=True)
class Mint:
    """What tokens are made with."""

    db: AsyncSession
    audit: Audit
    caller: Principal
    catalogue: Catalogue
    settings: Settings


async def tokens_of(db: AsyncSession, owner: Subject) -> Sequence[TokenRecord]:
    """Their tokens, newest first."""
    query = select(TokenRecord).where(
        col(TokenRecord.owner_kind) == owner.kind, col(TokenRecord.owner_id) == owner.id
    )
    query = query.order_by(col(TokenRecord.created).desc(), col(TokenRecord.id))
    return (await db.execute(query)).scalars().all()


async def find(db: AsyncSession, token_id: str) -> TokenRecord:
    """The token, or 404."""
    record = await db.get(TokenRecord, token_id)
    if record is None:
        raise NotFoundProblem(no_such("token"))
    return record


async def policy_for(db: AsyncSession, caller: Principal, owner: Owner, kinds: Catalogue) -> Policy:
    """What the owner holds now."""
    return caller.policy if owner.own else await policy_of(db, owner.subject, kinds)


async def create(mint: Mint, body: NewToken) -> Minted:
    """A new token; 422 for rights, places or a time that its owner cannot give it."""
    refuse_tokens(mint.caller)
    owner = await service_for(mint.db, mint.caller, body.service, Verb.CREATE)
    if owner.own:
        await refuse_to_break_glass(mint.db, owner.subject.id)
    days = body.days or min(mint.settings.token_days, mint.settings.token_max_days)
    if days > mint.settings.token_max_days:
        most = mint.settings.token_max_days
        raise invalid("days", str(days), f"a token may be made for {most} days at most")
    # The row of the epoch is the lock: without it two at once would pass the number together.
    await raise_epoch(mint.db, owner.subject)
    await _refuse_many(mint.db, owner)
    expires = time.time() + days * _DAY
    return await _made(mint, owner, body.name, body.rights, body.scopes, expires=expires)


async def rotate(mint: Mint, present: TokenRecord, overlap_hours: int | None) -> Minted:
    """A token that may the same, for as long again; the present one works on for the overlap."""
    refuse_tokens(mint.caller)
    owner = await owner_of(mint.db, mint.caller, present, Verb.CREATE)
    if not owner.own and owner.subject.kind is SubjectKind.USER:
        raise Forbidden(f"Only {owner.name} can rotate this token. You can revoke it.")
    if present.rule:
        raise Conflict("A workload got this token by a trust rule: it exchanges its own anew.")
    hours = mint.settings.token_overlap_hours if overlap_hours is None else overlap_hours
    now = time.time()
    if present.expires <= now:
        raise Conflict("This token is over: make a new one.")
    await raise_epoch(mint.db, _credential(present), owner.subject)
    ends = min(present.expires, now + hours * 3600.0)
    old = (col(TokenRecord.id) == present.id) & col(TokenRecord.replaced).is_(None)
    replaced = update(TokenRecord).where(old).values(replaced=now, expires=ends)
    changed = replaced.returning(col(TokenRecord.id))
    name, rights, scopes = present.name, present.rights, present.scopes
    life = min(present.expires - present.created, mint.settings.token_max_days * _DAY)
    statement = changed.execution_options(synchronize_session=False)
    if (await mint.db.execute(statement)).first() is None:
        raise Conflict("This token was rotated already: rotate the one that took its place.")
    await _refuse_many(mint.db, owner)
    mint.audit.did(
        "rotate",
        _target(present, owner),
        change=Change.of({"expires": ends}, show=_SHOWN),
        right=Verb.CREATE,
    )
    return await _made(mint, owner, name, rights, scopes, expires=now + life, again=True)


async def revoke(db: AsyncSession, audit: Audit, caller: Principal, present: TokenRecord) -> None:
    """End it everywhere, once the transaction commits."""
    owner = await owner_of(db, caller, present, Verb.DELETE)
    await raise_epoch(db, _credential(present))
    gone = delete(TokenRecord).where(col(TokenRecord.id) == present.id)
    statement = gone.returning(col(TokenRecord.id)).execution_options(synchronize_session=False)
    target = _target(present, owner)
    if (await db.execute(statement)).first() is None:
        raise NotFoundProblem(no_such("token"))
    audit.did("delete", target)


async def _made(
    mint: Mint,
    owner: Owner,
    name: str,
    rights: Sequence[str],
    scopes: Sequence[str],
    *,
    expires: float,
    again: bool = False,
) -> Minted:
    caller, org = mint.caller, mint.caller.organisation
    held = await policy_for(mint.db, caller, owner, mint.catalogue)
    limits = bounds(held, rights, scopes, org, mint.catalogue, again=again and not owner.own)
    if not owner.own:
        # What the account is given later was not the caller's to give.
        rights = limits.written_out
        sentence = f"You may not make this token of {owner.name}"
        refuse_escalation(caller, limits.policy.bindings, sentence)
    secret, record = make_access_token(
        owner.subject, name, rights, limits.scopes, expires=expires, created_by=caller.login
    )
    require_fresh(caller, mint.settings)  # last: who may not, or mistyped, is told so first
    mint.db.add(record)
    change = Change.of(record.model_dump(include=set(_SHOWN)), show=_SHOWN)
    mint.audit.did("create", _target(record, owner), change=change)
    return secret, record


def refuse_tokens(caller: Principal) -> None:
    """403 for a caller with a token: one that could make another would outlive its own end."""
    if caller.credential.kind is CredentialKind.TOKEN:
        raise Forbidden("A token cannot make tokens: sign in to the console for that.")


async def _refuse_many(db: AsyncSession, owner: Owner) -> None:
    held = select(func.count()).select_from(TokenRecord)
    held = held.where(col(TokenRecord.owner_id) == owner.subject.id, col(TokenRecord.rule) == "")
    if (await db.execute(held)).scalar_one() >= MOST:
        raise Conflict(f"{owner.name} has {MOST} tokens already: revoke some that are not used.")


def _credential(token: TokenRecord) -> Credential:
    return Credential(CredentialKind.TOKEN, token.id)


def _target(token: TokenRecord, owner: Owner) -> Target:
    name = f"{owner.name}: {token.name} ({token.prefix}…)"
    return Target("token", token.id, name, owner.scope)
