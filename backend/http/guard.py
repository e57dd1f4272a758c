"""Who may call a route: said in its signature, written into OpenAPI, held by a test.

Every route names one of three::

    caller: Annotated[Principal, Requires("pod", Verb.EXEC, scope=namespace_of)]
    caller: Annotated[Principal, Decides("each row, by the right to list its kind")]
    dependencies=[Public]

`scope` is a dependency of its own: an async function over path parameters (and whatever else
FastAPI gives) that says where the object lies. It runs before the route, so that nothing is
read for a caller who may not. ``tests/unit/http/test_guarded_routes.py`` fails any route
without one of the three, and lists those that decide late or are public.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

from fastapi import Depends
from fastapi.params import Depends as DependsParameter
from starlette.requests import HTTPConnection

from auth.principal import CredentialKind, Principal
from auth.role import Verb
from auth.scope import Scope, organisation, render
from auth.subject import Subject
from backend.audit import Target
from backend.errors import Forbidden, NotFoundProblem, Problem, Unauthenticated
from backend.http.callers import caller_of
from backend.http.denial import Denial
from backend.identity.credentials import Identities
from backend.parts import part

__all__ = [
    "CurrentPrincipal",
    "Decides",
    "Late",
    "Public",
    "Requirement",
    "Requires",
    "no_such",
    "owns",
    "public",
    "require",
    "require_principal",
    "whole_organisation",
]


async def require_principal(
    connection: HTTPConnection, identities: Annotated[Identities, part(Identities)]
) -> Principal:
    """The signed-in caller of a request or socket; 401 otherwise. No guard by itself."""
    principal = await caller_of(connection, identities)
    if principal is None:
        raise Unauthenticated("Sign in to use the console: your session is missing or over.")
    return principal


CurrentPrincipal = Annotated[Principal, Depends(require_principal)]
"""The caller, beside a guard: for scope functions and what routes share."""


def public() -> None:
    """Mark a route as open to everybody, on purpose."""


Public: Final = Depends(public)


async def whole_organisation(caller: CurrentPrincipal) -> Scope:
    """The scope of what belongs to the organisation as a whole."""
    return organisation(caller.organisation)


@dataclass(frozen=True, slots=True)
class Requirement:
    """The right a route needs at its object's scope. `word` is what the object is called when
    it is missing or invisible; `at` says where it lies."""

    kind: str
    verb: Verb
    word: str
    at: str


class Check:
    """The dependency behind `Requires`: the caller, who holds the right at the object."""

    def __init__(self, requirement: Requirement, scope: Callable[..., Any]) -> None:
        self.requirement = requirement
        # FastAPI reads the scope function's own parameters from this signature.
        self.__signature__ = Signature(
            [
                Parameter("caller", Parameter.KEYWORD_ONLY, annotation=CurrentPrincipal),
                Parameter(
                    "scope", Parameter.KEYWORD_ONLY, annotation=Annotated[Any, Depends(scope)]
                ),
            ],
            return_annotation=Principal,
        )

    async def __call__(self, *, caller: Principal, scope: Scope) -> Principal:
        """404 when the object is invisible, 403 when only this verb is not allowed."""
        needed = self.requirement
        require(caller, needed.kind, needed.verb, scope, needed.word)
        return caller


class Late:
    """The dependency behind `Decides`: the caller; the route decides, as `how` says."""

    def __init__(self, how: str) -> None:
        self.how = how

    async def __call__(self, caller: CurrentPrincipal) -> Principal:
        """The signed-in caller."""
        return caller


class Requires(DependsParameter):
    """Guard of a route: the caller must hold (`kind`, `verb`) at `scope`, a dependency that
    gives an `auth.scope.Scope`. `word` names the object in a 404."""

    def __init__(
        self,
        kind: str,
        verb: Verb,
        scope: Callable[..., Any] = whole_organisation,
        word: str = "",
    ) -> None:
        at = scope.__name__.removeprefix("at_").removesuffix("_scope").replace("_", " ")
        super().__init__(Check(Requirement(kind, verb, word or _word(kind), at), scope))


class Decides(DependsParameter):
    """Guard of a route that can decide only while it answers; `how` says by which right."""

    def __init__(self, how: str) -> None:
        super().__init__(Late(how))


def require(principal: Principal, kind: str, verb: Verb, scope: Scope, word: str = "") -> None:
    """Let the caller pass or raise: 404 when the object is invisible, 403 when only this
    verb is not allowed (identity reference, section 4). Either is recorded (`Denial`)."""
    policy = principal.policy
    if policy.decide(kind, verb, scope).allowed:
        return
    problem: Problem = NotFoundProblem(no_such(word or _word(kind)))
    if policy.decide(kind, Verb.GET, scope).allowed:
        problem = Forbidden(
            f"You may see this {word or _word(kind)} but not {verb.value} it. An owner of the "
            "organisation can grant you a role that allows it.",
            needs={"kind": kind, "verb": verb.value},
        )
    problem.denial = Denial(principal, verb, Target(kind, "", render(scope), scope))
    raise problem


def owns(caller: Principal, subject: Subject) -> bool:
    """Whether what is `subject`'s is the caller's own, which needs no right: of a person who is
    signed in. A token may what it was made for, and not what its owner may with their own."""
    return caller.credential.kind is CredentialKind.SESSION and caller.subject == subject


def no_such(word: str) -> str:
    """The one sentence for what is missing and what is invisible."""
    return f"There is no such {word}, or you may not see it."


def _word(kind: str) -> str:
    return kind.removeprefix("update-")
