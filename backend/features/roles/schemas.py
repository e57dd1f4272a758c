"""What the routes of roles take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.subject import SubjectKind
from backend.http.fields import NO_CONTROLS

__all__ = ["Holder", "NewRole", "RoleChange", "RoleChoice", "RoleDraft", "RoleImpact", "RoleView"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
]
Right = Annotated[str, StringConstraints(max_length=96, pattern=r"^[a-z0-9*-]+:[a-z*]+$")]
Rights = Annotated[list[Right], Field(max_length=2000)]


class NewRole(BaseModel):
    """A role; `id` is its name and never changes. `rights` are ``kind:verb``; ``*`` is written out
    for the kinds there are when it is saved."""

    model_config = ConfigDict(extra="forbid")

    id: Name
    title: Title = ""
    rights: Rights


class RoleChange(BaseModel):
    """What is to be different; `rights` are given whole. Absent members stay."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    rights: Rights | None = None


class RoleDraft(BaseModel):
    """Rights a role might have."""

    model_config = ConfigDict(extra="forbid")

    rights: Rights


class RoleView(BaseModel):
    """A role: its `rights` written out, and those it names that have no effect yet (`idle`).
    `row_version` guards changes (`If-Match`); a built-in role has none to make."""

    id: str
    title: str
    built_in: bool
    rights: list[str]
    idle: list[str]
    created: float | None
    row_version: int


class RoleChoice(BaseModel):
    """A role that could be given at a place, and whether the caller may give it there."""

    id: str
    title: str
    built_in: bool
    may_give: bool


class Holder(BaseModel):
    """Who holds a role by one binding; `people` is how many active people that is."""

    binding: str
    subject_kind: SubjectKind
    subject: str
    scope: str
    expires: float | None
    people: int


class RoleImpact(BaseModel):
    """What a change of a role would do: the rights it `grants` and `takes`, and to whom. `hidden`
    counts bindings the caller may not see; `people` are logins of those behind the others, the
    first fifty, without members of teams and groups that the caller may not see. `people_total`
    counts all."""

    grants: list[str]
    takes: list[str]
    idle: list[str]
    holders: list[Holder]
    holders_total: int
    hidden: int
    people: list[str]
    people_total: int
