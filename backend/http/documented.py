"""The errors an operation may answer with, in the OpenAPI document.

What follows from a route's signature is read from it: sign-in and rights from its guard, a
body's and parameters' errors from their being there, 412 and 428 from `If-Match`. What does not
follow is declared on the route or router: ``responses=answers(409, 502)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.routing import BaseRoute

from backend.http.guard import require_principal

__all__ = ["UPSTREAM", "FieldProblem", "ProblemBody", "answers", "document_problems"]

UPSTREAM: Final = (502, 503, 504)
"""What a route may answer that asks another system."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_VALIDATION: Final = 422
"""FastAPI says it of every operation, and not as we answer it."""
_FRAMEWORKS: Final = ("HTTPValidationError", "ValidationError")
_TOLD: Final = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    402: "No licence covers it; `fix` says what helps",
    403: "Visible, but this is not allowed",
    404: "Missing, or invisible to the caller",
    409: "The present state does not allow it",
    412: "Changed meanwhile; `current` holds the present representation",
    413: "Too large",
    415: "The body is of no type that is taken here",
    422: "A field is not valid; `errors` names it",
    428: "If-Match is missing",
    429: "Too many of these at once; Retry-After says when to try again",
    502: "Another system failed",
    503: "Not available now; Retry-After may say when to try again",
    504: "Another system did not answer in time",
    507: "No room for a payload",
}


class FieldProblem(BaseModel):
    """One wrong input: the value as far as it may be shown, and what would be right. In a text it
    stands in a `line`, from 1."""

    model_config = ConfigDict(extra="allow")

    field: str
    message: str
    value: str | None = None
    accepts: str | None = None
    line: int | None = None


class NeededRight(BaseModel):
    """The right that was missing; where, when the scope is no secret; `upstream` when another
    system refused the caller."""

    kind: str | None = None
    verb: str | None = None
    scope: str | None = None
    upstream: str | None = None


class ProblemBody(BaseModel):
    """RFC 9457 problem+json. Further members depend on the `type`: `current` (412: the object as
    it is now), `needs` (403), `tested` (false: refused because it could not be tried),
    `used_by` (409), `guide` (409: a page of the console that leads out of it), `offset` (uploads),
    `methods`, `within` and `provider` (403, step-up-required), `step` and `state` (401,
    next-step)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldProblem] | None = None
    current: Any | None = None
    needs: NeededRight | None = None
    tested: bool | None = None
    methods: list[str] | None = None
    provider: str | None = None
    step: str | None = None
    state: str | None = None
    guide: str | None = None


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route or router that may answer with these errors."""
    return {status: _answer(status) for status in statuses}


def document_problems(schema: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Write into the OpenAPI document what every operation may answer besides its success."""
    definitions = schema.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions.update(problem.pop("$defs"))
    definitions["ProblemBody"] = problem
    for name in _FRAMEWORKS:
        definitions.pop(name, None)
    for context in iter_route_contexts(routes):
        if not isinstance(context.original_route, APIRoute):
            continue
        for method in context.methods or ():
            path = schema["paths"].get(context.path_format or "", {})
            operation = path.get(method.lower())
            if operation is not None:
                _document(operation, context, method)


def _document(operation: dict[str, Any], context: RouteContext, method: str) -> None:
    responses = operation["responses"]
    for status in sorted(set(_follows(operation, context, method))):
        if status == _VALIDATION or str(status) not in responses:  # else its route says it
            responses[str(status)] = _answer(status)
    operation["responses"] = dict(sorted(responses.items()))


def _follows(operation: dict[str, Any], context: RouteContext, method: str) -> Iterator[int]:
    """The errors that follow from the signature."""
    yield 400
    parameters = operation.get("parameters", [])
    if "requestBody" in operation:
        yield from (413, 415, 422)
    if parameters:
        yield 422
    if any(p["in"] == "path" for p in parameters):
        yield 404
    if any(p["in"] == "header" and p["name"].lower() == "if-match" for p in parameters):
        yield from (412, 428)
    if method not in _SAFE:
        yield 403
    if _signed_in(context.dependant):
        yield from (401, 403, 404)


def _signed_in(dependant: Dependant) -> bool:
    return dependant.call is require_principal or any(map(_signed_in, dependant.dependencies))


def _answer(status: int) -> dict[str, Any]:
    body = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
    return {"description": _TOLD[status], "content": {"application/problem+json": body}}
