"""Pods, as far as status, placement, images and requests need them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from integrations.kubernetes.models.meta import Condition, Meta, Slim

__all__ = [
    "Container",
    "ContainerState",
    "ContainerStatus",
    "Pod",
    "PodSpec",
    "PodStatus",
    "PodTemplate",
    "Resources",
]


class Resources(Slim):
    """Requests and limits by resource name, as quantities in text (``100m``, ``2Gi``)."""

    requests: dict[str, str] = {}
    limits: dict[str, str] = {}


class Container(Slim):
    """A container as asked for. `restart_policy` is set on sidecar init containers."""

    name: str = ""
    image: str = ""
    resources: Resources = msgspec.field(default_factory=Resources)
    restart_policy: str = ""


class Gate(Slim):
    """A named gate (scheduling gate)."""

    name: str = ""


class ReadinessGate(Slim):
    """A condition that must be True before the pod counts as ready."""

    condition_type: str = ""


class PodSpec(Slim):
    """What was asked for."""

    node_name: str = ""
    containers: list[Container] = []
    init_containers: list[Container] = []
    resources: Resources = msgspec.field(default_factory=Resources)
    overhead: dict[str, str] = {}
    scheduling_gates: list[Gate] = []
    readiness_gates: list[ReadinessGate] = []
    service_account_name: str = ""
    priority_class_name: str = ""


class Waiting(Slim):
    """A container that does not run yet, and why."""

    reason: str = ""
    message: str = ""


class Running(Slim):
    """A container that runs."""

    started_at: datetime | None = None


class Terminated(Slim):
    """A container that ended."""

    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(Slim):
    """At most one of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Slim):
    """A container as it is. `image_id` holds the digest that runs; `allocated_resources` what the
    kubelet set aside and `resources` what is in force, which differ from what is asked while a
    resize is under way."""

    name: str = ""
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    resources: Resources = msgspec.field(default_factory=Resources)
    allocated_resources: dict[str, str] = {}
    state: ContainerState = msgspec.field(default_factory=ContainerState)
    last_state: ContainerState = msgspec.field(default_factory=ContainerState)


class PodStatus(Slim):
    """What is."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    host_ip: str = msgspec.field(default="", name="hostIP")
    qos_class: str = ""
    nominated_node_name: str = ""
    start_time: datetime | None = None
    conditions: list[Condition] = []
    container_statuses: list[ContainerStatus] = []
    init_container_statuses: list[ContainerStatus] = []


class Pod(Slim):
    """A pod."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)


class PodTemplate(Slim):
    """The template inside a workload."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
