"""`/api/v1/service-accounts/ID/trust-rules`: whose tokens become the account's."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.db.identity import ServiceRecord
from backend.db.session import DbSession, DbSessions
from backend.db.trust import TrustRecord
from backend.errors import NotFoundProblem
from backend.features.trust import rules
from backend.features.trust.rules import WORD, Ruling
from backend.features.trust.schemas import TokenTested, TokenToTest, TrustRule, TrustRuleView
from backend.features.trust.sources import Sources
from backend.features.trust.testing import tested
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Requires, no_such
from backend.http.stepup import Fresh
from backend.http.versions import tagged
from backend.parts import part

__all__ = ["router"]

router = APIRouter(
    tags=["service accounts"],
    prefix="/service-accounts/{account_id}/trust-rules",
    responses=answers(409),
)


async def at_service_account(
    caller: CurrentPrincipal, db_sessions: DbSessions, account_id: PathId
) -> Scope:
    """The team it belongs to, or the organisation; a missing one lies in the organisation."""
    async with db_sessions() as db:
        record = await db.get(ServiceRecord, account_id)
    return rules.place(caller.organisation, record)


async def _account(account_id: PathId, db: DbSession) -> ServiceRecord:
    record = await db.get(ServiceRecord, account_id)
    if record is None:
        raise NotFoundProblem(no_such(WORD))
    return record


async def _ruling(
    caller: CurrentPrincipal,
    db: DbSession,
    audit: Audited,
    catalogue: Annotated[Catalogue, part(Catalogue)],
    sources: Annotated[Sources, part(Sources)],
) -> Ruling:
    return Ruling(db, audit, caller, catalogue, sources)


Account = Annotated[ServiceRecord, Depends(_account, scope="function")]
Rules = Annotated[Ruling, Depends(_ruling, scope="function")]
Maker = Annotated[Principal, Requires("token", Verb.CREATE, at_service_account, WORD)]


@router.get("", dependencies=[Requires("token", Verb.LIST, at_service_account, WORD)])
async def list_trust_rules(account: Account, db: DbSession) -> list[TrustRuleView]:
    """The account's trust rules, in the order they were made."""
    return [_view(rule, given) for rule, given in await rules.rules_of(db, account.id)]


@router.post("", status_code=201)
async def add_trust_rule(
    caller: Maker, account: Account, body: TrustRule, ruling: Rules, changing: Changed
) -> TrustRuleView:
    """Trust workloads: who runs one may what the account may. By the right to make its tokens, of
    who holds all that the account holds. A cluster is asked who signs its tokens."""
    record = await rules.add(ruling, account, body)
    changing.done(caller, record.row_version)
    return _view(record)


@router.put("/{rule_id}")
async def change_trust_rule(
    *,
    caller: Maker,
    account: Account,
    rule_id: PathId,
    body: TrustRule,
    ruling: Rules,
    changing: Changed,
) -> TrustRuleView:
    """The rule anew; the tokens it gave end within two seconds. Needs `If-Match`."""
    present = await rules.find(ruling.db, account.id, rule_id)
    changing.check(present.row_version, _view(present))
    changed = await rules.change(ruling, account, present, body)
    changing.done(caller, changed.row_version)
    return _view(changed)


@router.delete(
    "/{rule_id}",
    status_code=204,
    dependencies=[Requires("token", Verb.DELETE, at_service_account, WORD)],
)
async def remove_trust_rule(account: Account, rule_id: PathId, ruling: Rules) -> None:
    """Trust them no more; the tokens the rule gave end within two seconds, on every replica."""
    await rules.remove(ruling, account, rule_id)


@router.get("/{rule_id}", dependencies=[Requires("token", Verb.LIST, at_service_account, WORD)])
async def read_trust_rule(
    account: Account, rule_id: PathId, db: DbSession, changing: Changed
) -> TrustRuleView:
    """One trust rule."""
    record = await rules.find(db, account.id, rule_id)
    tagged(changing.response, record.row_version)
    return _view(record)


@router.post(
    "/test", dependencies=[Requires("token", Verb.CREATE, at_service_account, WORD), Fresh]
)
async def test_workload_token(
    account: Account,
    body: TokenToTest,
    db: DbSession,
    sources: Annotated[Sources, part(Sources)],
) -> TokenTested:
    """What a workload's token says, which rule matches it, and why none does. No token is given,
    and this one is neither kept nor logged."""
    found = [rule for rule, _ in await rules.rules_of(db, account.id)]
    return await tested(sources, body.token.strip(), found, time.time())


def _view(record: TrustRecord, given: int = 0) -> TrustRuleView:
    return TrustRuleView(**record.model_dump(), tokens=given)
