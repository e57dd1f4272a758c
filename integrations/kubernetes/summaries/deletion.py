"""Why an object that was told to go is still there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from integrations.kubernetes.models.core import Namespace
from integrations.kubernetes.models.meta import Meta

__all__ = ["HELD", "being_deleted", "hindrances", "holding", "moment", "still_there"]

HELD: Final = "Deletion is held"
"""The kind of cause, where others may share it."""

_PASSING: Final = frozenset(
    {"foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking", "kubernetes"}
)
"""Kubernetes' own steps of every deletion. A namespace's own finalizer is one of them: what
hinders it stands in its conditions."""
_MEANING: Final = {
    "kubernetes.io/pvc-protection": "a pod still uses it",
    "kubernetes.io/pv-protection": "a claim still uses it",
    "customresourcecleanup.apiextensions.k8s.io": "objects of its kind are still there",
}
_LIMIT: Final = 500


def holding(meta: Meta) -> list[str]:
    """The finalizers that somebody else has to take away, with what those of Kubernetes mean."""
    names = [name for name in meta.finalizers if name not in _PASSING]
    return [f"{name} ({_MEANING[name]})" if name in _MEANING else name for name in names]


def hindrances(found: object, meta: Meta) -> str:
    """What holds the deletion of an object, in words; empty where nothing is known to."""
    names = holding(meta)
    several = "s" if len(names) > 1 else ""
    parts = [f"Deletion is held by finalizer{several} {', '.join(names)}"] if names else []
    if isinstance(found, Namespace):
        parts += [c.message for c in found.status.conditions if c.status == "True" and c.message]
    return "; ".join(parts)[:_LIMIT]


def being_deleted(found: object, meta: Meta) -> str:
    """``Being deleted since …``, with what holds it; empty for an object that stays."""
    since = meta.told_to_go
    if since is None:
        return ""
    why = hindrances(found, meta)
    return f"Being deleted since {moment(since)}" + (f". {why}" if why else "")


def still_there(found: object, meta: Meta) -> str:
    """For a row, which has room for a line: what holds the deletion, else since when it goes on;
    empty for an object that stays."""
    leaving = being_deleted(found, meta)
    return leaving and (hindrances(found, meta) or leaving)


def moment(at: datetime) -> str:
    """``2026-11-28 03:00:00 UTC``."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
