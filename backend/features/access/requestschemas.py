"""What the routes of requests for access take and give."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.db.requests import RequestState
from backend.features.access.schemas import End, Reason
from backend.http.fields import NO_CONTROLS

__all__ = ["AccessDecision", "AccessRequestView", "NewAccessRequest", "OpenAccessRequest"]

USUAL_SECONDS: Final = 8 * 3600
"""A working day: rights that are asked for end by themselves."""
RoleId = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,63})?$")]


class NewAccessRequest(BaseModel):
    """Ask for a `role` at a scope, or to be let do what `wanted` says (``pod:logs``): whoever
    decides then chooses a role that allows it. `seconds` is how long it is needed."""

    model_config = ConfigDict(extra="forbid")

    role: RoleId = ""
    wanted: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,62}:[a-z]{1,32})?$")] = ""
    scope: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=NO_CONTROLS)]
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=512, pattern=NO_CONTROLS),
    ]
    seconds: Annotated[int, Field(ge=900, le=366 * 86400)] = USUAL_SECONDS


class AccessDecision(BaseModel):
    """Grant `role` (the one that was asked for, without it) until `expires`, or refuse. Without
    `expires` it ends as was asked for, with null never; `answer` is told to who asked."""

    model_config = ConfigDict(extra="forbid")

    grant: bool
    role: RoleId = ""
    expires: End | None = Field(default=None)
    answer: Reason = ""


class AccessRequestView(BaseModel):
    """A request for `role`, or for whatever allows `wanted`. Once it is granted, `role` is what
    was given and `expires` its end. `row_version` guards the decision (`If-Match`)."""

    id: str
    login: str
    role: str
    wanted: str
    scope: str
    reason: str
    seconds: int
    state: RequestState
    created: float
    decided: float | None
    decided_by: str
    answer: str
    expires: float | None
    row_version: int


class OpenAccessRequest(AccessRequestView):
    """A request, for who decides: `suits` are the roles that would do and that the caller may
    give there for as long as is asked: the viewer, then by how many rights they have."""

    suits: list[str]
