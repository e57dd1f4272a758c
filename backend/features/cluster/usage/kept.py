"""What was measured in each cluster, as its connection tells it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from backend.features.cluster.usage.history import History
from integrations.contract import Feed, FeedState
from integrations.kubernetes.metrics import NodeUsage, PodUsage
from integrations.kubernetes.metrics_poll import NODE_USAGE, POD_USAGE

__all__ = ["UsageFeed", "Usages"]


class UsageFeed:
    """A feed that keeps the last hour. `now`, `message` and `since` say how contact is."""

    def __init__(self, clock: Callable[[], float], gone: Callable[[], None]) -> None:
        self.history = History()
        self.now = FeedState.CONNECTING
        self.message = ""
        self.since = clock()
        self._clock = clock
        self._gone = gone

    def put(self, key: str, value: NodeUsage | PodUsage) -> None:
        """What a node or a pod uses."""
        if isinstance(value, NodeUsage):
            self.history.add(key, "", value.cpu, value.memory)
            return
        for container in value.containers:
            self.history.add(key, container.name, container.cpu, container.memory)

    def delete(self, key: str) -> None:
        """It is told by its absence."""

    def begin(self) -> None:
        """A look begins."""
        self.history.look(self._clock())

    def commit(self) -> None:
        """The look is whole: what was not measured is missing at it."""
        self.history.done()

    def state(self, state: FeedState, message: str = "") -> None:
        """How contact is."""
        if state is not self.now:
            self.since = self._clock()
        self.now, self.message = state, message

    def close(self) -> None:
        """The connection is gone."""
        self._gone()


class Usages:
    """What every cluster's nodes and pods used."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], UsageFeed] = {}

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's."""
        return {what: self._feed(cluster, what) for what in (NODE_USAGE, POD_USAGE)}

    def of(self, cluster: str, plural: str) -> UsageFeed | None:
        """What is kept of the nodes of a cluster, or else of its pods."""
        return self._kept.get((cluster, NODE_USAGE if plural == "nodes" else POD_USAGE))

    def _feed(self, cluster: str, what: str) -> UsageFeed:
        def gone() -> None:
            if self._kept.get((cluster, what)) is feed:
                del self._kept[cluster, what]

        feed = UsageFeed(self._clock, gone)
        self._kept[cluster, what] = feed
        return feed
