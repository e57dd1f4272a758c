"""The `problems` collection: a problem is visible to who may see what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from backend.connections.resources import PLURALS, reviewed
from backend.features.overview.rows import ProblemRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.reviewed import Resource, Reviewed
from backend.live.rowscope import Field, RowScope, TextScope

__all__ = ["PROBLEMS", "problems_collection"]


PROBLEMS = Collection(
    name="problems",
    title="Problems",
    kind="problem",
    row=ProblemRow,
    scopes=(
        RowScope("cluster", Field("cluster"), "ns", Field("namespace")),
        RowScope("etcd", Field("etcd")),
        TextScope("scope"),
    ),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("severity", "Severity", Type.STATUS, facet=True),
        Column("kind", "Kind", Type.TEXT, facet=True),
        Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("affects", "Affects", Type.TEXT),
        Column("since", "Since", Type.TIME),
        Column("seen", "First seen", Type.TIME, default=False),
        Column("cause", "Cause", Type.TEXT, facet=True, default=False),
        Column("count", "Size", Type.NUMBER, default=False),
        Column("system", "System", Type.TEXT, facet=True, default=False),
        Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
        Column("rank", "Rank", Type.NUMBER, default=False),
    ),
    default_sort=("rank", "-count", "name"),
    label="name",
    where=("kind", "namespace", "cluster"),
    place=75,
    reviewed=reviewed(*PLURALS, by="resource"),
)


def problems_collection(custom: Callable[[str], tuple[Resource, ...]]) -> Collection:
    """The collection, whose rows may be of custom kinds too: those that `custom` gives of a
    cluster."""
    plain: Reviewed = reviewed(*PLURALS, by="resource")
    return replace(PROBLEMS, reviewed=replace(plain, more=custom))
