"""What the routes of saved views take and give."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from backend.http.fields import NO_CONTROLS

__all__ = ["NewView", "SavedView", "ViewChange"]

KEPT = frozenset({"q", "filter", "labels", "sort", "cols", "cluster", "namespace"})
"""What a view may hold of a page's address: the table's state and the scope, no open row."""


def _search(text: str) -> str:
    strange = {name for name, _ in parse_qsl(text, keep_blank_values=True)} - KEPT
    if strange:
        raise ValueError(f"a view keeps {', '.join(sorted(KEPT))}; not {min(strange)}")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=NO_CONTROLS),
]
Search = Annotated[
    str, StringConstraints(max_length=4096, pattern=NO_CONTROLS), AfterValidator(_search)
]


class NewView(BaseModel):
    """A view of a collection's table; `search` is a query string, e.g. ``sort=-restarts``."""

    model_config = ConfigDict(extra="forbid")

    collection: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Name
    search: Search
    shared: bool = False


class ViewChange(BaseModel):
    """What is to be different. Absent fields stay."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    search: Search | None = None
    shared: bool | None = None


class SavedView(BaseModel):
    """A view as stored. `own`: it is the caller's; `row_version` guards changes (`If-Match`).
    Times are Unix seconds."""

    id: str
    collection: str
    name: str
    search: str
    shared: bool
    own: bool
    owner: str
    changed: float
    changed_by: str
    row_version: int
