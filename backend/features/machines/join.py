"""Machines = nodes ⋈ what they use ⋈ pods ⋈ instances of the update service, kept up change by
change: a pod costs its node's row only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.connections.measured import Measured, UsedRow
from backend.features.machines.collections import MACHINES
from backend.features.machines.project import (
    Load,
    Share,
    alone,
    loaded,
    machine_row,
    pod_share,
    updated,
)
from backend.features.machines.rows import MachineRow
from backend.features.machines.updates import Update, Updates, node_key
from backend.live.derive import Derived, DerivedTable, Fold, Foreign, One
from backend.live.table import Table
from integrations.contract import Feed

__all__ = ["Machines"]

NOTHING = Load()


class Machines:
    """The machines of every cluster: `rows` is the collection's source."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession]) -> None:
        self._nodes: Table[MachineRow] = Table("nodes")
        self._shares: Table[Share] = Table("shares of nodes")
        self._used = Measured("what nodes use")
        self.updates = Updates(db_sessions)
        self._nodes.on_change(self.updates.nodes_changed)
        measured: DerivedTable[MachineRow] = DerivedTable(
            "nodes with what they use", inputs=(One(self._nodes), One(self._used)), row=_measured
        )
        self.rows = _Rows(
            self.updates,
            MACHINES,
            inputs=(
                One(measured),
                Fold(self._shares, by=_node, zero=NOTHING, add=Load.plus),
                Foreign(self.updates.of_nodes, of=self._nodes, by=node_key),
                One(self.updates.alone),
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
            **self._used.node_feeds(cluster),
        }


class _Rows(Derived[MachineRow]):
    """Keeps the instances up to date while the rows are."""

    def __init__(self, updates: Updates, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._updates = updates

    async def run(self) -> None:
        """See `Source.run`."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._updates.run())
            tasks.create_task(super().run())


def _node(share: Share) -> tuple[str, ...]:
    return (share.node,)


def _measured(_key: str, node: MachineRow | None, used: UsedRow | None) -> MachineRow | None:
    if node is None or used is None:
        return node
    return msgspec.structs.replace(node, cpu_used=used.cpu, memory_used=used.memory)


def _row(
    key: str, node: MachineRow | None, load: Load, update: Update | None, single: Update | None
) -> MachineRow | None:
    if node is None:
        return None if single is None else alone(key, single.of)
    row = loaded(node, load)
    return row if update is None else updated(row, update.of)
