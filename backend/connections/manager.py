"""Keep the running connections equal to the declared ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from backend.connections.feeds import close, join
from backend.connections.stackfile import StackStatus, read_stack_status
from backend.connections.starters import STARTERS
from backend.connections.upstreams import Upstreams
from integrations.contract import Feed

if TYPE_CHECKING:
    from backend.features.context import Feature
    from backend.settings import Settings

__all__ = ["ConnectionManager"]

_log = structlog.get_logger("craton.connections")


class _Record(Protocol):
    @property
    def name(self) -> str: ...


class ConnectionManager:
    """Starts, restarts and stops connections as their records come, change and go."""

    def __init__(self, settings: Settings, upstreams: Upstreams) -> None:
        self.upstreams = upstreams
        self.stack = StackStatus()
        self._settings = settings
        self._features: Sequence[Feature] = ()
        self._feeds: dict[tuple[str, str], dict[str, Feed[Any]]] = {}

    def serve(self, features: Sequence[Feature]) -> None:
        """Say which features want feeds; call once, before `reconcile`."""
        self._features = features

    async def reconcile(self) -> None:
        """Read the stack's status file and bring the running set to the declared one."""
        stack = await asyncio.to_thread(read_stack_status, self._settings.stack_status_file)
        self.stack = stack
        settings, up = self._settings, self.upstreams
        await self._bring("kubernetes", up.kubernetes, settings.kubernetes, stack.kubernetes)
        await self._bring("etcd", up.etcd, settings.etcd, stack.etcd)
        await self._bring("registry", up.registry, settings.registry, stack.registry)

    async def stop(self) -> None:
        """Stop everything; rows stay, since the process ends."""
        for running in (self.upstreams.kubernetes, self.upstreams.etcd, self.upstreams.registry):
            for name in list(running):
                await running.pop(name).stop()

    async def _bring(self, kind: str, running: dict[str, Any], *records: Sequence[_Record]) -> None:
        """Earlier groups of records win over later ones with the same name."""
        declared = {r.name: r for group in reversed(records) for r in group}
        for name in [n for n, c in running.items() if declared.get(n) != c.settings]:
            await running.pop(name).stop()
            close(self._feeds.pop((kind, name)))
            _log.info("connection stopped", kind=kind, name=name)
        for name in sorted(declared.keys() - running.keys()):
            wanted = [f.feeds[kind](name) for f in self._features if kind in f.feeds]
            feeds = self._feeds[kind, name] = join(wanted)
            running[name] = await STARTERS[kind](declared[name], feeds)
            _log.info("connection started", kind=kind, name=name)
