"""What the routes of teams take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.http.fields import NO_CONTROLS

__all__ = ["NamespaceSelector", "NewTeam", "TeamChange", "TeamChoice", "TeamView"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
]
Login = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NO_CONTROLS)]
Group = Annotated[
    str,
    StringConstraints(
        min_length=3, max_length=321, pattern=r"^[^/\x00-\x1f\x7f]+/[^\x00-\x1f\x7f]+$"
    ),
]
Place = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=NO_CONTROLS)]


class NewTeam(BaseModel):
    """A team; `name` is its segment in scopes (``org/main/team/NAME``) and never changes."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    title: Title = ""


class NamespaceSelector(BaseModel):
    """Namespaces by their labels: those of `cluster`, or of every cluster where it is empty, that
    the selector `labels` fits (``team=blue,env in (a,b)``, as Kubernetes writes it)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cluster: Annotated[str, StringConstraints(max_length=63, pattern=r"^[^/\x00-\x1f\x7f]*$")] = ""
    labels: Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=NO_CONTROLS)]


class TeamChange(BaseModel):
    """What is to be different; each list is given whole. Absent members stay.

    `members` are logins, `groups` ``provider/group``, `scopes` what the team owns, e.g.
    ``org/main/cluster/c1/ns/shop``, `selectors` the namespaces it owns while they have the labels.
    """

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    members: Annotated[list[Login], Field(max_length=2000)] | None = None
    groups: Annotated[list[Group], Field(max_length=200)] | None = None
    scopes: Annotated[list[Place], Field(max_length=500)] | None = None
    selectors: Annotated[list[NamespaceSelector], Field(max_length=50)] | None = None


class TeamChoice(BaseModel):
    """A team that lists can be narrowed to, and how many parts of the estate it owns."""

    name: str
    title: str
    owns: int


class TeamView(BaseModel):
    """A team: people put in by hand (logins), provider groups whose people belong to it, and what
    it owns: `scopes`, and the namespaces that `selectors` fit; `selected` are those that do now.
    `row_version` guards changes (`If-Match`)."""

    id: str
    name: str
    title: str
    members: list[str]
    groups: list[str]
    scopes: list[str]
    selectors: list[NamespaceSelector]
    selected: list[str]
    created: float
    row_version: int
