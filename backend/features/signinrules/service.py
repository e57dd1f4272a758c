"""Switch a rule, and tell before whom that concerns."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import IdentityRecord, SessionRecord, UserRecord
from backend.db.rules import SignInRule
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem
from backend.features.signinrules.schemas import RuleImpact, RuleName
from backend.http.guard import no_such
from backend.identity.breakglass import its_account, read_break_glass
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.principals import ASKED_AGAIN, BY_SAML
from backend.identity.rules import BREAK_GLASS_ONLY, has_app, has_passkey
from backend.identity.sessions import DEVICE, LOCAL
from backend.providers.lasting import usable
from backend.providers.records import KnownProvider
from backend.providers.service import Providers

__all__ = ["find", "impact", "switch"]

_NAMED: Final = 50


async def find(db: AsyncSession, name: RuleName) -> SignInRule:
    """The rule as it is."""
    found = await db.get(SignInRule, name)
    if found is None:
        raise NotFoundProblem(no_such("rule"))
    return found


async def switch(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    rule: SignInRule,
    *,
    enabled: bool,
    providers: Providers,
) -> SignInRule:
    """Have the version of `rule` that was read in force, or not."""
    await hold_epoch(db)  # the lock under which second factors are removed
    only = enabled and rule.id == BREAK_GLASS_ONLY
    if only and (why := await against(db, caller, await providers.all(db))):
        raise Conflict(" ".join(why))
    before = {"enabled": rule.enabled}
    values = {"enabled": enabled, "changed": time.time(), "changed_by": caller.login}
    await advance(db, rule, values, "rule")
    change = Change.between(before, {"enabled": rule.enabled}, show=frozenset({"enabled"}))
    ended = await end_local(db) if only else 0
    detail = f"Sessions ended: {ended}." if ended else ""
    target = Target("identity-provider", rule.id, rule.id, organisation(caller.organisation))
    audit.did("switch-rule", target, change=change, detail=detail, right=Verb.UPDATE)
    return rule


async def impact(
    db: AsyncSession, caller: Principal, name: RuleName, providers: Providers
) -> RuleImpact:
    """Whom the rule `name` concerns, and why it cannot be switched on."""
    only = name == BREAK_GLASS_ONLY
    lacking = _without_provider() if only else _alone()
    concerned = _local() if only else lacking
    lives = [col(SessionRecord.expires) > time.time(), col(SessionRecord.replaced_by).is_(None)]
    if only:
        lives.append(col(SessionRecord.method).in_(LOCAL))
    here = exists().where(col(SessionRecord.user_id) == col(UserRecord.id), *lives)
    names: list[str] | None = None
    if caller.policy.decide("user", Verb.GET, organisation(caller.organisation)).allowed:
        first = select(col(UserRecord.login)).where(*lacking).order_by(col(UserRecord.login))
        names = list((await db.execute(first.limit(_NAMED))).scalars())
    return RuleImpact(
        people=await _count(db, *lacking),
        signed_in=await _count(db, *concerned, here),
        logins=names,
        against=await against(db, caller, await providers.all(db)) if only else [],
    )


async def against(db: AsyncSession, caller: Principal, known: Iterable[KnownProvider]) -> list[str]:
    """Why local accounts cannot be kept out yet: someone has to be able to get in after that.
    `known` are the providers there are."""
    found = []
    glass = await read_break_glass(db)
    if glass is None:
        found.append("There is no break-glass account: make one first.")
    elif not glass.code:
        found.append("The break-glass account has no code: seal it with a new one first.")
    if caller.assurance.method not in ASKED_AGAIN | {BY_SAML}:
        found.append(
            "You are signed in with an account of this console: sign in by a provider, which shows "
            "that it lets an administrator in, and switch the rule on then."
        )
    elif not await usable(db, known):  # it was switched off since, in the very moment
        found.append("No provider that people came by is switched on: switch one on first.")
    return found


async def end_local(db: AsyncSession) -> int:
    """End the sessions that local accounts opened, and command lines of people who have no
    provider to sign in by; not those of the break-glass account. The caller switched the rule."""
    await raise_epoch(db)
    people = select(col(UserRecord.id)).where(~its_account())
    alone = select(col(UserRecord.id)).where(*_without_provider())
    opened = col(SessionRecord.method).in_(LOCAL) & col(SessionRecord.user_id).in_(people)
    lines = (col(SessionRecord.method) == DEVICE) & col(SessionRecord.user_id).in_(alone)
    gone = delete(SessionRecord).where(opened | lines).returning(col(SessionRecord.replaced_by))
    found = await db.execute(gone.execution_options(synchronize_session=False))
    return sum(after is None for after in found.scalars())


def _local() -> list[ColumnElement[bool]]:
    """People with an account of this console that signs in."""
    active = col(UserRecord.disabled).is_(False)
    return [col(UserRecord.password_hash).is_not(None), active, ~its_account()]


def _alone() -> list[ColumnElement[bool]]:
    """People who sign in with a password alone."""
    return [*_local(), ~has_app(), ~has_passkey()]


def _without_provider() -> list[ColumnElement[bool]]:
    """People whom no provider knows."""
    return [*_local(), ~exists().where(col(IdentityRecord.user_id) == col(UserRecord.id))]


async def _count(db: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(UserRecord).where(*conditions)
    return (await db.execute(query)).scalar_one()
