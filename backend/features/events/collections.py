"""The `events` collection."""

from __future__ import annotations

from typing import Final

from backend.connections.resources import reviewed
from backend.features.events.rows import EventRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["EVENTS"]

EVENTS: Final = Collection(
    name="events",
    title="Events",
    kind="event",
    row=EventRow,
    scopes=(
        RowScope("cluster", Field("cluster"), "ns", Field("place")),
        RowScope("etcd", Field("etcd")),
        RowScope("registry", Field("registry")),
    ),
    columns=(
        Column("last", "Last seen", Type.TIME),
        Column("severity", "Severity", Type.STATUS, facet=True),
        Column("object_name", "Object", Type.TEXT, searched=True),
        Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
        Column("reason", "Reason", Type.TEXT, facet=True, searched=True),
        Column("message", "Message", Type.TEXT, searched=True),
        Column("count", "Count", Type.NUMBER),
        Column("object_kind", "Kind", Type.TEXT, facet=True, default=False),
        Column("object_group", "API group", Type.TEXT, facet=True, default=False),
        Column("first", "First seen", Type.TIME, default=False),
        Column("stated", "Impossible time given", Type.TIME, default=False),
        Column("type", "Type", Type.TEXT, facet=True, default=False),
        Column("source", "System", Type.TEXT, facet=True, default=False),
        Column("reporter", "Reported by", Type.TEXT, facet=True, default=False),
        Column("origin", "Connection", Type.TEXT, facet=True, default=False),
        Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
    ),
    default_sort=("-last",),
    label="object_name",
    where=("object_kind", "reason"),
    link=("source", "cluster", "place", "object_group"),
    place=80,
    reviewed=reviewed("events"),
)
