"""What the Key-value routes answer. Sizes in bytes, times in Unix seconds."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_KEY: Final = 60_000
"""Characters of a key's text: 9 KB of bytes that each take an escape, within a request's head."""

__all__ = [
    "MOST_KEY",
    "AlarmView",
    "ComparedView",
    "EtcdHealth",
    "FolderItem",
    "FolderPage",
    "ObjectView",
    "RevealBody",
    "SignalView",
    "ValuePreview",
    "ValueView",
    "WatchView",
]

Verdict = Literal["ok", "warning", "critical", "unknown"]


class SignalView(BaseModel):
    """One judged number; `member` is empty for the whole cluster, null means not known.
    `bound`: whether `threshold` is the most or the least it should be. `at` (Unix seconds):
    when the judgement was made, or since when the member is silent; null: now."""

    id: str
    title: str
    member: str
    value: float | None
    unit: Literal["", "seconds", "percent", "bytes", "count"]
    threshold: float | None
    status: Verdict
    words: str
    bound: Literal["most", "least"]
    at: float | None


class AlarmView(BaseModel):
    """An alarm a member has raised."""

    member: str
    alarm: str


class WatchView(BaseModel):
    """The one watch that feeds the keys; `endpoint` is empty while it is not open."""

    endpoint: str
    revision: int
    events: int
    restarts: int
    listings: int
    last_event: float | None


class EtcdHealth(BaseModel):
    """How one cluster is. `left_out` counts keys above the configured limit."""

    name: str
    sentence: str
    status: Verdict
    cluster_id: str
    leader: str
    members: int
    answering: int
    quorum: int
    revision: int
    version: str
    keys: int
    left_out: int
    alarms: list[AlarmView]
    watch: WatchView
    signals: list[SignalView]
    at: float | None


class ComparedView(BaseModel):
    """Whether the members hold the same data; unknown says why, `differing` names members."""

    status: Literal["ok", "critical", "unknown"]
    words: str
    differing: list[str]
    at: float | None


class FolderItem(BaseModel):
    """A sub-folder with the number of keys below it, or a key with what is known of it."""

    kind: Literal["folder", "key"]
    name: str
    path: str
    keys: int
    size: int | None
    version: int | None
    revision: int | None
    lease: str
    changed: float | None


class FolderPage(BaseModel):
    """Children of a folder; `complete` is False when keys above the limit are missing."""

    prefix: str
    keys: int
    complete: bool
    items: list[FolderItem]
    next: str | None


class ObjectView(BaseModel):
    """The Kubernetes object a value holds."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


class ValueView(BaseModel):
    """A value made safe to show. `form` says what `text` is: JSON, text or hex; it is empty
    for masked, encrypted and empty values, and `note` says why. `masked` counts the secrets
    that are not shown, `revealable` says whether `POST …/value/reveal` can show them. `raw` is the
    very text that is stored, null where `text` is that already or where it may not be shown.
    `encoding` names what bytes that are no UTF-8 are read as: UTF-16 by its mark, else a guess,
    with the text in `guessed`."""

    etcd: str
    path: str
    form: Literal["empty", "encrypted", "kubernetes", "json", "text", "binary", "masked"]
    size: int
    text: str
    truncated: bool
    note: str
    masked: int
    revealable: bool
    raw: str | None
    encoding: str
    guessed: str
    object: ObjectView | None
    version: int
    created_revision: int
    revision: int
    read_at_revision: int
    lease: str
    ttl: int | None


class ValuePreview(BaseModel):
    """The beginning of a value made safe to show, in one line: what `ValueView` shows of it,
    shortened. Of a Kubernetes object its kind and name."""

    path: str
    form: Literal["empty", "encrypted", "kubernetes", "json", "text", "binary", "masked", "large"]
    size: int
    text: str
    masked: int
    revision: int


class RevealBody(BaseModel):
    """Which value is to be shown in clear."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=MOST_KEY)
