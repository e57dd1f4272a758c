"""What the routes of an import take and answer."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.features.keyvalue.importing.document import MOST_FILE
from backend.features.keyvalue.schemas import MOST_KEY
from integrations.etcd.batches import MOST_TOGETHER

__all__ = [
    "ImportBatch",
    "ImportFile",
    "ImportItem",
    "ImportPlan",
    "ImportPut",
    "ImportResult",
    "ImportWritten",
]

MOST_VALUE: Final = 2 * 1024 * 1024 + 4
"""Characters of a value of etcd's own limit in base64."""


class Told(BaseModel):
    """Answers always have all their members."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class ImportFile(BaseModel):
    """The text of a file of keys: the console's own export, or ``etcdctl get --prefix -w json``."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    text: str = Field(min_length=1, max_length=MOST_FILE)


class ImportItem(Told):
    """What an import would do with one key, and `why` it does nothing, or what is to be known.
    `version` is the key's as it was seen, ``0`` where it is not there; `base64` what would be
    written, null where nothing would. `before` and `after` are its texts where they are shown, and
    `unshown` says why they are not. Sizes in bytes."""

    path: str
    does: Literal["create", "change", "same", "refused"]
    why: str = ""
    version: str = "0"
    base64: str | None = None
    size: int = 0
    was: int = 0
    before: str | None = None
    after: str | None = None
    unshown: str = ""


class ImportPlan(Told):
    """What an import would do, by what the store held at `revision`; nothing was written."""

    etcd: str
    source: Literal["craton", "etcdctl"]
    revision: int
    items: list[ImportItem]


class ImportPut(BaseModel):
    """A key, the bytes it is to hold, and the version that the plan saw of it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: str = Field(min_length=1, max_length=MOST_KEY)
    base64: str = Field(max_length=MOST_VALUE)
    version: Annotated[str, Field(pattern="^[0-9]{1,19}$")]


class ImportBatch(BaseModel):
    """Some keys of a plan, to be written together."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    items: list[ImportPut] = Field(min_length=1, max_length=MOST_TOGETHER)


class ImportWritten(Told):
    """What came of one key: `revision` is the one it has now, 0 where it was not written; `why` it
    was not."""

    path: str
    written: bool
    why: str = ""
    revision: int = 0


class ImportResult(Told):
    """What came of a batch, key by key."""

    items: list[ImportWritten]
