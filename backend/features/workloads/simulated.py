"""Pods ⋈ nodes ⋈ what they use: which pods run on simulated nodes, whatever of the two comes
first, and what was measured of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from backend.connections.measured import Measured, UsedRow
from backend.features.workloads.collections import PODS
from backend.features.workloads.project import pod_row
from backend.features.workloads.rows import PodRow
from backend.live.derive import Derived, Foreign, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.summaries.nodes import is_simulated

__all__ = ["Pods"]


class _Simulated(Row, frozen=True):
    """A node that KWOK plays."""


class Pods:
    """The pods of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._pods: Table[PodRow] = Table("pods as they are")
        self._nodes: Table[_Simulated] = Table("simulated nodes")
        self._used = Measured("what pods use")
        self.rows = Derived(
            PODS,
            inputs=(
                One(self._pods),
                Foreign(self._nodes, of=self._pods, by=_node),
                One(self._used),
            ),
            row=_row,
        )

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's pods, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        return {
            "pods": self._pods.feed(f"{name}/pods", partial(pod_row, cluster), within=within),
            "nodes": self._nodes.feed(f"{name}/nodes", partial(_simulated, cluster), within=within),
            **self._used.pod_feeds(cluster),
        }


def _simulated(cluster: str, node: Node) -> _Simulated | None:
    return _Simulated(f"{cluster}/{node.metadata.name}") if is_simulated(node) else None


def _node(pod: PodRow) -> str:
    return f"{pod.cluster}/{pod.node}" if pod.node else ""


def _row(
    _key: str, pod: PodRow | None, node: _Simulated | None, used: UsedRow | None
) -> PodRow | None:
    if pod is None or (node is None and used is None):
        return pod
    if used is None:
        return msgspec.structs.replace(pod, simulated=True)
    return msgspec.structs.replace(
        pod, simulated=node is not None, cpu_used=used.cpu, memory_used=used.memory
    )
