"""`/api/v1/sign-in-rules`: what is asked of who signs in to a local account."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import col

from auth.principal import Principal
from auth.verb import Verb
from backend.db.rules import SignInRule
from backend.db.session import DbSession
from backend.features.signinrules import service
from backend.features.signinrules.schemas import RuleImpact, RuleName, RuleSwitch, RuleView
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.documented import answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.stepup import FreshNow
from backend.identity.rules import SECOND_FACTOR
from backend.parts import part
from backend.providers.service import Providers
from backend.secrets.store import Secrets

__all__ = ["router"]

router = APIRouter(tags=["sign-in-rules"], prefix="/sign-in-rules", responses=answers(409))
_KIND: Final = "identity-provider"
_WORD: Final = "sign-in rule"
KnownProviders = Annotated[Providers, part(Providers)]


@router.get("", dependencies=[Requires(_KIND, Verb.LIST, word=_WORD)])
async def list_sign_in_rules(db: DbSession) -> list[RuleView]:
    """The rules there are, in force or not."""
    rules = await db.execute(select(SignInRule).order_by(col(SignInRule.id)))
    return [_view(one) for one in rules.scalars()]


@router.get("/{name}/impact")
async def read_sign_in_rule_impact(
    name: RuleName,
    caller: Annotated[Principal, Requires(_KIND, Verb.GET, word=_WORD)],
    db: DbSession,
    providers: KnownProviders,
) -> RuleImpact:
    """Whom the rule concerns, as of now."""
    await service.find(db, name)
    return await service.impact(db, caller, name, providers)


@router.put(
    "/{name}",
    dependencies=[Requires(_KIND, Verb.UPDATE, word=_WORD), FreshNow],
    responses=answers(503),
)
async def switch_sign_in_rule(
    *,
    name: RuleName,
    body: RuleSwitch,
    caller: CurrentPrincipal,
    db: DbSession,
    audit: Audited,
    changed: Changed,
    secrets: Annotated[Secrets, part(Secrets)],
    providers: KnownProviders,
) -> RuleView:
    """Have the rule in force, or not. Needs `If-Match`."""
    rule = await service.find(db, name)
    changed.check(rule.row_version, _view(rule))
    if body.enabled and name == SECOND_FACTOR:
        secrets.require()  # what people are asked to set up has to be kept sealed
    rule = await service.switch(db, audit, caller, rule, enabled=body.enabled, providers=providers)
    changed.done(caller, rule.row_version)
    return _view(rule)


def _view(rule: SignInRule) -> RuleView:
    return RuleView.model_validate(rule.model_dump() | {"name": rule.id})
