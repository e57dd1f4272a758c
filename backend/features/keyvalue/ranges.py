"""Folders of which somebody may see a part: the keys that are theirs, and what leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from auth.scope import Scope, covers, etcd, etcd_key, key_of
from backend.features.keyvalue.schemas import FolderPage
from backend.features.keyvalue.service import no_folder, page_of, position
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.index import SEPARATOR, Child, KeyIndex

__all__ = ["partial_folder", "ranges_below"]


def ranges_below(
    scopes: Iterable[Scope], org: str, name: str, prefix: str
) -> Mapping[str, Scope] | None:
    """The ranges of keys of the etcd cluster `name` that lie in the folder `prefix` and below one
    of `scopes`, each by its key; None when that is all of the folder."""
    base = etcd(org, name)
    held = [scope for scope in scopes if covers(scope, base) or covers(base, scope)]
    inside = etcd_key(org, name, prefix.removesuffix(SEPARATOR)) if prefix else base
    if any(covers(scope, inside) for scope in held):
        return None
    ranges = {key_of(scope[len(base) + 1 :]): scope for scope in held if scope[len(base)] == "key"}
    return {key: scope for key, scope in ranges.items() if key.startswith(prefix)}


def partial_folder(
    connection: EtcdConnection, prefix: str, cursor: str, limit: int, keys: Iterable[str]
) -> FolderPage:
    """One page of the children of `prefix` that are, or lead to, one of `keys`, which are ranges;
    404 where none of them has any, but for the root."""
    found = _children(connection.index, prefix, keys)
    if prefix and not (found and prefix.endswith(SEPARATOR)):
        raise no_folder()
    after, total = position(cursor), sum(child.total for child in found.values())
    left = [found[place] for place in sorted(found) if after is None or place > after]
    page = list(islice(left, limit))
    last = page[-1] if len(left) > limit else None
    more = (last.name, last.entry is None) if last else None
    return page_of(connection, prefix, total, page, more)


def _children(
    index: KeyIndex, prefix: str, keys: Iterable[str]
) -> Mapping[tuple[str, bool], Child]:
    found: dict[tuple[str, bool], Child] = {}
    for key in keys:
        name, _, deeper = key[len(prefix) :].partition(SEPARATOR)
        entry, below = index.get(key), index.count(key + SEPARATOR)
        if entry is not None and not deeper and key == prefix + name:
            found[name, False] = Child(name, key, 1, entry)
            number = below
        else:
            number = below + (entry is not None)
        if number:
            before = found.get((name, True))
            whole = number + (before.total if before else 0)
            found[name, True] = Child(name, f"{prefix}{name}{SEPARATOR}", whole, None)
    return found
