"""Switch a rule, and tell before whom that concerns."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import SessionRecord, UserRecord
from backend.db.rules import SignInRule
from backend.db.versions import advance
from backend.errors import NotFoundProblem
from backend.features.signinrules.schemas import RuleImpact, RuleName
from backend.http.guard import no_such
from backend.identity.epoch import hold_epoch
from backend.identity.rules import has_app, has_passkey

__all__ = ["find", "impact", "switch"]

_NAMED: Final = 50


async def find(db: AsyncSession, name: RuleName) -> SignInRule:
    """The rule as it is."""
    found = await db.get(SignInRule, name)
    if found is None:
        raise NotFoundProblem(no_such("rule"))
    return found


async def switch(
    db: AsyncSession, audit: Audit, caller: Principal, rule: SignInRule, *, enabled: bool
) -> SignInRule:
    """Have the version of `rule` that was read in force, or not."""
    await hold_epoch(db)  # the lock under which second factors are removed
    before = {"enabled": rule.enabled}
    values = {"enabled": enabled, "changed": time.time(), "changed_by": caller.login}
    await advance(db, rule, values, "rule")
    change = Change.between(before, {"enabled": rule.enabled}, show=frozenset({"enabled"}))
    target = Target("identity-provider", rule.id, rule.id, organisation(caller.organisation))
    audit.did("switch-rule", target, change=change, right=Verb.UPDATE)
    return rule


async def impact(db: AsyncSession, caller: Principal) -> RuleImpact:
    """Who signs in with a password alone."""
    theirs = [
        col(UserRecord.password_hash).is_not(None),
        col(UserRecord.disabled).is_(False),
        ~has_app(),
        ~has_passkey(),
    ]
    people = await db.execute(select(func.count()).select_from(UserRecord).where(*theirs))
    here = exists().where(
        col(SessionRecord.user_id) == col(UserRecord.id), col(SessionRecord.expires) > time.time()
    )
    signed_in = select(func.count()).select_from(UserRecord).where(*theirs, here)
    whole = organisation(caller.organisation)
    names: list[str] | None = None
    if caller.policy.decide("user", Verb.GET, whole).allowed:
        first = select(col(UserRecord.login)).where(*theirs).order_by(col(UserRecord.login))
        names = list((await db.execute(first.limit(_NAMED))).scalars())
    return RuleImpact(
        people=people.scalar_one(),
        signed_in=(await db.execute(signed_in)).scalar_one(),
        logins=names,
    )
