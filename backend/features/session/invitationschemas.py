"""What the routes for those who were invited take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import NO_CONTROLS, SECRET

__all__ = ["InvitationAcceptance", "InvitationLink", "InvitationShown", "InvitedRole"]

Token = Annotated[str, StringConstraints(min_length=1, max_length=128), SECRET]


class InvitationLink(BaseModel):
    """What the link of an invitation holds, behind its ``#token=``."""

    model_config = ConfigDict(extra="forbid")

    token: Token


class InvitationAcceptance(InvitationLink):
    """Take it up with a password of one's own; without a `name` it is the one that was invited."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
    ] = ""
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]


class InvitedRole(BaseModel):
    """A role by its title, at a scope."""

    title: str
    scope: str


class InvitationShown(BaseModel):
    """Who invites to what: the account `login` with `roles` and in `teams`, until `expires`."""

    organisation: str
    invited_by: str
    login: str
    name: str
    roles: list[InvitedRole]
    teams: list[str]
    expires: float
