"""The part of an object that a person writes, and back into the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from backend.features.cluster.text.paths import REPEATED, UNTOLD

__all__ = ["editable", "put_back"]

_KEPT: Final = UNTOLD | {"deletionTimestamp", "deletionGracePeriodSeconds"}
"""Of the metadata: the API server's own."""


def editable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Without the status, without what the API server keeps for itself, and without kubectl's
    annotation that repeats the object."""
    found = {name: value for name, value in raw.items() if name != "status"}
    metadata = {n: v for n, v in (raw.get("metadata") or {}).items() if n not in _KEPT}
    if isinstance(notes := metadata.get("annotations"), Mapping):
        metadata["annotations"] = {n: v for n, v in notes.items() if n != REPEATED}
        if not metadata["annotations"]:
            del metadata["annotations"]
    return {**found, "metadata": metadata}


def put_back(raw: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """The whole object with the part that was written, of the very version that `raw` is."""
    own = raw.get("metadata") or {}
    metadata = dict(written.get("metadata") or {})
    metadata.update({name: value for name, value in own.items() if name in _KEPT})
    notes = metadata.get("annotations") or {}
    repeated = (own.get("annotations") or {}).get(REPEATED)
    # What is no mapping is the API server's to refuse.
    if repeated is not None and isinstance(notes, Mapping):
        metadata["annotations"] = {**notes, REPEATED: repeated}
    whole = {**written, "metadata": metadata}
    return {**whole, "status": raw["status"]} if "status" in raw else whole
