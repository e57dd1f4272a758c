"""Who is calling: the typed parameter every route takes, or the word that it is public.

`CurrentPrincipal` as a parameter, or ``dependencies=[Public]`` on the route; the test
``tests/unit/http/test_guarded_routes.py`` fails any route with neither.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope, render
from backend.audit import Target
from backend.errors import Forbidden, NotFoundProblem, Problem, Unauthenticated
from backend.http.credentials import read_credential
from backend.http.denial import Denial
from backend.identity.credentials import Identities

__all__ = ["CurrentPrincipal", "Public", "public", "require", "require_principal"]


async def require_principal(connection: HTTPConnection) -> Principal:
    """The signed-in caller of a request or socket; 401 otherwise."""
    presented = read_credential(connection)
    identities: Identities = connection.app.state.console.identities
    principal = await identities.resolve(presented) if presented else None
    if principal is None:
        raise Unauthenticated("Sign in to use the console: your session is missing or over.")
    return principal


def public() -> None:
    """Mark a route as open to everybody, on purpose."""


CurrentPrincipal = Annotated[Principal, Depends(require_principal)]
Public: Final = Depends(public)


def require(principal: Principal, kind: str, verb: Verb, scope: Scope, what: str = "") -> None:
    """Let the caller pass or raise: 404 when the object is invisible, 403 when only this
    verb is not allowed (identity reference, section 4)."""
    policy = principal.policy
    if policy.decide(kind, verb, scope).allowed:
        return
    problem: Problem = NotFoundProblem(what or f"There is no such {kind}, or you may not see it.")
    if policy.decide(kind, Verb.GET, scope).allowed:
        problem = Forbidden(
            f"You may see this {kind} but not {verb.value} it. An owner of the organisation can "
            "grant you a role that allows it.",
            needs={"kind": kind, "verb": verb.value},
        )
    problem.denial = Denial(principal, verb, Target(kind, "", render(scope), scope))
    raise problem
