"""Deletions that do not end: objects that finalizers keep from going, or nobody ends.

Of kinds whose metadata alone is watched (`integrations.kubernetes.metadata_watches`: custom ones,
and those of Kubernetes that have no rows), and of every kind that has rows but those
whose names alone need a right of their own (Secrets and ConfigMaps): a problem is shown by its
place, so it would name them to people without it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

import msgspec

from backend.live.reviewed import Resource
from backend.live.row import Row
from backend.live.table import Change, Table
from integrations.contract import Feed
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.metadata_feed import DeletedObject
from integrations.kubernetes.metadata_watches import DELETIONS
from integrations.kubernetes.models.meta import Meta, seconds
from integrations.kubernetes.summaries.deletion import hindrances

__all__ = ["Held", "HeldRow"]

_GRACE: Final = {"pods": 60.0, "namespaces": 120.0}
_PATIENCE: Final = 600.0
"""Seconds after which a deletion that nothing is known to hold is one that does not go on; of a
pod after the time it was given to end. A namespace's pods go first, and as long as one of them is
left the namespace says nothing of what hinders it."""
_WATCHED: Final = tuple(
    plural for plural, kind in KINDS.items() if plural != "events" and not kind.metadata_only
)


_REVIEWED: Final = 20
"""Kinds without rows about whose held objects its own rights are asked; rows of further ones
are hidden from those whom they limit."""


class _Named(Protocol):
    """Any object of the API."""

    @property
    def metadata(self) -> Meta:
        """Its metadata."""


class HeldRow(Row, frozen=True):
    """An object that was told to go at Unix seconds `since`, and why it is still there: `held`
    by something, or `overdue`, because it ought to be gone since `due`."""

    cluster: str
    kind: str
    plural: str
    namespace: str
    name: str
    since: float
    reason: str
    held: bool
    due: float
    overdue: bool


class Held:
    """The deletions of every cluster that are under way."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.rows: Table[HeldRow] = Table("held deletions")
        self._custom: dict[str, Counter[Resource]] = {}
        self.rows.on_change(self._count)

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's, by kind."""
        rows: dict[str, Callable[[Any], HeldRow | None]] = {
            plural: partial(self._held, cluster, plural, KINDS[plural].kind) for plural in _WATCHED
        }
        rows[DELETIONS] = partial(self._held_custom, cluster)
        return {
            what: self.rows.feed(f"kubernetes/{cluster}/{what}", row, within=("cluster", cluster))
            for what, row in rows.items()
        }

    def resources(self, cluster: str) -> tuple[Resource, ...]:
        """The kinds without rows of which something is being deleted in a cluster."""
        found = self._custom.get(cluster, Counter())
        return tuple(sorted(found, key=lambda resource: resource.name)[:_REVIEWED])

    async def look(self) -> None:
        """Time alone makes a deletion overdue: nothing tells of it."""
        now = self._clock()
        for row in self.rows:
            if not row.overdue and row.due <= now:
                self.rows.put(msgspec.structs.replace(row, overdue=True))

    def _count(self, changes: Sequence[Change[HeldRow]]) -> None:
        for _key, old, new in changes:
            for row, step in ((old, -1), (new, 1)):
                if row is not None and row.plural not in KINDS:
                    known = self._custom.setdefault(row.cluster, Counter())
                    known[_resource(row)] += step
                    self._custom[row.cluster] = +known

    def _held_custom(self, cluster: str, found: DeletedObject) -> HeldRow | None:
        return self._held(cluster, found.kind.address, found.kind.kind, found)

    def _held(self, cluster: str, plural: str, kind: str, found: _Named) -> HeldRow | None:
        meta = found.metadata
        end, since = seconds(meta.deletion_timestamp), seconds(meta.told_to_go)
        if end is None or since is None:
            return None
        due = end + _GRACE.get(plural, _PATIENCE)
        return HeldRow(
            key=f"{cluster}/{plural}/{meta.namespace}/{meta.name}",
            cluster=cluster,
            kind=kind,
            plural=plural,
            namespace=meta.namespace,
            name=meta.name,
            since=since,
            reason=hindrances(found, meta) or _overdue(meta),
            held=bool(hindrances(found, meta)),
            due=due,
            overdue=due <= self._clock(),
        )


def _resource(row: HeldRow) -> Resource:
    plural, _, group = row.plural.partition(".")
    return Resource(group, plural, bool(row.namespace), custom=True)


def _overdue(meta: Meta) -> str:
    steps = f": {', '.join(meta.finalizers)} is not done" if meta.finalizers else ""
    return f"Was told to go and is still there{steps}"
