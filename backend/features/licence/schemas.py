"""What the routes of licences take and give. Times are Unix seconds, dates days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.commerce.licence.clock import Trust
from backend.commerce.licence.sources import Place
from backend.commerce.licence.states import Phase, State
from backend.commerce.licence.stops import Act, Always, Works

__all__ = [
    "ActView",
    "ClockView",
    "DifferenceView",
    "EntitlementView",
    "GrownView",
    "LicenceDocumentView",
    "LicenceEventView",
    "LicenceText",
    "LicenceView",
    "SourceView",
    "SpanView",
    "StopView",
]

_LONGEST = 512 * 1024


class LicenceText(BaseModel):
    """One licence or several, with white space between them."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=_LONGEST)]


class EntitlementView(BaseModel):
    """One entitlement: `limit` null is without limit, `count` null is not counted yet; `ceiling`
    is how far there may be added while the licence has ended. `named`: a licence names it."""

    name: str
    limit: int | None
    count: int | None
    enforce: Literal["hard", "soft", "meter"]
    unit: str
    named: bool
    over: bool
    ceiling: int | None


class LicenceDocumentView(BaseModel):
    """One licence and what it is in; `starts`, `ends` and `grace_ends` to the second, `by` what
    replaced it."""

    id: str
    account: str
    issuer: str
    edition: str
    sequence: int
    not_before: date
    expires_on: date
    starts: float
    ends: float
    grace_ends: float
    phase: Phase
    by: str
    trial: bool
    demo: bool
    key: str
    features: list[str]
    support: str
    revoked: float | None
    elsewhere: float | None
    added: float | None
    added_by: str


class SourceView(BaseModel):
    """A source, highest first: whether it wins, how many licences it gives, and what is wrong with
    what it holds now (the last readable ones stay in force)."""

    place: Place
    where: str
    wins: bool
    licences: int
    error: str


class SpanView(BaseModel):
    """A state, from `start` until the next one."""

    state: State
    start: float


class ClockView(BaseModel):
    """What time counts (`now`), the wall clock, the high-water mark, and whether it is trusted."""

    now: float
    wall: float
    mark: float
    trust: Trust


class LicenceEventView(BaseModel):
    """Something that happened."""

    at: float
    kind: str
    before: str
    after: str
    by: str


class StopView(BaseModel):
    """One act a licence can stop, and how it stands in each state."""

    act: Act
    operations: list[str]
    entitlements: list[str]
    feature: str
    states: dict[State, Works]


class ActView(BaseModel):
    """Whether one act may be done now; `reason` and `fix` say why not."""

    act: Act
    allowed: bool
    reason: str
    fix: str


class LicenceView(BaseModel):
    """All about the licences. `row_version` guards changes (`If-Match`)."""

    state: State
    since: float
    demo: bool
    installation: str
    entitlements: list[EntitlementView]
    features: list[str]
    documents: list[LicenceDocumentView]
    sources: list[SourceView]
    timeline: list[SpanView]
    clock: ClockView
    history: list[LicenceEventView]
    stops: list[StopView]
    always: list[Always]
    acts: list[ActView]
    keys: int
    keys_error: str
    row_version: int


class GrownView(BaseModel):
    """One entitlement before and after; null is without limit. ``named``: no licence named it
    before, and within the community's terms nothing limits it still."""

    name: str
    before: int | None
    after: int | None
    way: Literal["grows", "shrinks", "same", "named"]


class DifferenceView(BaseModel):
    """What putting them in would change. `wins` is false where a higher source holds licences, so
    that nothing changes while it does; `wins_over` is that source."""

    before: State
    after: State
    entitlements: list[GrownView]
    features_added: list[str]
    features_removed: list[str]
    replaces: list[tuple[str, str]]
    documents: list[LicenceDocumentView]
    wins: bool
    wins_over: Place | None
    row_version: int
