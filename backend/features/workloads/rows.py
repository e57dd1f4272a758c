"""Rows of the Workloads pages. Times are Unix seconds, CPU cores, memory and storage bytes."""

from __future__ import annotations

from backend.live.row import Row
from integrations.concern import Concern

__all__ = [
    "ClaimRow",
    "EndpointSliceRow",
    "IngressRow",
    "MetadataRow",
    "PodRow",
    "ServiceRow",
    "VolumeRow",
    "WorkloadRow",
]


class PodRow(Row, frozen=True):
    """A pod. `status` is kubectl's word, `reason` why, in a sentence (empty when all is well).
    `cause` is the kind of it that others may share, `concern` a `integrations.concern.Concern`.
    `owner` is the workload a person knows: the deployment, not its replica set; its kind is one
    of `owner_group`, `owner_uid` is empty where another object stands between. `images` as
    asked for, `digests` as they run, `repositories` by whose names they are asked for.
    `simulated`: on a KWOK node. `since`: when it stopped being well, where it tells. What is `used`
    was measured lately, within a twentieth; None where nothing was."""

    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    cause: str
    ready: str
    restarts: int
    last_restart: float | None
    node: str
    owner_kind: str
    owner: str
    owner_group: str
    owner_uid: str
    ip: str
    images: tuple[str, ...]
    digests: tuple[str, ...]
    repositories: tuple[str, ...]
    cpu: float
    memory: float
    qos: str
    simulated: bool
    created: float
    labels: dict[str, str]
    since: float | None = None
    cpu_used: float | None = None
    memory_used: float | None = None


class WorkloadRow(Row, frozen=True):
    """What runs pods. `kind` as in its manifest, `plural` as in URLs. Counts are pods, and
    `readiness` two of them in one text (``0/2``). `reason` is the cause, without the counts;
    `culprit` names the pod that it is told of, `cause` its kind that others may share. `since`:
    when it, or the pods it is told of, stopped being well, where they tell."""

    cluster: str
    kind: str
    plural: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    cause: str
    culprit: str
    readiness: str
    desired: int
    ready: int
    updated: int
    images: tuple[str, ...]
    owner: str
    created: float
    labels: dict[str, str]
    uid: str = ""
    since: float | None = None


class ServiceRow(Row, frozen=True):
    """A service. `addresses`: where it listens from outside, when it does; `pending`: it waits for
    a load balancer. `ip` is ``None`` of one that is headless, as kubectl writes it. `readiness`:
    ready of all endpoints (``1/2``); empty where nothing selects them: it is not judged."""

    cluster: str
    namespace: str
    name: str
    type: str
    ip: str
    addresses: tuple[str, ...]
    ports: tuple[str, ...]
    selector: dict[str, str]
    created: float
    labels: dict[str, str]
    status: str = ""
    healthy: bool = True
    concern: int = Concern.FINE
    reason: str = ""
    readiness: str = ""
    pending: bool = False


class EndpointSliceRow(Row, frozen=True):
    """A slice of a service's endpoints, and how many of them are ready."""

    cluster: str
    namespace: str
    name: str
    service: str
    address_type: str
    ready: int
    endpoints: int
    addresses: tuple[str, ...]
    ports: tuple[str, ...]
    created: float
    labels: dict[str, str]


class IngressRow(Row, frozen=True):
    """An ingress. `paths` are its rules in words, twenty at most; `backends` whatever they lead
    to, `services` those of them that are services. `status`: whether those exist (``Resolved``,
    ``Unresolved``); empty where that is not known."""

    cluster: str
    namespace: str
    name: str
    ingress_class: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    backends: tuple[str, ...]
    services: tuple[str, ...]
    addresses: tuple[str, ...]
    tls: bool
    created: float
    labels: dict[str, str]
    status: str = ""
    healthy: bool = True
    concern: int = Concern.FINE
    reason: str = ""


class VolumeRow(Row, frozen=True):
    """A persistent volume; `claim` is ``namespace/name``. `driver` reaches it (or the kind of
    storage it is), `handle` is what the storage calls it. `since`: when it failed."""

    cluster: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    capacity: float
    access_modes: tuple[str, ...]
    reclaim_policy: str
    storage_class: str
    claim: str
    created: float
    labels: dict[str, str]
    driver: str = ""
    handle: str = ""
    since: float | None = None


class ClaimRow(Row, frozen=True):
    """A claim on storage; `capacity` is what it got (None: nothing yet), `requested` what it
    asked for, `reason` why it has none, since it exists or (`since` None) since nobody knows."""

    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    volume: str
    requested: float
    capacity: float | None
    access_modes: tuple[str, ...]
    storage_class: str
    created: float
    labels: dict[str, str]
    since: float | None = None


class MetadataRow(Row, frozen=True):
    """A config map or a secret: its values are never read. `reason` tells of its deletion, while
    that is under way."""

    cluster: str
    namespace: str
    name: str
    owner: str
    created: float
    labels: dict[str, str]
    reason: str = ""
