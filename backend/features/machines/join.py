"""Machines = nodes ⋈ pods, kept up change by change: a pod costs its node's row only."""

from __future__ import annotations

from backend.features.machines.project import Load, Share, loaded, machine_row, pod_share
from backend.features.machines.rows import MachineRow
from backend.live.feed import MemoryFeed
from integrations.contract import State
from integrations.kubernetes import WorkQueue
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.models.pods import Pod

__all__ = ["MachineJoin", "NodeListener", "PodListener"]

NOTHING = Load()


class MachineJoin:
    """The machines of one cluster. `rows` receives them; `pods` only shows how fresh the
    pods' half is."""

    def __init__(
        self, cluster: str, rows: MemoryFeed[MachineRow], pods: MemoryFeed[MachineRow]
    ) -> None:
        self.rows = rows
        self.pods = pods
        self._cluster = cluster
        self._nodes: dict[str, MachineRow] = {}
        self._loads: dict[str, Load] = {}
        self._shares: dict[str, Share] = {}
        self._dirty = WorkQueue(self._make)

    def node_changed(self, name: str, node: Node) -> None:
        """A node is new or different."""
        self._nodes[name] = machine_row(self._cluster, node)
        self._dirty.mark(name)

    def node_gone(self, name: str) -> None:
        """A node is no more; its pods' shares stay until they go too."""
        self._nodes.pop(name, None)
        self._dirty.mark(name)

    def pod_changed(self, key: str, pod: Pod) -> None:
        """A pod is new or different."""
        share = pod_share(pod)
        old = self._shares.get(key)
        if share == old:
            return
        if old is not None:
            self._add(old, -1)
        if share is None:
            del self._shares[key]
        else:
            self._shares[key] = share
            self._add(share, 1)

    def pod_gone(self, key: str) -> None:
        """A pod is no more."""
        old = self._shares.pop(key, None)
        if old is not None:
            self._add(old, -1)

    def _add(self, share: Share, sign: int) -> None:
        load = self._loads.get(share.node, NOTHING).plus(share, sign)
        if load.pods:
            self._loads[share.node] = load
        else:
            self._loads.pop(share.node, None)
        self._dirty.mark(share.node)

    def _make(self, name: str) -> None:
        row = self._nodes.get(name)
        if row is None:
            self.rows.delete(name)
        else:
            self.rows.put(name, loaded(row, self._loads.get(name, NOTHING)))


class NodeListener:
    """Hears of nodes for a join."""

    def __init__(self, join: MachineJoin) -> None:
        self._join = join
        self.changed = join.node_changed
        self.gone = join.node_gone

    def freshness(self, state: State, message: str) -> None:
        """The rows are as fresh as the nodes."""
        self._join.rows.state(state, message)

    def closed(self) -> None:
        """The connection is gone."""
        self._join.rows.close()


class PodListener:
    """Hears of pods for a join."""

    def __init__(self, join: MachineJoin) -> None:
        self._join = join
        self.changed = join.pod_changed
        self.gone = join.pod_gone

    def freshness(self, state: State, message: str) -> None:
        """Requested and pods are as fresh as the pods."""
        self._join.pods.state(state, message)

    def closed(self) -> None:
        """The connection is gone."""
        self._join.pods.close()
