"""The errors every route may answer with, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict


class FieldProblem(BaseModel):
    """One wrong input."""

    model_config = ConfigDict(extra="allow")

    field: str
    message: str


class ProblemBody(BaseModel):
    """RFC 9457 problem+json. Further members depend on the `type`: `current` (412), `used_by`
    (409), `offset` (uploads)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldProblem] | None = None


_TOLD: Final = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "Visible, but this is not allowed",
    404: "Missing, or invisible to the caller",
    409: "The present state does not allow it",
    412: "Changed meanwhile; `current` holds the present representation",
    413: "Too large",
    422: "A field is not valid; `errors` names it",
    428: "If-Match is missing",
    429: "Too many imports are running; Retry-After says when to try again",
    502: "A mirror failed",
    507: "No room for a payload",
}

RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": told,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        },
    }
    for status, told in _TOLD.items()
}
RESPONSES[400]["model"] = ProblemBody  # named once, so that the schema is in the document
