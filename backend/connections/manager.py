"""Keep the running connections equal to the declared ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from backend.connections.feeds import close, join
from backend.connections.stackfile import StackStatus, read_stack_status
from backend.connections.starters import STARTERS, Running
from backend.connections.upstreams import Upstreams
from integrations.contract import Feed, IntegrationError, State

if TYPE_CHECKING:
    from backend.features.context import Feature
    from backend.settings import Settings

__all__ = ["ConnectionManager"]

_RETRY_SECONDS: Final = 15.0
_log = structlog.get_logger("craton.connections")


class _Record(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Failed:
    record: _Record
    message: str
    again: float
    """When it is tried again (monotonic seconds)."""


class ConnectionManager:
    """Starts, restarts and stops connections as their records come, change and go."""

    def __init__(self, settings: Settings, upstreams: Upstreams) -> None:
        self.upstreams = upstreams
        self.stack = StackStatus()
        self._settings = settings
        self._features: Sequence[Feature] = ()
        self._feeds: dict[tuple[str, str], dict[str, Feed[Any]]] = {}
        self._failed: dict[tuple[str, str], _Failed] = {}

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
        for name in [n for k, n in self._failed if k == kind and n not in declared]:
            del self._failed[kind, name]
            close(self._feeds.pop((kind, name)))
        for name in sorted(declared.keys() - running.keys()):
            if connection := await self._start(kind, declared[name]):
                running[name] = connection

    async def _start(self, kind: str, record: _Record) -> Running | None:
        """The running connection; None, with the reason in its feeds, when it did not start.

        A failed one keeps its feeds, so that every page says why it is down, and is tried
        again after a pause: never the end of the others.
        """
        name = record.name
        failed = self._failed.get((kind, name))
        if failed is not None and failed.record != record:
            close(self._feeds.pop((kind, name)))
            failed = None
        if failed is not None and time.monotonic() < failed.again:
            return None
        if failed is None:
            self._feeds[kind, name] = join(
                [f.feeds[kind](record) for f in self._features if kind in f.feeds]
            )
        feeds = self._feeds[kind, name]
        try:
            connection = await STARTERS[kind](record, feeds)
        except Exception as error:  # noqa: BLE001 - one connection must not stop the others
            sentence = _sentence(error)
            if failed is None or failed.message != sentence:
                _log.exception("connection not started", kind=kind, name=name)
            again = time.monotonic() + _RETRY_SECONDS
            self._failed[kind, name] = _Failed(record, sentence, again)
            for feed in feeds.values():
                feed.state(State.STALE, sentence)
            return None
        self._failed.pop((kind, name), None)
        _log.info("connection started", kind=kind, name=name)
        return connection


def _sentence(error: Exception) -> str:
    """Why a connection did not start, for a person."""
    if isinstance(error, IntegrationError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        named = f" ({error.filename})" if error.filename else ""
        return f"it could not be started: {error.strerror}{named}"
    return "it could not be started because of an internal error; the log says more"
