"""Which fields differ between two documents, as paths a person can read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.features.cluster.operate.schemas import FieldChange
from backend.features.cluster.text.paths import REPEATED, UNTOLD, below, entry_of

__all__ = ["MOST", "differences", "told"]

MOST: Final = 200
"""Differences that are told; of further ones only how many."""
_WHAT: Final = frozenset({"apiVersion", "kind", "status"})
"""What it is, which is another where only its metadata is answered; and how it is."""
_TEXT: Final = 400


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value that holds no others. Text and number are never the same."""

    text: str
    is_text: bool

    def shown(self, other: _Leaf | None) -> str:
        """As it is told beside `other`: quoted where only that tells them apart."""
        alike = other is not None and other.text == self.text
        return _cut(
            json.dumps(self.text, ensure_ascii=False) if alike and self.is_text else self.text
        )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Leaf by leaf, without the status and what the API server keeps for itself, by path; and
    where the entries of a list stand in another order."""
    old, new = _Leaves(), _Leaves()
    old.take(_asked(before), "")
    new.take(_asked(after), "")
    paths = {path for path in {**old.found, **new.found} if old.at(path) != new.at(path)}
    changes = [_change(path, old.at(path), new.at(path)) for path in paths]
    changes += [
        FieldChange(path=f"{path} (order)", before=_cut(was), after=_cut(now))
        for path in old.orders.keys() & new.orders.keys()
        for was, now in _reordered(old.orders[path], new.orders[path])
    ]
    return sorted(changes, key=lambda change: change.path)


def _change(path: str, before: _Leaf | None, after: _Leaf | None) -> FieldChange:
    return FieldChange(
        path=path,
        before=before and before.shown(after),
        after=after and after.shown(before),
    )


def _reordered(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    common = set(before) & set(after)
    was = [name for name in before if name in common]
    now = [name for name in after if name in common]
    if was != now:
        yield ", ".join(was), ", ".join(now)


def told(changes: list[FieldChange]) -> dict[str, Any]:
    """The first of them and how many more, as answers have it."""
    return {"changes": changes[:MOST], "more_changes": max(0, len(changes) - MOST)}


def _asked(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in _WHAT}
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {n: v for n, v in metadata.items() if n not in UNTOLD}
        if isinstance(notes := metadata.get("annotations"), Mapping):
            # kubectl repeats the whole object there, with a Secret's values.
            kept["metadata"]["annotations"] = {n: v for n, v in notes.items() if n != REPEATED}
    return kept


class _Leaves:
    """The leaves of a document by path, and the order of lists whose entries have names."""

    def __init__(self) -> None:
        self.found: dict[str, _Leaf] = {}
        self.orders: dict[str, list[str]] = {}

    def at(self, path: str) -> _Leaf | None:
        """What stands there."""
        return self.found.get(path)

    def take(self, value: Any, path: str) -> None:
        """The leaves of `value`, which stands at `path`."""
        if isinstance(value, Mapping) and value:
            for name, inner in value.items():
                self.take(inner, below(path, str(name)))
        elif isinstance(value, list) and value:
            self._entries(value, path)
        else:
            is_text = isinstance(value, str)
            text = value if is_text else json.dumps(value, ensure_ascii=False)
            self.found[path] = _Leaf(text, is_text)

    def _entries(self, entries: list[Any], path: str) -> None:
        names = [entry_of(at, inner) for at, inner in enumerate(entries)]
        counts = Counter(names)
        if all(isinstance(one, Mapping) for one in entries) and len(counts) == len(names):
            self.orders[path] = names
        for at, (name, inner) in enumerate(zip(names, entries, strict=True)):
            self.take(inner, f"{path}[{name}#{at}]" if counts[name] > 1 else f"{path}[{name}]")


def _cut(text: str) -> str:
    """What is told of a value: both were compared as they are."""
    return text if len(text) <= _TEXT else text[:_TEXT] + "…"
