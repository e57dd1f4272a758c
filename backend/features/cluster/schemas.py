"""What the detail routes answer. Times are Unix seconds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = [
    "ConditionView",
    "ContainerView",
    "Custom",
    "CustomPage",
    "Detail",
    "EventView",
    "Fact",
    "PrinterColumn",
    "Ref",
    "Related",
]


class Ref(BaseModel):
    """Another object. `status` and `healthy` are null when they are not known; `group` is its
    API group, `plural` its kind in the addresses of pages (empty: it has none)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    kind: str
    plural: str
    namespace: str
    name: str
    group: str = ""
    status: str | None = None
    healthy: bool | None = None
    reason: str = ""


class Related(BaseModel):
    """Objects that have to do with this one; `more` is True when there are more than listed."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    title: str
    items: list[Ref]
    more: bool = False


class Fact(BaseModel):
    """One thing worth knowing, as label and text."""

    label: str
    value: str


class ConditionView(BaseModel):
    """A condition; `good` is null where the type alone does not say which way is good."""

    type: str
    status: str
    reason: str
    message: str
    since: float | None
    good: bool | None


class ContainerView(BaseModel):
    """A container as asked for and as it is. `state` is one of waiting, running, terminated."""

    name: str
    role: str
    image: str
    digest: str
    state: str
    reason: str
    since: float | None
    last_state: str
    ready: bool
    restarts: int
    requests: dict[str, str]
    limits: dict[str, str]


class EventView(BaseModel):
    """An event about the object, newest first."""

    severity: str
    reason: str
    message: str
    count: int
    first: float
    last: float
    reporter: str


class Detail(BaseModel):
    """Everything the detail page says of one object, except its YAML.

    `owners` runs from the direct owner to the outermost. `missing` says in words what could
    not be read; the rest is complete. `because` is the pod that `summary` is told of.
    """

    cluster: str
    kind: str
    plural: str
    api_version: str
    namespace: str
    name: str
    uid: str
    created: float | None
    deleting: bool
    simulated: bool
    status: str
    healthy: bool | None
    summary: str
    because: Ref | None
    facts: list[Fact]
    owners: list[Ref]
    related: list[Related]
    conditions: list[ConditionView]
    containers: list[ContainerView]
    labels: dict[str, str]
    annotations: dict[str, str]
    events: list[EventView]
    missing: list[str]


class PrinterColumn(BaseModel):
    """A column the kind prints of its objects; `type` as its definition says (``string``,
    ``integer``, ``number``, ``boolean``, ``date``). `priority` 0 is shown to everybody, more to
    those who ask for all (``kubectl get -o wide``)."""

    name: str
    type: str
    description: str
    priority: int


class Custom(BaseModel):
    """One object of a custom kind; `cells` are what it prints, one for each column: dates as
    they are, where the object tells them. `deleting` since Unix seconds, null when it is not."""

    namespace: str
    name: str
    created: float | None
    deleting: float | None
    labels: dict[str, str]
    cells: list[str]


class CustomPage(BaseModel):
    """Objects of a custom kind; `next` is the cursor of the following page, or null."""

    kind: str
    plural: str
    group: str
    namespaced: bool
    columns: list[PrinterColumn]
    items: list[Custom]
    next: str | None
