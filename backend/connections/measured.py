"""What is measured, for the rows of other collections: what nodes and pods use now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Final

from backend.live.guard import Guard
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed, FeedState, Freshness
from integrations.kubernetes.metrics import NodeUsage, PodUsage
from integrations.kubernetes.metrics_poll import NODE_USAGE, POD_USAGE

__all__ = ["Measured", "UsedRow"]

_NEAR: Final = 0.05
"""By which share a measurement may differ from what a row says. Everything wavers at every look;
a row that changes costs every page it is on."""
_NEAR_CPU: Final = 0.002
_NEAR_MEMORY: Final = 1024.0 * 1024.0


class UsedRow(Row, frozen=True):
    """What a node or pod uses, within a twentieth: cores, and bytes."""

    cpu: float
    memory: float


class Measured(Table[UsedRow]):
    """What nodes and pods use, by the keys of their rows. How fresh it is says nothing of a row
    that it is joined to: that one is as true as its watch."""

    def node_feeds(self, cluster: str) -> Mapping[str, Feed[NodeUsage]]:
        """The feed of one cluster's nodes."""
        feed = self.feed(_name(cluster, NODE_USAGE), partial(self._node, cluster))
        return {NODE_USAGE: feed}

    def pod_feeds(self, cluster: str) -> Mapping[str, Feed[PodUsage]]:
        """The feed of one cluster's pods."""
        feed = self.feed(_name(cluster, POD_USAGE), partial(self._pod, cluster))
        return {POD_USAGE: feed}

    def freshness(self, guard: Guard) -> list[Freshness]:  # noqa: ARG002 - none, whoever asks
        """None: see above."""
        return []

    def states(self) -> Counter[FeedState]:
        """None: see above."""
        return Counter()

    def _node(self, cluster: str, used: NodeUsage) -> UsedRow:
        return self._row(f"{cluster}/{used.name}", used.cpu, used.memory)

    def _pod(self, cluster: str, used: PodUsage) -> UsedRow:
        return self._row(f"{cluster}/{used.namespace}/{used.name}", used.cpu, used.memory)

    def _row(self, key: str, cpu: float, memory: float) -> UsedRow:
        held = self.get(key)
        if held and _near(held.cpu, cpu, _NEAR_CPU) and _near(held.memory, memory, _NEAR_MEMORY):
            return held
        return UsedRow(key, round(cpu, 4), memory)


def _near(held: float, now: float, least: float) -> bool:
    return abs(held - now) <= max(least, _NEAR * held)


def _name(cluster: str, what: str) -> str:
    return f"kubernetes/{cluster}/{what}"
