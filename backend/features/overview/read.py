"""What the rules read of the rows of other features."""

from __future__ import annotations

from typing import Protocol

__all__ = [
    "Claim",
    "Contact",
    "Dated",
    "InCluster",
    "Machine",
    "Member",
    "Pod",
    "Service",
    "Volume",
    "Workload",
]


class InCluster(Protocol):
    """What is read of every row of a cluster."""

    key: str
    cluster: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    created: float


class Dated(InCluster, Protocol):
    """What tells itself since when it is not well, where it knows."""

    since: float | None


class Machine(Dated, Protocol):
    """What is read of a row of `machines`."""

    pods: int


class Workload(Dated, Protocol):
    """What is read of a row of `workloads`."""

    kind: str
    plural: str
    namespace: str
    cause: str
    uid: str
    desired: int
    ready: int


class Pod(Dated, Protocol):
    """What is read of a row of `pods`."""

    namespace: str
    cause: str
    owner_kind: str
    owner: str
    owner_group: str
    owner_uid: str


class Claim(Dated, Protocol):
    """What is read of a row of `persistentvolumeclaims`."""

    namespace: str


class Volume(Dated, Protocol):
    """What is read of a row of `persistentvolumes`."""

    claim: str


class Service(InCluster, Protocol):
    """What is read of a row of `services` and `ingresses`."""

    namespace: str


class Member(Protocol):
    """What is read of a row of `etcd-members`."""

    key: str
    etcd: str
    name: str
    role: str
    status: str
    healthy: bool
    reason: str
    db_size: int | None
    db_in_use: int | None
    alarms: tuple[str, ...]


class Contact(Protocol):
    """What is read of a row of `connections`. `broken` is why nothing comes over it, empty while
    something does or may still."""

    key: str
    kind: str
    system: str
    name: str
    status: str
    broken: str
    scope: str
