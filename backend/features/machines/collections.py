"""The `machines` collection."""

from __future__ import annotations

from typing import Final

from auth.verb import Verb
from backend.connections.resources import reviewed
from backend.features.machines.rows import MachineRow
from backend.live.collection import Collection
from backend.live.column import Column, Needs, Type
from backend.live.rowscope import Field, RowScope
from backend.omaha.domain import rights

__all__ = ["MACHINES"]

_INSTANCE: Final = Needs(
    rights.INSTANCE,
    Verb.LIST,
    RowScope("updates", Field("instance_application"), "group", Field("instance_group")),
)
"""What the update service knows of a machine is shown to those who may list its instance; to
others the row tells no more than the numbers of its application and group."""


def _update(
    name: str, label: str, kind: Type, *, facet: bool = False, default: bool = True
) -> Column:
    return Column(name, label, kind, facet=facet, default=default, needs=_INSTANCE)


MACHINES = Collection(
    name="machines",
    title="Machines",
    kind="machine",
    row=MachineRow,
    scopes=(
        RowScope("cluster", Field("cluster")),
        RowScope("updates", Field("alone_application"), "group", Field("alone_group")),
    ),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("os_version", "OS", Type.TEXT, facet=True, searched=True),
        _update("target", "Target", Type.TEXT, facet=True),
        _update("behind", "Behind", Type.BOOL, facet=True),
        _update("reboot_pending", "Reboot due", Type.BOOL, facet=True),
        Column("pods", "Pods", Type.NUMBER),
        Column("cpu_percent", "CPU requested", Type.PERCENT),
        Column("memory_percent", "Memory requested", Type.PERCENT),
        # For those who ask for them: many a cluster is not measured.
        Column("cpu_used", "CPU used", Type.QUANTITY, default=False),
        Column("memory_used", "Memory used", Type.BYTES, default=False),
        Column("roles", "Roles", Type.LIST, facet=True, searched=True, default=False),
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
        _update("channel", "Update channel", Type.TEXT, facet=True, default=False),
        _update("update_group", "Update group", Type.TEXT, facet=True, default=False),
        _update("update_status", "Update status", Type.STATUS, facet=True, default=False),
        _update("update_reason", "Update held because", Type.TEXT, facet=True, default=False),
        _update("update_seen", "Asked for updates", Type.TIME, default=False),
        _update("instance", "Update instance", Type.TEXT, default=False),
        Column("cluster", "Cluster", Type.TEXT, facet=True, default=False),
        Column("labels", "Labels", Type.LABELS, default=False),
    ),
    default_sort=("concern", "name"),
    label="name",
    where=("cluster", "zone"),
    place=10,
    reviewed=reviewed("nodes"),
)
