"""Which pods run on simulated nodes: told once the nodes are known, whatever came first."""

from __future__ import annotations

import msgspec

from backend.features.workloads.project import pod_row
from backend.features.workloads.rows import PodRow
from backend.live.memory import MemorySource
from integrations.contract import State
from integrations.kubernetes import WorkQueue
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.nodes import is_simulated

__all__ = ["SimulatedNodes"]


class SimulatedNodes:
    """Listens to one cluster's nodes and projects its pods."""

    def __init__(self, cluster: str, source: MemorySource[PodRow]) -> None:
        self._cluster = cluster
        self._source = source
        self._names: set[str] = set()
        self._late = WorkQueue(self._tell)

    def project(self, pod: Pod) -> PodRow:
        """The row of a pod, with what is known of its node."""
        row = pod_row(self._cluster, pod)
        if row.node in self._names:
            return msgspec.structs.replace(row, simulated=True)
        return row

    def changed(self, key: str, value: Node) -> None:
        """A node: remember whether KWOK plays it."""
        simulated = is_simulated(value)
        if simulated == (key in self._names):
            return
        if simulated:
            self._names.add(key)
        else:
            self._names.discard(key)
        # One look through the rows for all nodes of a listing, not one for each.
        self._late.mark("")

    def gone(self, key: str) -> None:
        """Its pods go by themselves."""
        self._names.discard(key)

    def freshness(self, state: State, message: str) -> None:
        """Said by the machines."""

    def closed(self) -> None:
        """Nothing of it is left."""
        self._names.clear()

    def _tell(self, _key: str) -> None:
        for row in self._source:
            if row.cluster == self._cluster and row.simulated != (row.node in self._names):
                self._source.put(msgspec.structs.replace(row, simulated=not row.simulated))
