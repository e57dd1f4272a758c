"""What the routes of actions take and answer. Times are Unix seconds."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backend.http.offering import Offer, Undo

__all__ = [
    "Acted",
    "FieldChange",
    "Nothing",
    "Offer",
    "Operable",
    "Revision",
    "Revisions",
    "TaintView",
    "Undo",
]


class Told(BaseModel):
    """Answers always have all their members."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Nothing(BaseModel):
    """An action that asks for nothing else."""

    model_config = ConfigDict(extra="forbid")


class TaintView(BaseModel):
    """A taint of a node; `effect` is NoSchedule, PreferNoSchedule or NoExecute."""

    key: Annotated[str, Field(min_length=1, max_length=317)]
    value: Annotated[str, Field(max_length=63)] = ""
    effect: Annotated[str, Field(pattern="^(NoSchedule|PreferNoSchedule|NoExecute)$")]


class Operable(Told):
    """An object as actions see it. `version` is what `If-Match` names: the object and what is
    asked of it, whatever its status does. Members that its kind does not have are null. `notes` are
    sentences worth knowing before something is changed: what else decides about it."""

    version: str
    kind: str
    name: str
    namespace: str
    offers: list[Offer]
    notes: list[str] = []
    replicas: int | None = None
    paused: bool | None = None
    suspended: bool | None = None
    unschedulable: bool | None = None
    taints: list[TaintView] | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class FieldChange(Told):
    """A field that differs, by its path; null: it is not there. `managers` are those that set it
    before: another one may set it back."""

    path: str
    before: str | None
    after: str | None
    managers: list[str] = []


class Acted(Told):
    """What came of an action, or would (`dry_run`). `changes` are the fields that differ, as the
    cluster told; `warnings` its own; `notes` ours. `version` is the object's now, empty when it is
    gone; `leaving`: it was told to go and is not gone yet. `made` names a new object."""

    dry_run: bool
    version: str
    changes: list[FieldChange] = []
    more_changes: int = 0
    warnings: list[str] = []
    notes: list[str] = []
    leaving: bool = False
    made: str = ""
    undo: Undo | None = None


class Revision(Told):
    """A revision a workload can go back to; `changes` are the fields that would differ from what is
    asked for now. `cause` is the annotation ``kubernetes.io/change-cause``."""

    number: int
    name: str
    current: bool
    created: float | None
    images: list[str]
    cause: str = ""
    changes: list[FieldChange] = []
    more_changes: int = 0


class Revisions(Told):
    """Newest first."""

    items: list[Revision]
