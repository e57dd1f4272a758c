"""Asks for metrics again and again: what nodes and pods use now, into feeds.

There is no watch of it. Polling is cheap beside the watches (50,000 pods: README), so it goes on
whether anybody looks or not: a trend must have begun before somebody asks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from integrations.broadcast import join
from integrations.contract import (
    Feed,
    FeedState,
    IntegrationError,
    NotFound,
    UpstreamDenied,
)
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.metrics import nodes_used, pods_used

__all__ = ["NODE_USAGE", "NO_METRICS", "POD_USAGE", "MetricsPoll"]

NODE_USAGE: Final = "node-usage"
POD_USAGE: Final = "pod-usage"
NO_METRICS: Final = (
    "This cluster measures nothing: metrics-server is not installed (nobody serves metrics.k8s.io)."
)

PERIOD: Final = 15.0
"""Seconds between two looks: kubelets measure no more often."""
LARGE: Final = 5_000
"""Pods from which on a look costs enough to be taken once a minute."""
LARGE_PERIOD: Final = 60.0
FORGET: Final = 180.0
"""Seconds after which what was measured last is no longer what is used now."""
_SLICE: Final = 200
"""Items between two turns of the loop."""


class MetricsPoll:
    """`attach` feeds of `NODE_USAGE` and `POD_USAGE`, then `run`."""

    def __init__(
        self, client: KubernetesClient, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._to: dict[str, list[Feed[Any]]] = {NODE_USAGE: [], POD_USAGE: []}
        self._succeeded: float | None = None

    @property
    def wanted(self) -> bool:
        """Whether anybody wants to know."""
        return any(self._to.values())

    def attach(self, what: str, feed: Feed[Any]) -> None:
        """Feed what is measured into `feed`; before `run`."""
        self._to[what].append(feed)

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            await self._sleep(await self.look())

    async def look(self) -> float:
        """Look once; gives the seconds until the next time."""
        clock = asyncio.get_running_loop().time
        try:
            nodes = await nodes_used(self._client)
            pods = await pods_used(self._client)
        except NotFound:
            self._forget()
            self._tell(FeedState.LIVE, NO_METRICS)
            return LARGE_PERIOD
        except UpstreamDenied as error:
            self._forget()
            self._tell(FeedState.DENIED, error.message)
            return self._client.settings.limits.denied_retry
        except IntegrationError as error:
            if self._succeeded is None or clock() - self._succeeded > FORGET:
                self._forget()
            self._tell(FeedState.STALE, f"metrics-server does not answer: {error.message}")
            return PERIOD
        await self._fill(NODE_USAGE, ((used.name, used) for used in nodes))
        count = await self._fill(POD_USAGE, ((f"{p.namespace}/{p.name}", p) for p in pods))
        self._succeeded = clock()
        self._tell(FeedState.POLLING)
        return LARGE_PERIOD if count > LARGE else PERIOD

    async def _fill(self, what: str, found: Iterator[tuple[str, Any]]) -> int:
        """Give the feeds all that was measured, a slice at a turn of the loop; how many it is."""
        feed, count = join(self._to[what]), 0
        feed.begin()
        for count, (key, used) in enumerate(found, 1):
            feed.put(key, used)
            if count % _SLICE == 0:
                await asyncio.sleep(0)
        feed.commit()
        return count

    def _forget(self) -> None:
        """Nothing is known of what is used now."""
        for feeds in self._to.values():
            feed = join(feeds)
            feed.begin()
            feed.commit()

    def _tell(self, state: FeedState, message: str = "") -> None:
        for feeds in self._to.values():
            join(feeds).state(state, message)
