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
        self._asked = {NODE_USAGE: self._nodes, POD_USAGE: self._pods}
        self._to: dict[str, list[Feed[Any]]] = {NODE_USAGE: [], POD_USAGE: []}
        self._succeeded: dict[str, float] = {}

    @property
    def wanted(self) -> bool:
        """Whether anybody wants to know."""
        return any(self._to.values())

    def attach(self, what: str, feed: Feed[Any]) -> None:
        """Feed what is measured into `feed`; before `run`."""
        self._to[what].append(feed)

    async def run(self) -> None:
        """Look, until cancelled."""
        async with asyncio.TaskGroup() as both:
            for what in self._asked:
                both.create_task(self._again(what), name=f"metrics: {what}")

    async def _again(self, what: str) -> None:
        while True:
            await self._sleep(await self._kind(what))

    async def look(self) -> float:
        """Look at both once; gives the seconds until the last of them is due again."""
        return max([await self._kind(what) for what in self._asked])

    async def _nodes(self) -> Iterator[tuple[str, Any]]:
        return ((used.name, used) for used in await nodes_used(self._client))

    async def _pods(self) -> Iterator[tuple[str, Any]]:
        return ((f"{p.namespace}/{p.name}", p) for p in await pods_used(self._client))

    async def _kind(self, what: str) -> float:
        """Look at one of them, which may be denied without the other; gives the seconds until it is
        due again."""
        now = asyncio.get_running_loop().time()
        try:
            found = await self._asked[what]()
        except NotFound:
            self._forget(what)
            self._tell(what, FeedState.LIVE, NO_METRICS)
            return LARGE_PERIOD
        except UpstreamDenied as error:
            self._forget(what)
            self._tell(what, FeedState.DENIED, error.message)
            return self._client.settings.limits.denied_retry
        except IntegrationError as error:
            if now - self._succeeded.get(what, -FORGET - 1) > FORGET:
                self._forget(what)
            self._tell(what, FeedState.STALE, f"metrics-server does not answer: {error.message}")
            return PERIOD
        count = await self._fill(what, found)
        self._succeeded[what] = now
        self._tell(what, FeedState.POLLING)
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

    def _forget(self, what: str) -> None:
        """Nothing is known of what is used now."""
        feed = join(self._to[what])
        feed.begin()
        feed.commit()

    def _tell(self, what: str, state: FeedState, message: str = "") -> None:
        join(self._to[what]).state(state, message)
