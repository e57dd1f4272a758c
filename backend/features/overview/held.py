"""Deletions that are held: objects that finalizers keep from going.

Of every watched kind but those whose names alone need a right of their own (Secrets and
ConfigMaps): a problem is shown by its place, so it would name them to people without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Protocol

from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.core import Namespace
from integrations.kubernetes.models.meta import Meta, seconds

__all__ = ["Held", "HeldRow"]

_PASSING: Final = frozenset(
    {"foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking", "kubernetes"}
)
"""Kubernetes' own steps of every deletion. A namespace's own finalizer is one of them: what
hinders it stands in its conditions."""
_WATCHED: Final = tuple(
    plural for plural, kind in KINDS.items() if plural != "events" and not kind.metadata_only
)


class _Named(Protocol):
    """Any object of the API."""

    metadata: Meta


class HeldRow(Row, frozen=True):
    """An object that was told to go at Unix seconds `since`, and why it is still there."""

    cluster: str
    kind: str
    plural: str
    namespace: str
    name: str
    since: float
    reason: str


class Held:
    """The held deletions of every cluster."""

    def __init__(self) -> None:
        self.rows: Table[HeldRow] = Table("held deletions")

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's, by kind."""
        return {
            plural: self.rows.feed(
                f"kubernetes/{cluster}/{plural}",
                partial(_held, cluster, plural),
                within=("cluster", cluster),
            )
            for plural in _WATCHED
        }


def _held(cluster: str, plural: str, found: _Named) -> HeldRow | None:
    meta = found.metadata
    since = seconds(meta.deletion_timestamp)
    if since is None:
        return None
    reason = _why(found)
    if not reason:
        return None
    return HeldRow(
        key=f"{cluster}/{plural}/{meta.namespace}/{meta.name}",
        cluster=cluster,
        kind=KINDS[plural].kind,
        plural=plural,
        namespace=meta.namespace,
        name=meta.name,
        since=since,
        reason=reason,
    )


def _why(found: _Named) -> str:
    holding = [name for name in found.metadata.finalizers if name not in _PASSING]
    parts = [f"Deletion is held by {', '.join(holding)}"] if holding else []
    if isinstance(found, Namespace):
        parts += [
            condition.message
            for condition in found.status.conditions
            if condition.status == "True" and condition.message
        ]
    return "; ".join(parts)[:500]
