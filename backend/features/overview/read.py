"""What the rules read of the rows of other features."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Claim", "Machine", "Member", "Pod", "Service", "Workload"]


class Machine(Protocol):
    """What is read of a row of `machines`."""

    key: str
    cluster: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    pods: int
    created: float


class Workload(Protocol):
    """What is read of a row of `workloads`."""

    key: str
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
    desired: int
    ready: int
    created: float


class Pod(Protocol):
    """What is read of a row of `pods`."""

    key: str
    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    cause: str
    owner_kind: str
    owner: str
    created: float


class Claim(Protocol):
    """What is read of a row of `persistentvolumeclaims`."""

    key: str
    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    created: float


class Service(Protocol):
    """What is read of a row of `services`."""

    key: str
    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    created: float


class Member(Protocol):
    """What is read of a row of `etcd-members`."""

    key: str
    etcd: str
    name: str
    role: str
    status: str
    healthy: bool
    reason: str
