"""The token that a workload gets: one of the service account, short, and as the rule says."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue
from auth.subject import Subject, SubjectKind
from auth.workload.rule import claim_of
from auth.workload.text import visible
from auth.workload.token import Read
from backend.audit import Audit, Change, Origin, Target
from backend.db.identity import ServiceRecord, TokenRecord
from backend.db.trust import TrustRecord
from backend.features.trust.choosing import Candidate
from backend.features.trust.holding import bounded
from backend.features.trust.rules import place
from backend.http.oauth import refused
from backend.identity.epoch import hold_epoch
from backend.identity.holdings import policy_of
from backend.identity.tokens import make_access_token

__all__ = ["Giving", "give"]

MOST: Final = 500
"""Tokens of one account that workloads have at a time."""
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Giving:
    """What a token is given with."""

    db: AsyncSession
    audit: Audit
    request: Request
    catalogue: Catalogue


async def give(giving: Giving, chosen: Candidate, read: Read) -> tuple[str, int]:
    """The token's secret, and for how many seconds it is good. It may what the
    account held when the rule was saved and holds now. What ends the rule or the account at this
    moment ends it, too: one waits for the other."""
    db, now = giving.db, time.time()
    await hold_epoch(db)
    rule, account = await _still(db, chosen)
    subject = Subject(SubjectKind.SERVICE, account.id)
    await _refuse_many(db, account, now)
    held = await policy_of(db, subject, giving.catalogue)
    rights, scopes = bounded(rule.held, held, now)
    secret, token = make_access_token(
        subject,
        rule.name,
        rights,
        scopes,
        expires=now + rule.seconds,
        created_by="workload identity",
    )
    token.rule, token.workload = rule.id, read.subject
    db.add(token)
    rule.last_used = now
    _record(giving, rule, account, token, read)
    return secret, rule.seconds


async def _still(db: AsyncSession, chosen: Candidate) -> Candidate:
    """Both as they are now; refused where they were changed since they were looked at."""
    rule = await db.get(TrustRecord, chosen[0].id, populate_existing=True)
    account = await db.get(ServiceRecord, chosen[1].id, populate_existing=True)
    same = rule is not None and rule.row_version == chosen[0].row_version
    if rule is None or not same or account is None or account.disabled:
        raise refused("invalid_request", "The trust rule was changed at this moment: try again.")
    return rule, account


async def _refuse_many(db: AsyncSession, account: ServiceRecord, now: float) -> None:
    token = TokenRecord
    alive = select(func.count()).where(
        col(token.owner_id) == account.id, col(token.rule) != "", col(token.expires) > now
    )
    if (await db.execute(alive)).scalar_one() >= MOST:
        raise refused(
            "temporarily_unavailable",
            f"Workloads have {MOST} tokens of {account.name} already: try again in some minutes.",
        )


def _record(
    giving: Giving, rule: TrustRecord, account: ServiceRecord, token: TokenRecord, read: Read
) -> None:
    org = giving.audit.origin.organisation
    names = dict.fromkeys(["iss", "sub", *(one["claim"] for one in rule.conditions)])
    said = {name: _text(claim_of(read.claims, name)) for name in names}
    origin = Origin(
        org,
        account.name,
        "service",
        account.id,
        "token",
        token.id,
        provider=f"workload:{rule.name}",
    ).over(giving.request)
    name = f"{account.name}: {token.name} ({token.prefix}…)"
    giving.audit.acting_as(origin).did(
        "exchange",
        Target("token", token.id, name, place(org, account)),
        change=Change.of(said, show=frozenset(said)),
        detail=f"By workload identity, for {rule.seconds} seconds: {read.subject}.",
    )


def _text(found: Any) -> str:
    return visible(found if isinstance(found, str) else json.dumps(found))[:_SHOWN]
