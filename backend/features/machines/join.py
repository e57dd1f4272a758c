"""Machines = nodes ⋈ pods, kept up change by change: a pod costs its node's row only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.features.machines.collections import MACHINES
from backend.features.machines.project import Load, Share, loaded, machine_row, pod_share
from backend.features.machines.rows import MachineRow
from backend.live.derive import Derived, Fold, One
from backend.live.table import Table
from integrations.contract import Feed

__all__ = ["Machines"]

NOTHING = Load()


class Machines:
    """The machines of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._nodes: Table[MachineRow] = Table("nodes")
        self._shares: Table[Share] = Table("shares of nodes")
        self.rows = Derived(
            MACHINES,
            inputs=(
                One(self._nodes),
                Fold(self._shares, by=_node, zero=NOTHING, add=Load.plus),
            ),
            row=_row,
        )

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's machines, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        nodes, pods = partial(machine_row, cluster), partial(pod_share, cluster)
        return {
            "nodes": self._nodes.feed(f"{name}/nodes", nodes, within=within),
            "pods": self._shares.feed(f"{name}/pods", pods, within=within),
        }


def _node(share: Share) -> tuple[str, ...]:
    return (share.node,)


def _row(_key: str, node: MachineRow | None, load: Load) -> MachineRow | None:
    return None if node is None else loaded(node, load)
