"""Which fields differ between two documents, as paths a person can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.features.cluster.operate.schemas import FieldChange
from backend.features.cluster.text.paths import REPEATED, UNTOLD, below, entry_of

__all__ = ["MOST", "differences", "told"]

MOST: Final = 200
"""Differences that are told; of further ones only how many."""
_WHAT: Final = frozenset({"apiVersion", "kind", "status"})
"""What it is, which is another where only its metadata is answered; and how it is."""
_TEXT: Final = 400


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Leaf by leaf, without the status and what the API server keeps for itself, by path."""
    old, new = dict(_leaves(_asked(before))), dict(_leaves(_asked(after)))
    paths = sorted(path for path in {**old, **new} if old.get(path) != new.get(path))
    return [FieldChange(path=p, before=_cut(old.get(p)), after=_cut(new.get(p))) for p in paths]


def told(changes: list[FieldChange]) -> dict[str, Any]:
    """The first of them and how many more, as answers have it."""
    return {"changes": changes[:MOST], "more_changes": max(0, len(changes) - MOST)}


def _asked(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in _WHAT}
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {n: v for n, v in metadata.items() if n not in UNTOLD}
        if notes := metadata.get("annotations"):
            # kubectl repeats the whole object there, with a Secret's values.
            kept["metadata"]["annotations"] = {n: v for n, v in notes.items() if n != REPEATED}
    return kept


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, below(path, str(name)))
    elif isinstance(value, list) and value:
        names = [entry_of(at, inner) for at, inner in enumerate(value)]
        for at, (name, inner) in enumerate(zip(names, value, strict=True)):
            alike = names.count(name) > 1
            yield from _leaves(inner, f"{path}[{name}#{at}]" if alike else f"{path}[{name}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str | None) -> str | None:
    """What is told of a value: both were compared as they are."""
    return text if text is None or len(text) <= _TEXT else text[:_TEXT] + "…"
