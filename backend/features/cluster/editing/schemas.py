"""What the routes of editing take and answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from backend.features.cluster.operate.edit import Edit, Text
from backend.features.cluster.operate.schemas import FieldChange, Told
from backend.http.documented import FieldProblem

__all__ = [
    "ClashView",
    "Creation",
    "DocumentView",
    "KindSchema",
    "Made",
    "Making",
    "Merge",
    "MergeView",
]


class DocumentView(Told):
    """An object as text that can be edited: without its status and what the API server keeps for
    itself. `version` is what `If-Match` names. `owners` are the fields that somebody else set,
    by their paths, with who did."""

    version: str
    yaml: str
    owners: dict[str, list[str]] = Field(default_factory=dict)


class Merge(Edit):
    """`theirs` are the paths of clashes at which theirs is taken."""

    theirs: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=1000)] = Field(
        default_factory=list
    )


class KindSchema(Told):
    """JSON schemas by name, ``$ref`` naming one; `root` is the kind's own."""

    root: str
    schemas: dict[str, dict[str, Any]]


class ClashView(Told):
    """A value that was changed by both; null: it is not there. All as JSON or text."""

    path: str
    base: str | None
    theirs: str | None
    mine: str | None


class MergeView(Told):
    """What an edit is on the object as it is now: `base` and `version` to go on from, `yaml` with
    both sides' changes. `changed_by` are the managers that changed something meanwhile."""

    version: str
    base: str
    yaml: str
    theirs: list[FieldChange]
    more_theirs: int = 0
    mine: list[FieldChange]
    more_mine: int = 0
    clashes: list[ClashView]
    changed_by: list[str] = Field(default_factory=list)


class Creation(BaseModel):
    """One or several objects, as YAML or JSON. `namespace` is where those lie that do not say.
    `only`: of these alone, by their number from 0."""

    model_config = ConfigDict(extra="forbid")

    yaml: Text
    namespace: Annotated[str, Field(max_length=63)] = ""
    only: Annotated[list[int], Field(max_length=100)] | None = None


class Made(Told):
    """What came of one object, or would. `outcome` is ``created``, ``valid`` (a dry run),
    ``later`` (only to be tried once another of these exists), ``exists``, ``refused`` or
    ``failed`` (the cluster did not answer; it may exist). `errors` name fields and lines."""

    number: int
    line: int
    kind: str
    name: str
    namespace: str
    outcome: str
    message: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    href: str = ""


class Making(Told):
    """In the order of the text."""

    dry_run: bool
    objects: list[Made]
