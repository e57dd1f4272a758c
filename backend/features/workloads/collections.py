"""The `pods` and `workloads` collections."""

from __future__ import annotations

from typing import Final

from backend.connections import resources
from backend.connections.resources import reviewed
from backend.features.workloads.rows import MetadataRow, PodRow, WorkloadRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["CONFIG_MAPS", "NAMESPACED", "PODS", "SECRETS", "TAIL", "WORKLOADS"]

NAMESPACED: Final = RowScope("cluster", Field("cluster"), "ns", Field("namespace"))

HEAD: Final = (
    Column("name", "Name", Type.TEXT, searched=True),
    Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
)
TAIL: Final = (
    Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
    Column("created", "Age", Type.TIME),
    Column("labels", "Labels", Type.LABELS, default=False),
)

PODS: Final = Collection(
    name="pods",
    title="Pods",
    kind="pod",
    row=PodRow,
    scopes=(NAMESPACED,),
    columns=(
        *HEAD,
        Column("status", "Status", Type.STATUS, facet=True, searched=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("ready", "Ready", Type.TEXT),
        Column("restarts", "Restarts", Type.NUMBER),
        Column("last_restart", "Last restart", Type.TIME, default=False),
        Column("node", "Machine", Type.TEXT, facet=True, searched=True),
        # A pod's name begins with its owner's: the column is for those who ask for it.
        Column("owner", "Owner", Type.TEXT, facet=True, searched=True, default=False),
        Column("owner_kind", "Owner kind", Type.TEXT, facet=True, default=False),
        Column("owner_group", "Owner's API group", Type.TEXT, facet=True, default=False),
        Column("owner_uid", "Owner's uid", Type.TEXT, default=False),
        Column("ip", "IP", Type.TEXT, searched=True, default=False),
        Column("images", "Images", Type.LIST, facet=True, searched=True, default=False),
        Column("digests", "Running digests", Type.LIST, searched=True, default=False),
        Column("repositories", "Repositories", Type.LIST, default=False),
        Column("cpu", "CPU requested", Type.QUANTITY, default=False),
        Column("memory", "Memory requested", Type.BYTES, default=False),
        # For those who ask for them: many a cluster is not measured.
        Column("cpu_used", "CPU used", Type.QUANTITY, default=False),
        Column("memory_used", "Memory used", Type.BYTES, default=False),
        Column("qos", "Quality of service", Type.TEXT, facet=True, default=False),
        Column("cause", "Cause", Type.TEXT, facet=True, default=False),
        Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
        Column("concern", "Concern", Type.NUMBER, default=False),
        Column("simulated", "Simulated", Type.BOOL, facet=True, default=False),
        *TAIL,
    ),
    default_sort=("concern", "namespace", "name"),
    where=("namespace", "cluster"),
    place=20,
    reviewed=reviewed("pods"),
)

WORKLOADS: Final = Collection(
    name="workloads",
    title="Workloads",
    kind="workload",
    row=WorkloadRow,
    scopes=(NAMESPACED,),
    columns=(
        HEAD[0],
        Column("kind", "Kind", Type.TEXT, facet=True),
        HEAD[1],
        Column("status", "Status", Type.STATUS, facet=True, searched=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("readiness", "Ready", Type.TEXT, sortable=False),
        Column("ready", "Pods ready", Type.NUMBER, default=False),
        Column("desired", "Pods desired", Type.NUMBER, default=False),
        Column("updated", "Updated", Type.NUMBER, default=False),
        Column("images", "Images", Type.LIST, facet=True, searched=True, default=False),
        Column("owner", "Owner", Type.TEXT, facet=True, default=False),
        Column("cause", "Cause", Type.TEXT, facet=True, default=False),
        Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
        Column("concern", "Concern", Type.NUMBER, default=False),
        Column("culprit", "Told of pod", Type.TEXT, default=False),
        Column("plural", "Resource", Type.TEXT, default=False),
        Column("uid", "Uid", Type.TEXT, default=False),
        *TAIL,
    ),
    default_sort=("concern", "namespace", "name"),
    where=("kind", "namespace", "cluster"),
    link=("plural",),
    place=10,
    reviewed=reviewed(*resources.WORKLOADS, by="plural"),
)


def _metadata_only(name: str, title: str, kind: str) -> Collection:
    return Collection(
        name=name,
        title=title,
        kind=kind,
        row=MetadataRow,
        scopes=(NAMESPACED,),
        columns=(
            *HEAD,
            Column("owner", "Owner", Type.TEXT, facet=True),
            Column("reason", "Reason", Type.TEXT, searched=True, default=False),
            *TAIL,
        ),
        default_sort=("namespace", "name"),
        where=("namespace", "cluster"),
        reviewed=reviewed(name),
    )


CONFIG_MAPS: Final = _metadata_only("configmaps", "Config maps", "configmap")
SECRETS: Final = _metadata_only("secrets", "Secrets", "secret")
