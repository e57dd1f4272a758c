"""What the routes that change keys take and answer. Sizes in bytes, times in Unix seconds."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.features.keyvalue.schemas import MOST_KEY
from backend.http.offering import Offer, Undo

__all__ = [
    "MOST_TEXT",
    "CreateKey",
    "DeleteKey",
    "EditKey",
    "Encoding",
    "FolderBody",
    "FolderDeleted",
    "FolderPreview",
    "HeldRevision",
    "KeyBody",
    "KeyChanged",
    "KeyGone",
    "KeyHistory",
    "KeyState",
    "RestoreKey",
    "StoreChanges",
    "ValueBody",
]

MOST_TEXT: Final = 4 * 1024 * 1024
"""Characters a value is written with: more than etcd takes, written as hexadecimal bytes."""

Encoding = Literal["text", "json", "base64", "hex"]
LeaseId = Annotated[str, Field(pattern="^[0-9a-f]{0,16}$")]


class Told(BaseModel):
    """Answers always have all their members."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class KeyBody(BaseModel):
    """Which key; as tables show it, or ``base64url:`` and its bytes."""

    key: str = Field(min_length=1, max_length=MOST_KEY)


class ValueBody(BaseModel):
    """A value and how it is written. JSON is checked, and laid out anew where it is asked for
    (`pretty`); otherwise the bytes are stored as they are given."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: str = Field(min_length=1, max_length=MOST_KEY)
    encoding: Encoding = "text"
    value: str = Field(default="", max_length=MOST_TEXT)
    pretty: bool = False


class CreateKey(ValueBody):
    """A new key; `lease` in hexadecimal, empty for none."""

    lease: LeaseId = ""


class EditKey(ValueBody):
    """Another value. It keeps the lease it has, unless another (`lease`; empty: none) is to take
    that one's place."""

    keep_lease: bool = True
    lease: LeaseId = ""


class DeleteKey(BaseModel):
    """Which key goes."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=MOST_KEY)


class RestoreKey(DeleteKey):
    """The key as it was at a revision that is still held."""

    revision: int = Field(ge=1)


class StoreChanges(Told):
    """Whether keys may be created in this store, and why not. `prefixes` are where they may lie:
    an empty one is anywhere."""

    offers: list[Offer]
    prefixes: list[str]


class KeyState(Told):
    """A key as it is changed. `version` is what `If-Match` names, ``0`` where it is not there.
    `encoding` is how its value is best written, and `text` the value so written; null where it is
    not shown, and `hidden` says why. `base64` are the same bytes."""

    etcd: str
    path: str
    present: bool
    version: str
    size: int
    encoding: Encoding
    text: str | None
    base64: str | None
    hidden: str
    lease: str
    ttl: int | None
    offers: list[Offer]


class KeyChanged(Told):
    """What came of a change: `version` is the key's now, ``0`` where it is gone; `revision` the
    store's. `notes` are sentences for the person."""

    etcd: str
    path: str
    version: str
    revision: int
    size: int
    notes: list[str] = []
    undo: Undo | None = None


class FolderBody(BaseModel):
    """Which folder: its prefix, with the last slash."""

    model_config = ConfigDict(extra="forbid")

    prefix: str = Field(min_length=1, max_length=MOST_KEY)


class FolderPreview(Told):
    """What deleting a folder would take: how many keys, and the first of them. `version` is what
    `If-Match` names; not `allowed`: `why`."""

    etcd: str
    prefix: str
    count: int
    sample: list[str]
    version: str
    allowed: bool
    why: str


class FolderDeleted(Told):
    """What went."""

    etcd: str
    prefix: str
    deleted: int
    revision: int


class HeldRevision(Told):
    """A key at one of its revisions. `changed` is when the watch saw it, null where it was not
    seen: etcd keeps no times."""

    revision: int
    version: int
    size: int
    lease: str
    changed: float | None


class KeyGone(Told):
    """A key is not there any more: deleted, or its lease ran out, at `revision`. `seen` is when the
    watch saw it (Unix seconds); null where it was looked for in etcd's history, which does not tell
    whether it came back and went again since. `held`: what it was before is not compacted."""

    revision: int
    seen: float | None
    held: bool


class KeyHistory(Told):
    """Revisions of a key that are still held, the newest first. `begins`: the last of them made it;
    `compacted`: what was before is gone; `next`: there are more before that revision. `gone`: none
    of them is the present one."""

    items: list[HeldRevision]
    begins: bool
    compacted: bool
    next: int | None
    gone: KeyGone | None = None
