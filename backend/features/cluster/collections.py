"""The collections `clusters`, `namespaces`, `leases` and `customresourcedefinitions`."""

from __future__ import annotations

from typing import Final

from backend.connections.resources import reviewed
from backend.features.cluster.rows import ClusterRow, DefinitionRow, LeaseRow, NamespaceRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["CLUSTERS", "DEFINITIONS", "LEASES", "NAMESPACES"]

_CLUSTER: Final = RowScope("cluster", Field("cluster"))
_NAMESPACED: Final = RowScope("cluster", Field("cluster"), "ns", Field("namespace"))
_NAME: Final = Column("name", "Name", Type.TEXT, searched=True)
_IN: Final = Column("cluster", "Cluster", Type.TEXT, facet=True, default=False)
_TAIL: Final = (
    _IN,
    Column("created", "Age", Type.TIME),
    Column("labels", "Labels", Type.LABELS, default=False),
)

CLUSTERS: Final = Collection(
    name="clusters",
    title="Clusters",
    kind="cluster",
    row=ClusterRow,
    scopes=(_CLUSTER,),
    columns=(
        _NAME,
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("version", "Version", Type.TEXT, facet=True),
        Column("nodes", "Machines", Type.NUMBER),
        Column("pods", "Pods", Type.NUMBER),
        Column("failing", "Failing checks", Type.LIST, facet=True, default=False),
        Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
        Column("since", "Since", Type.TIME),
    ),
    default_sort=("name",),
    where=("version",),
    place=10,
)

NAMESPACES: Final = Collection(
    name="namespaces",
    title="Namespaces",
    kind="namespace",
    row=NamespaceRow,
    scopes=(_NAMESPACED,),
    columns=(
        _NAME,
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
        Column("concern", "Concern", Type.NUMBER, default=False),
        *_TAIL,
    ),
    default_sort=("concern", "name"),
    where=("cluster",),
    place=15,
    reviewed=reviewed("namespaces"),
)

LEASES: Final = Collection(
    name="leases",
    title="Leases",
    kind="lease",
    row=LeaseRow,
    scopes=(_NAMESPACED,),
    columns=(
        _NAME,
        Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
        Column("holder", "Holder", Type.TEXT, searched=True),
        Column("renewed", "Renewed", Type.TIME),
        Column("duration", "Seconds", Type.NUMBER, default=False),
        Column("transitions", "Changes of holder", Type.NUMBER),
        *_TAIL,
    ),
    default_sort=("namespace", "name"),
    where=("namespace", "cluster"),
    place=90,
    reviewed=reviewed("leases"),
)

DEFINITIONS: Final = Collection(
    name="customresourcedefinitions",
    title="Custom resource definitions",
    kind="definition",
    row=DefinitionRow,
    scopes=(_CLUSTER,),
    columns=(
        _NAME,
        Column("kind", "Kind", Type.TEXT, searched=True),
        Column("group", "Group", Type.TEXT, facet=True, searched=True),
        Column("scope", "Scope", Type.TEXT, facet=True),
        Column("versions", "Versions", Type.LIST),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, default=False),
        Column("live", "Objects followed", Type.BOOL, facet=True, default=False),
        *_TAIL,
    ),
    default_sort=("name",),
    where=("group", "cluster"),
    place=60,
    reviewed=reviewed("customresourcedefinitions"),
)
