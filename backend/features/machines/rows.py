"""The row of the Machines page."""

from __future__ import annotations

from backend.live.row import Row

__all__ = ["MachineRow"]


class MachineRow(Row, frozen=True):
    """One node and what runs on it. CPU in cores, memory in bytes, `created` in Unix seconds.

    Requested is what the node's unfinished pods reserve; percent is of what the node can
    give (allocatable). `concern` is a `integrations.concern.Concern`. `simulated` nodes are KWOK's.
    `since`: when the node stopped being well, by its own word. What is `used` was measured lately,
    within a twentieth; None where nothing was.

    From `instance` on it is what the update service knows of the machine, all None when it does
    not know it. A machine that is no node of a cluster has no `cluster`, and lies where its
    instance does: `alone_application` and `alone_group`, which are empty for every node.
    """

    cluster: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    roles: tuple[str, ...]
    os: str
    os_version: str
    kernel: str
    kubelet: str
    runtime: str
    architecture: str
    zone: str
    instance_type: str
    address: str
    cpu: float | None
    cpu_requested: float | None
    cpu_percent: float | None
    memory: float | None
    memory_requested: float | None
    memory_percent: float | None
    pods: int | None
    pods_limit: int | None
    conditions: tuple[str, ...]
    taints: tuple[str, ...]
    simulated: bool
    machine_id: str
    system_uuid: str
    created: float
    labels: dict[str, str]
    instance: str | None = None
    channel: str | None = None
    update_group: str | None = None
    target: str | None = None
    update_status: str | None = None
    update_reason: str | None = None
    behind: bool | None = None
    reboot_pending: bool | None = None
    update_seen: float | None = None
    instance_application: str = ""
    instance_group: str = ""
    alone_application: str = ""
    alone_group: str = ""
    since: float | None = None
    cpu_used: float | None = None
    memory_used: float | None = None
