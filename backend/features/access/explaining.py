"""`/api/v1/explanation`: may this subject do that there, why, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from auth.binding import Binding
from auth.explain import explain
from auth.kinds import Catalogue, KindError
from auth.principal import Principal
from auth.role import Verb
from auth.scope import InvalidScopeError, Scope, organisation, parse, render
from auth.subject import Subject, SubjectKind
from backend.db.session import DbSession
from backend.errors import Unprocessable
from backend.features.access.grantors import grantors
from backend.features.access.schemas import RightKind
from backend.features.access.subjects import find_subject, name_of
from backend.http.fields import NO_CONTROLS
from backend.http.guard import Decides, owns, require
from backend.identity.holdings import policy_of
from backend.identity.roles import present_roles
from backend.parts import part

__all__ = ["router"]

router = APIRouter(tags=["access"])
Kinds = Annotated[Catalogue, part(Catalogue)]


class Question(BaseModel):
    """Whether `subject` (the caller, without one) may do `verb` to things of `kind` at `scope`."""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    verb: Verb
    scope: Annotated[str, Field(min_length=1, max_length=4096, pattern=NO_CONTROLS)]
    subject_kind: SubjectKind = SubjectKind.USER
    subject: Annotated[str, Field(max_length=321, pattern=NO_CONTROLS)] = ""


class Reason(BaseModel):
    """A role that has to do with it: given to the subject, or through a team or group. Only where
    is told of one that the caller may not see."""

    binding: str | None
    role: str | None
    scope: str
    through_kind: SubjectKind | None
    through: str | None
    expires: float | None


class ExplanationView(BaseModel):
    """`reasons` allow it, the deciding one first; without any, `elsewhere` would at other places,
    `lacking` reach the place with roles that do not allow it, `roles` are those that would, and
    `grantors` people who can give one."""

    allowed: bool
    reasons: list[Reason]
    elsewhere: list[Reason]
    lacking: list[Reason]
    roles: list[str]
    grantors: list[str]


@router.get("/kinds")
async def list_kinds(
    _caller: Annotated[Principal, Decides("nothing: what there are rights on is no secret")],
    catalogue: Kinds,
) -> list[RightKind]:
    """Everything a right can be held on."""
    return [
        RightKind(kind=k.name, title=k.title, verbs=[v.value for v in Verb if v in k.verbs])
        for k in catalogue
    ]


@router.get("/explanation")
async def explain_rights(
    asked: Annotated[Question, Query()],
    caller: Annotated[Principal, Decides("nothing of oneself; of others, get bindings there")],
    db: DbSession,
    catalogue: Kinds,
) -> ExplanationView:
    """Why somebody may do it, or what is missing: the answer every decision gives."""
    scope = _scope(asked.scope, caller.organisation)
    try:
        catalogue.check(asked.kind, asked.verb)
    except KindError as error:
        raise _invalid("verb", str(error)) from error
    own = asked.subject == ""
    policy = caller.policy
    if not own:
        require(caller, "binding", Verb.GET, scope, "place")
        subject = await find_subject(db, asked.subject_kind, asked.subject)
        if subject is None:
            raise _invalid("subject", f"there is no such {asked.subject_kind.value}")
        own = owns(caller, subject)
        policy = await policy_of(db, subject, catalogue)
    told = explain(policy, asked.kind, asked.verb, scope)
    roles = (await present_roles(db, catalogue)).values()
    named = _Naming(db, caller, own)
    return ExplanationView(
        allowed=told.allowed,
        reasons=await named.all(told.reasons),
        elsewhere=await named.all(() if told.allowed else told.elsewhere),
        lacking=await named.all(() if told.allowed else told.lacking),
        roles=[r.id for r in roles if not told.allowed and r.allows(asked.kind, asked.verb)],
        grantors=[] if told.allowed else await grantors(db, caller, roles),
    )


class _Naming:
    """Tells bindings to somebody, as far as they may see them."""

    def __init__(self, db: AsyncSession, caller: Principal, own: bool) -> None:
        self._db, self._caller, self._own = db, caller, own
        self._names: dict[Subject, str] = {}

    async def all(self, bindings: Iterable[Binding]) -> list[Reason]:
        return [await self._one(binding) for binding in bindings]

    async def _one(self, binding: Binding) -> Reason:
        visible = self._own or (
            self._caller.policy.decide("binding", Verb.GET, binding.scope).allowed
        )
        if not visible:
            return Reason(
                binding=None,
                role=None,
                scope=render(binding.scope),
                through_kind=None,
                through=None,
                expires=None,
            )
        subject = binding.subject
        if subject not in self._names:
            self._names[subject] = await name_of(self._db, subject)
        return Reason(
            binding=binding.id,
            role=binding.role.id,
            scope=render(binding.scope),
            through_kind=subject.kind,
            through=self._names[subject],
            expires=binding.expires,
        )


def _scope(text: str, org: str) -> Scope:
    try:
        scope = parse(text)
    except InvalidScopeError as error:
        raise _invalid("scope", str(error)) from error
    if scope[:2] != organisation(org):
        raise _invalid("scope", "another organisation's place")
    return scope


def _invalid(field: str, message: str) -> Unprocessable:
    return Unprocessable(f"{field}: {message}", errors=[{"field": field, "message": message}])
