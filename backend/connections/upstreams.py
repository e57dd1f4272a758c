"""The running connections by kind and name: what detail routes read from on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from backend.errors import NotFoundProblem

if TYPE_CHECKING:
    from integrations.etcd.connection import EtcdConnection
    from integrations.kubernetes.connection import KubernetesConnection
    from integrations.registry.connection import RegistryConnection

C = TypeVar("C")


@dataclass(slots=True)
class Upstreams:
    """Live connections; names are unique per kind. Filled by `backend.connections.manager`."""

    kubernetes: dict[str, KubernetesConnection] = field(default_factory=dict)
    etcd: dict[str, EtcdConnection] = field(default_factory=dict)
    registry: dict[str, RegistryConnection] = field(default_factory=dict)


def find(connections: Mapping[str, C], name: str) -> C:
    """The connection called `name`; `NotFoundProblem` when there is none."""
    try:
        return connections[name]
    except KeyError:
        raise NotFoundProblem(f"There is no connection called {name!r}.") from None
