"""One connected registry: the parts wired together, started and stopped as one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx2

from integrations.contract import FeedState
from integrations.registry import webhook
from integrations.registry.client import RegistryClient
from integrations.registry.index import RegistryIndex
from integrations.registry.settings import RegistrySettings
from integrations.registry.watcher import RegistryFeeds, RegistryWatcher
from integrations.sending import Observe, ignore
from integrations.upstream import keep_running

__all__ = ["RegistryConnection", "RegistryFeeds"]


class RegistryConnection:
    """Owns the client and the watcher of one registry.

    `transport` replaces the network in tests, `observe` is told of every call. `start`
    returns at once; rows arrive by the feeds, whose states say how true they are.
    """

    def __init__(
        self,
        settings: RegistrySettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.name = settings.name
        self.settings = settings
        self.client = RegistryClient(settings, transport, observe)
        self._receiver = webhook.Receiver()
        self._watcher: RegistryWatcher | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def index(self) -> RegistryIndex | None:
        """Known repositories and tags, None before the start."""
        return self._watcher.index if self._watcher else None

    @property
    def crawled(self) -> float:
        """When the last complete crawl ended (Unix seconds, 0 before)."""
        return self._watcher.crawled if self._watcher else 0.0

    def start(self, feeds: RegistryFeeds) -> None:
        """Begin to crawl, ping and resolve in background tasks of the running loop."""
        if self._task is not None:
            raise RuntimeError("the connection is started already")
        feeds.repositories.state(FeedState.CONNECTING)
        feeds.tags.state(FeedState.CONNECTING)
        self._watcher = RegistryWatcher(self.client, feeds)
        self._task = asyncio.create_task(
            keep_running(self._watcher.run, self.name, [feeds.repositories, feeds.tags]),
            name="registry",
        )

    async def stop(self) -> None:
        """Cancel the tasks, wait for them, close connections. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self.client.aclose()

    def look(self, repository: str) -> None:
        """A page shows this repository: make its tags complete."""
        if self._watcher is not None:
            self._watcher.look(repository)

    def authorised(self, header: str) -> bool:
        """Whether a webhook delivery carries this registry's secret."""
        return webhook.authorised(header, self.settings.hook_secret)

    def read(self, media_type: str, body: bytes) -> list[webhook.Change]:
        """The changes a webhook delivery tells, each once; raises `webhook.BadDelivery`."""
        return self._receiver.read(media_type, body)

    def changed(self, changes: Iterable[webhook.Change] | None) -> None:
        """Take over what a webhook told, here or at another replica; None: something may have
        been missed. Returns at once, so that the registry gets its answer (its deliveries are
        serial)."""
        if self._watcher is None:
            return
        if changes is None:
            self._watcher.missed()
        else:
            self._watcher.changed(changes)

    def receive(self, media_type: str, body: bytes) -> int:
        """Take over a webhook delivery; how many changes it told. Raises `BadDelivery`."""
        changes = self.read(media_type, body)
        self.changed(changes)
        return len(changes)
