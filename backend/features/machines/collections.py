"""The `machines` collection."""

from __future__ import annotations

from backend.features.machines.rows import MachineRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["MACHINES"]

MACHINES = Collection(
    name="machines",
    title="Machines",
    kind="machine",
    row=MachineRow,
    scopes=(RowScope("cluster", Field("cluster")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("os_version", "OS version", Type.TEXT, facet=True, searched=True),
        Column("pods", "Pods", Type.NUMBER),
        Column("cpu_percent", "CPU requested", Type.PERCENT),
        Column("memory_percent", "Memory requested", Type.PERCENT),
        Column("roles", "Roles", Type.LIST, facet=True, searched=True),
        Column("zone", "Zone", Type.TEXT, facet=True, searched=True),
        Column("created", "Age", Type.TIME),
        Column("kernel", "Kernel", Type.TEXT, facet=True, default=False),
        Column("kubelet", "Kubelet", Type.TEXT, facet=True, default=False),
        Column("os", "Operating system", Type.TEXT, searched=True, default=False),
        Column("runtime", "Runtime", Type.TEXT, facet=True, default=False),
        Column("architecture", "Architecture", Type.TEXT, facet=True, default=False),
        Column("instance_type", "Instance type", Type.TEXT, facet=True, default=False),
        Column("address", "Address", Type.TEXT, searched=True, default=False),
        Column("pods_limit", "Pods at most", Type.NUMBER, default=False),
        Column("cpu", "CPU", Type.QUANTITY, default=False),
        Column("cpu_requested", "CPU reserved", Type.QUANTITY, default=False),
        Column("memory", "Memory", Type.BYTES, default=False),
        Column("memory_requested", "Memory reserved", Type.BYTES, default=False),
        Column("conditions", "Conditions", Type.LIST, facet=True, default=False),
        Column("taints", "Taints", Type.LIST, facet=True, default=False),
        Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
        Column("concern", "Concern", Type.NUMBER, default=False),
        Column("simulated", "Simulated", Type.BOOL, facet=True, default=False),
        Column("machine_id", "Machine id", Type.TEXT, searched=True, default=False),
        Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
        Column("labels", "Labels", Type.LABELS, default=False),
    ),
    default_sort=("concern", "name"),
    label="name",
    where=("cluster", "zone"),
    place=10,
)
