"""Trust rules: every change authorised as making tokens is, guarded, recorded, felt at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue
from auth.principal import CredentialKind, Principal
from auth.scope import Scope, organisation, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import ServiceRecord, TokenRecord
from backend.db.trust import TrustRecord
from backend.db.versions import advance
from backend.errors import Conflict, Forbidden, NotFoundProblem
from backend.features.trust.checking import checked
from backend.features.trust.holding import written_out
from backend.features.trust.schemas import TrustRule
from backend.features.trust.sources import Sources
from backend.http.guard import no_such
from backend.identity.epoch import raise_epoch
from backend.identity.granting import refuse_escalation
from backend.identity.holdings import policy_behind

__all__ = ["WORD", "Ruling", "add", "change", "find", "place", "remove", "rules_of", "target_of"]

WORD: Final = "service account"
MOST: Final = 20
_SHOWN: Final = frozenset({"rule", "issuer", "cluster", "audience", "conditions", "seconds"})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What rules are made with."""

    db: AsyncSession
    audit: Audit
    caller: Principal
    catalogue: Catalogue
    sources: Sources


def place(org: str, account: ServiceRecord | None) -> Scope:
    """Where an account's rules lie: in its team, or in the organisation."""
    return team(org, account.team) if account and account.team else organisation(org)


def target_of(org: str, account: ServiceRecord) -> Target:
    """What the record calls the account."""
    return Target("service-account", account.id, account.name, place(org, account))


async def rules_of(db: AsyncSession, account_id: str) -> list[tuple[TrustRecord, int]]:
    """The account's rules in the order they were made, with how many of their tokens work."""
    rules = select(TrustRecord).where(col(TrustRecord.account_id) == account_id)
    found = (await db.execute(rules.order_by(col(TrustRecord.created)))).scalars().all()
    return list(zip(found, await _given(db, [rule.id for rule in found]), strict=True))


async def find(db: AsyncSession, account_id: str, rule_id: str) -> TrustRecord:
    """The rule of that account, or 404."""
    found = await db.get(TrustRecord, rule_id)
    if found is None or found.account_id != account_id:
        raise NotFoundProblem(no_such("trust rule"))
    return found


async def add(ruling: Ruling, account: ServiceRecord, body: TrustRule) -> TrustRecord:
    """A new rule; 409 beyond 20 and for a name that is taken, 422 for what trusts anybody."""
    values = await _checked(ruling, account, body)
    # The row of the epoch is the lock: without it two at once would pass the number together.
    await raise_epoch(ruling.db, Subject(SubjectKind.SERVICE, account.id))
    held = select(func.count()).where(col(TrustRecord.account_id) == account.id)
    if (await ruling.db.execute(held)).scalar_one() >= MOST:
        raise Conflict(f"{account.name} has {MOST} trust rules already: remove some.")
    record = TrustRecord(account_id=account.id, created_by=ruling.caller.login, **values)
    record.changed_by = record.created_by
    ruling.db.add(record)
    await _flushed(ruling.db, body.name)
    _record(ruling, "trust", account, Change.of(_facts(record), show=_SHOWN))
    return record


async def change(
    ruling: Ruling, account: ServiceRecord, record: TrustRecord, body: TrustRule
) -> TrustRecord:
    """The rule anew, of the version that was read; the tokens it gave are over."""
    values = await _checked(ruling, account, body)
    await raise_epoch(ruling.db, Subject(SubjectKind.SERVICE, account.id))
    before = _facts(record)
    try:
        await advance(ruling.db, record, {**values, "changed_by": ruling.caller.login}, "rule")
    except IntegrityError as error:
        raise _taken(body.name) from error
    await _end(ruling.db, record.id)
    after = Change.between(before, _facts(record), show=_SHOWN)
    _record(ruling, "change-trust", account, after)
    return record


async def remove(ruling: Ruling, account: ServiceRecord, rule_id: str) -> None:
    """Remove it with the tokens it gave: what calls with them is out at once."""
    await raise_epoch(ruling.db, Subject(SubjectKind.SERVICE, account.id))
    record = await find(ruling.db, account.id, rule_id)
    await _end(ruling.db, record.id)
    await ruling.db.delete(record)
    gone = Change.between(_facts(record), {}, show=_SHOWN)
    _record(ruling, "end-trust", account, gone, Verb.DELETE)


async def _checked(ruling: Ruling, account: ServiceRecord, body: TrustRule) -> dict[str, Any]:
    caller = ruling.caller
    if caller.credential.kind is CredentialKind.TOKEN:
        raise Forbidden("A token cannot say whom to trust: sign in to the console for that.")
    # Whoever runs the workload is the account: that is the caller's to give, or it is not.
    behind = Subject(SubjectKind.SERVICE, account.id)
    held = await policy_behind(ruling.db, behind, ruling.catalogue)
    refuse_escalation(caller, held.bindings, f"You may not let others become {account.name}")
    values = await checked(caller, ruling.sources, body)
    return {**values, "held": written_out(held), "rights_since": time.time()}


async def _given(db: AsyncSession, rules: Sequence[str]) -> list[int]:
    token = TokenRecord
    counted = select(col(token.rule), func.count()).where(col(token.rule).in_(rules))
    counted = counted.where(col(token.expires) > time.time()).group_by(col(token.rule))
    found = {row[0]: row[1] for row in await db.execute(counted)}
    return [found.get(rule, 0) for rule in rules]


async def _end(db: AsyncSession, rule_id: str) -> None:
    await db.execute(delete(TokenRecord).where(col(TokenRecord.rule) == rule_id))


async def _flushed(db: AsyncSession, name: str) -> None:
    try:
        await db.flush()
    except IntegrityError as error:
        raise _taken(name) from error


def _taken(name: str) -> Conflict:
    return Conflict(f"The account has a rule called {name!r} already.")


def _facts(record: TrustRecord) -> dict[str, object]:
    said = (f"{one['claim']} = {one['pattern']}" for one in record.conditions)
    kept = ("issuer", "cluster", "audience", "seconds")
    facts = {name: getattr(record, name) for name in kept}
    return {"rule": record.name, **facts, "conditions": ", ".join(said)}


def _record(
    ruling: Ruling,
    action: str,
    account: ServiceRecord,
    change: Change,
    right: Verb = Verb.CREATE,
) -> None:
    where = place(ruling.caller.organisation, account)
    target = Target("token", account.id, f"{account.name}: workload identity", where)
    ruling.audit.did(action, target, change=change, right=right)
