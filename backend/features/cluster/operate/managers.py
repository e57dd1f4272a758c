"""Who set a field last, as the API server keeps it (`managedFields`).

https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management: an applier that
owns a field sets it again when it applies; one that updated it did so once, unless it is a
controller that minds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from backend.features.cluster.operate.changes import MOST
from backend.features.cluster.operate.schemas import FieldChange
from backend.features.cluster.text.paths import below, entry_of

__all__ = ["Owner", "owners_by_path", "with_managers", "words_of"]

_OURS: Final = frozenset({"craton"})
_MOST: Final = 5_000
"""Fields that are looked at: an object has a few hundred."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A manager of a field. `applies`: it declares it, and will again."""

    name: str
    applies: bool
    subresource: str
    time: str


def owners_by_path(raw: Mapping[str, Any]) -> dict[str, tuple[Owner, ...]]:
    """The managers of each field but ourselves, by paths as changes are told."""
    found: dict[str, tuple[Owner, ...]] = {}
    seen = 0
    for entry in (raw.get("metadata") or {}).get("managedFields") or []:
        if not isinstance(entry, Mapping) or entry.get("manager") in _OURS:
            continue
        owner = Owner(
            str(entry.get("manager") or ""),
            entry.get("operation") == "Apply",
            str(entry.get("subresource") or ""),
            str(entry.get("time") or ""),
        )
        for path in _paths(entry.get("fieldsV1"), ""):
            seen += 1
            if seen > _MOST:
                return found
            found[path] = (*found.get(path, ()), owner)
    return found


def _of_changes(
    owned: Mapping[str, tuple[Owner, ...]], paths: Iterable[str]
) -> dict[str, tuple[Owner, ...]]:
    """The managers of what each changed path is, holds, or lies in where that is owned as one."""
    return {path: found for path in paths if (found := _of(owned, path))}


def _of(owned: Mapping[str, tuple[Owner, ...]], path: str) -> tuple[Owner, ...]:
    if path in owned:
        return owned[path]
    inside = [one for name, held in owned.items() if _within(name, path) for one in held]
    if not inside:
        above = max((name for name in owned if _within(path, name)), key=len, default=None)
        inside = list(owned[above]) if above is not None else []
    return tuple(dict.fromkeys(inside))


def _within(inner: str, outer: str) -> bool:
    return inner.startswith(outer) and inner[len(outer) : len(outer) + 1] in {".", "["}


def _paths(fields: Any, path: str) -> Iterator[str]:
    """Leaves of a FieldsV1 tree: ``f:name`` a member, ``k:{…}`` an entry by its keys."""
    if not isinstance(fields, Mapping):
        return
    if any(str(name).startswith(("v:", "i:")) for name in fields):
        yield path  # a list of values: its entries have no names
    for name, inner in fields.items():
        at = _step(path, str(name))
        if at is None:
            continue
        if inner:
            yield from _paths(inner, at)
        else:
            yield at


def _step(path: str, name: str) -> str | None:
    sort, _, rest = name.partition(":")
    if sort == "f":
        return below(path, rest)
    if sort == "k":
        try:
            keys = msgspec.json.decode(rest)
        except msgspec.DecodeError:
            return None
        return f"{path}[{entry_of(0, keys)}]"
    return None


def with_managers(changes: list[FieldChange], raw: Mapping[str, Any]) -> list[FieldChange]:
    """The changes, those that are told each with who set its field before: they may set it back."""
    owned = owners_by_path(raw) if changes else {}
    first, more = changes[:MOST], changes[MOST:]
    told = _of_changes(owned, (change.path for change in first))
    return [
        change.model_copy(update={"managers": words_of(told.get(change.path, ()))})
        for change in first
    ] + more


def words_of(owners: Iterable[Owner]) -> list[str]:
    """``argocd (applies it)``, ``kube-controller-manager (scale)``; one name once."""
    return list(dict.fromkeys(_words(one) for one in owners))


def _words(owner: Owner) -> str:
    if owner.applies:
        return f"{owner.name} (applies it)"
    return f"{owner.name} ({owner.subresource})" if owner.subresource else owner.name
