"""What the routes of connections take and give. Secrets only ever go in."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = [
    "CertificateView",
    "ChoiceView",
    "ChoicesAsked",
    "ConnectionView",
    "Disappears",
    "Draft",
    "FieldOption",
    "FieldView",
    "FoundView",
    "ImpactView",
    "KindView",
    "NewConnection",
    "NewCredentials",
    "RightView",
    "SecretView",
    "Switch",
    "Tested",
    "WayView",
]

Text = Annotated[str, StringConstraints(max_length=1024 * 1024)]
Value = Text | list[Annotated[str, StringConstraints(max_length=2048)]] | None
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Values = Annotated[dict[Word, Value], Field(max_length=32)]


class FieldOption(BaseModel):
    """One of the answers a field can be given, with what it means."""

    value: str
    title: str
    help: str


class FieldView(BaseModel):
    """One field of a form; a new connection has `initial` in it where nothing is said."""

    id: str
    title: str
    input: str
    required: bool
    secret: bool
    destination: bool
    help: str
    placeholder: str
    options: list[FieldOption]
    initial: str


class WayView(BaseModel):
    """One way to connect a kind of system."""

    id: str
    title: str
    help: str
    fields: list[FieldView]


class KindView(BaseModel):
    """A kind of system that can be connected in the console."""

    kind: str
    title: str
    ways: list[WayView]


class Draft(BaseModel):
    """What was typed, by field. A secret that is absent or null stays as it is stored."""

    model_config = ConfigDict(hide_input_in_errors=True)

    way: Word
    values: Values


class NewConnection(Draft):
    """A connection to make. Without `untested` it must answer first."""

    kind: Word
    name: Annotated[str, StringConstraints(max_length=64)]
    untested: bool = False


class Tested(Draft):
    """What to try: a new one, or the present one of that name with changes."""

    kind: Word
    name: Annotated[str, StringConstraints(max_length=64)]


class NewCredentials(BaseModel):
    """Secrets to put in place of the stored ones, by field."""

    model_config = ConfigDict(hide_input_in_errors=True)

    values: Values


class Switch(BaseModel):
    """Switch a connection off or on."""

    disabled: bool


class ChoicesAsked(BaseModel):
    """Which field, and what the others hold."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Word
    field: Word
    values: Values


class ChoiceView(BaseModel):
    """A value that can be chosen, or the reason why not."""

    value: str
    against: str


class CertificateView(BaseModel):
    """A certificate and when it ends (Unix seconds)."""

    what: str
    subject: str
    expires: float


class RightView(BaseModel):
    """A right the console needs there, and what is missing without it."""

    title: str
    held: bool
    without: str


class FoundView(BaseModel):
    """What a test found. Times in seconds; `clock_skew` is the system's clock minus ours."""

    version: str
    identity: str
    rights: list[RightView]
    latency: float | None
    clock_skew: float | None
    certificates: list[CertificateView]
    notes: list[str]


class SecretView(BaseModel):
    """A stored secret: that it is set, and since when."""

    changed: float


class ConnectionView(BaseModel):
    """A connection without anything secret. `row_version` guards changes (`If-Match`); it is 0
    for one that is declared outside the console and can only be changed there. `decides`: whose
    rights decide on what people do there, ``console`` or ``both``; empty where there is but one."""

    kind: str
    name: str
    title: str
    origin: str
    editable: bool
    way: str
    values: dict[str, Any]
    secrets: dict[str, SecretView]
    disabled: bool
    status: str
    message: str
    certificates: list[CertificateView]
    changed: float | None
    changed_by: str
    row_version: int
    decides: str


class Disappears(BaseModel):
    """Rows of a collection that come from this connection."""

    collection: str
    title: str
    rows: int


class ImpactView(BaseModel):
    """What disappears from the pages with a connection."""

    rows: list[Disappears]
    total: int
