"""The `problems` collection: a problem is visible to who may see what it is about."""

from __future__ import annotations

from typing import Any

from auth.scope import Scope
from backend.features.overview.rows import ProblemRow
from backend.live.collection import Collection
from backend.live.column import Column, Type

__all__ = ["PROBLEMS"]


def _scope(row: Any, organisation: str) -> Scope:
    """Cluster and namespace, or the etcd cluster, or the organisation."""
    root: Scope = ("org", organisation)
    if row.etcd:
        return (*root, "etcd", row.etcd)
    if not row.cluster:
        return root
    scope = (*root, "cluster", row.cluster)
    return (*scope, "ns", row.namespace) if row.namespace else scope


PROBLEMS = Collection(
    name="problems",
    title="Problems",
    kind="problem",
    row=ProblemRow,
    scope=_scope,
    columns=(
        Column("severity", "Severity", Type.STATUS, facet=True),
        Column("title", "Problem", Type.TEXT, searched=True),
        Column("affects", "Affects", Type.TEXT),
        Column("count", "Size", Type.NUMBER, default=False),
        Column("system", "System", Type.TEXT, facet=True),
        Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
        Column("namespace", "Namespace", Type.TEXT, facet=True, default=False),
        Column("since", "Since", Type.TIME),
        Column("rank", "Rank", Type.NUMBER, default=False),
    ),
    default_sort=("rank", "-count", "title"),
    label="title",
    where=("cluster", "namespace"),
)
