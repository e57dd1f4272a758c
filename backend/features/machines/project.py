"""Node → row, pod → what it takes from its node. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from backend.features.machines.rows import MachineRow
from backend.live.row import Row
from backend.omaha.lists.machine_updates import MachineUpdate
from integrations.concern import Concern
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.summaries.conditions import wrong_on_a_node
from integrations.kubernetes.summaries.nodes import (
    is_simulated,
    node_summary,
    os_version,
    roles_of,
    taint_text,
)
from integrations.kubernetes.summaries.requests import pod_requests
from integrations.kubernetes.summaries.since import node_since

__all__ = ["Load", "Share", "alone", "loaded", "machine_row", "pod_share", "updated"]

_ENDED: Final = frozenset({"Succeeded", "Failed"})


class Share(Row, frozen=True):
    """What one pod takes of the machine with the key `node`: thousandths of a core and bytes,
    whole numbers so that adding and taking away again is exact."""

    node: str
    millicores: int
    bytes: int


class Load(msgspec.Struct, frozen=True, gc=False):
    """What all pods of a node take."""

    pods: int = 0
    millicores: int = 0
    bytes: int = 0

    def plus(self, share: Share, sign: int) -> Load:
        """With a pod more (`sign` 1) or less (-1)."""
        return Load(
            self.pods + sign,
            self.millicores + sign * share.millicores,
            self.bytes + sign * share.bytes,
        )


def pod_share(cluster: str, pod: Pod) -> Share | None:
    """None for a pod that takes nothing: not placed, or ended."""
    if not pod.spec.node_name or pod.status.phase in _ENDED:
        return None
    wanted = pod_requests(pod.spec, pod.status)
    meta = pod.metadata
    key, node = f"{cluster}/{meta.namespace}/{meta.name}", f"{cluster}/{pod.spec.node_name}"
    return Share(key, node, round(wanted.cpu * 1000), round(wanted.memory))


def machine_row(cluster: str, node: Node) -> MachineRow:
    """The row of a node on which nothing runs."""
    meta, status, info = node.metadata, node.status, node.status.node_info
    words = node_summary(node)
    labels = meta.labels
    return MachineRow(
        key=f"{cluster}/{meta.name}",
        cluster=cluster,
        name=meta.name,
        status=words.status,
        healthy=words.healthy,
        concern=words.concern,
        reason=words.reason,
        roles=tuple(roles_of(node)),
        os=info.os_image,
        os_version=os_version(info.os_image),
        kernel=info.kernel_version,
        kubelet=info.kubelet_version,
        runtime=info.container_runtime_version.replace("://", " "),
        architecture=info.architecture,
        zone=labels.get("topology.kubernetes.io/zone", ""),
        instance_type=labels.get("node.kubernetes.io/instance-type", ""),
        address=_address(node),
        cpu=parse_quantity(status.allocatable.get("cpu", "0")),
        cpu_requested=0.0,
        cpu_percent=0.0,
        memory=parse_quantity(status.allocatable.get("memory", "0")),
        memory_requested=0.0,
        memory_percent=0.0,
        pods=0,
        pods_limit=int(parse_quantity(status.allocatable.get("pods", "0"))),
        conditions=tuple(_abnormal(node)),
        taints=tuple(taint_text(t) for t in node.spec.taints),
        simulated=is_simulated(node),
        machine_id=info.machine_id,
        system_uuid=info.system_uuid,
        created=seconds(meta.creation_timestamp) or 0.0,
        labels=labels,
        since=None if words.healthy else node_since(node),
    )


def loaded(row: MachineRow, load: Load) -> MachineRow:
    """The row of the node with what runs on it."""
    cpu = load.millicores / 1000
    return msgspec.structs.replace(
        row,
        pods=load.pods,
        cpu_requested=cpu,
        cpu_percent=_percent(cpu, row.cpu),
        memory_requested=float(load.bytes),
        memory_percent=_percent(load.bytes, row.memory),
    )


def updated(row: MachineRow, update: MachineUpdate) -> MachineRow:
    """The row with what the update service knows of the machine."""
    return msgspec.structs.replace(
        row,
        instance=update.instance,
        instance_application=update.application_id,
        instance_group=update.group_id,
        channel=update.channel,
        update_group=update.group,
        target=update.target,
        update_status=update.status,
        update_reason=update.reason,
        behind=update.behind,
        reboot_pending=update.reboot,
        update_seen=update.seen,
    )


def alone(key: str, update: MachineUpdate) -> MachineRow:
    """The row of a machine that checks for updates and is no node of a connected cluster."""
    row = MachineRow(
        key=key,
        cluster="",
        name=update.name or update.machine_id,
        status="No node",
        healthy=True,
        concern=Concern.FINE,
        reason="",
        roles=(),
        os="",
        os_version=update.release,
        kernel="",
        kubelet="",
        runtime="",
        architecture=update.architecture,
        zone="",
        instance_type=update.oem,
        address=update.address,
        cpu=None,
        cpu_requested=None,
        cpu_percent=None,
        memory=None,
        memory_requested=None,
        memory_percent=None,
        pods=None,
        pods_limit=None,
        conditions=(),
        taints=(),
        simulated=False,
        machine_id=update.machine_id,
        system_uuid="",
        created=update.created,
        labels={},
        alone_application=update.application_id,
        alone_group=update.group_id,
    )
    return updated(row, update)


def _percent(part: float, whole: float | None) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _address(node: Node) -> str:
    wanted = ("InternalIP", "ExternalIP", "Hostname")
    found = {a.type: a.address for a in reversed(node.status.addresses)}
    return next((found[kind] for kind in wanted if kind in found), "")


def _abnormal(node: Node) -> list[str]:
    """Conditions that are not as they should be."""
    return [c.type for c in node.status.conditions if wrong_on_a_node(c)]
