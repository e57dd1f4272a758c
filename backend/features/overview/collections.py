"""The `problems` collection: a problem is visible to who may see what it is about."""

from __future__ import annotations

from backend.features.overview.rows import ProblemRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["PROBLEMS"]


PROBLEMS = Collection(
    name="problems",
    title="Problems",
    kind="problem",
    row=ProblemRow,
    scopes=(
        RowScope("cluster", Field("cluster"), "ns", Field("namespace")),
        RowScope("etcd", Field("etcd")),
    ),
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
    place=75,
)
