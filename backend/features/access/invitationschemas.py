"""What the routes of invitations take and give."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.http.fields import NO_CONTROLS

__all__ = [
    "GivenRole",
    "InvitationRenewal",
    "InvitationView",
    "MadeInvitation",
    "NewInvitation",
    "OpenInvitation",
]

USUAL_DAYS: Final = 3
MOST_DAYS: Final = 14
MOST: Final = 10
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class GivenRole(BaseModel):
    """A role at a scope, to be held on arrival."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_CONTROLS)]
    scope: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=NO_CONTROLS)]


class NewInvitation(BaseModel):
    """Invite somebody to have the account `login`, with `roles` and in `teams` (by name), for
    `days`. `email` is shown to who may see invitations, and nothing is sent to it."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$")]
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
    ] = ""
    email: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            max_length=254,
            pattern=r"^([^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?$",
        ),
    ] = ""
    roles: Annotated[list[GivenRole], Field(max_length=MOST)] = Field(default_factory=list)
    teams: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=NO_CONTROLS)]],
        Field(max_length=MOST),
    ] = Field(default_factory=list)
    days: Days = USUAL_DAYS


class InvitationRenewal(BaseModel):
    """A new link in place of the present one, for `days` from now."""

    model_config = ConfigDict(extra="forbid")

    days: Days = USUAL_DAYS


class InvitationView(BaseModel):
    """An invitation, without what its link holds. `state` is ``Pending``, ``Completed``,
    ``Withdrawn``, ``Expired`` or ``Invalid``; `gives` says for people what comes with it."""

    id: str
    login: str
    name: str
    email: str
    state: str
    gives: str
    invited_by: str
    created: float
    expires: float
    row_version: int


class OpenInvitation(InvitationView):
    """An invitation, and why it does not hold at this moment (`against`); empty while it does."""

    against: str


class MadeInvitation(InvitationView):
    """An invitation that was just made, with its `link`: told this one time."""

    link: str
