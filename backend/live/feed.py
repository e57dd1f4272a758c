"""The engine's side of `integrations.contract.Feed`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import structlog

from auth.scope import Scope
from backend.live.metrics import PROJECTION_FAILURES
from integrations.contract import FeedState, Freshness

__all__ = ["MemoryFeed"]

T = TypeVar("T")
_log = structlog.get_logger("craton.live")


class _Rows(Protocol):
    """What a feed needs of the source it fills."""

    @property
    def name(self) -> str: ...

    def put(self, row: Any) -> None: ...

    def remove(self, key: str) -> None: ...

    def drop(self, feed: MemoryFeed[Any]) -> None: ...

    def freshness_changed(self) -> None: ...


class MemoryFeed(Generic[T]):
    """One origin's objects, projected into rows of a `MemorySource` or a `Table` (a `Feed[T]`).

    `project` makes the row, or None for an object that is not of this collection; its keys
    must not collide with another feed's. An object it fails on is logged, counted and kept
    out; the watch goes on. `within` are the scope segments after the organisation that
    contain all of the feed's rows: only who may see something there is told its freshness.
    """

    def __init__(
        self,
        source: _Rows,
        name: str,
        project: Callable[[T], Any | None],
        within: Scope,
    ) -> None:
        self.within = within
        self.freshness = Freshness(name, FeedState.CONNECTING, time.time())
        self._source = source
        self._project = project
        self._keys: dict[str, str] = {}
        self._listed: set[str] | None = None

    def put(self, key: str, value: T) -> None:
        """Insert or replace the object under `key`."""
        if self._listed is not None:
            self._listed.add(key)
        try:
            row = self._project(value)
        except Exception:  # noqa: BLE001 - one bad object must not end the watch
            PROJECTION_FAILURES.labels(self._source.name).inc()
            _log.exception("an object could not be shown", feed=self.freshness.source, key=key)
            row = None
        held = self._keys.get(key)
        if row is None:
            if held is not None:
                self._forget(key)
            return
        if held != row.key:
            if held is not None:
                self._source.remove(held)
            self._keys[key] = row.key
        self._source.put(row)

    def delete(self, key: str) -> None:
        """Remove the object under `key`; unknown keys are ignored."""
        if key in self._keys:
            self._forget(key)

    def begin(self) -> None:
        """A full listing starts."""
        self._listed = set()

    def commit(self) -> None:
        """The listing is complete: what it did not hold is gone."""
        if self._listed is None:
            return
        for key in self._keys.keys() - self._listed:
            self._forget(key)
        self._listed = None

    def state(self, state: FeedState, message: str = "") -> None:
        """Report freshness; a repeated equal state changes nothing."""
        if (state, message) != (self.freshness.state, self.freshness.message):
            since = time.time() if state != self.freshness.state else self.freshness.since
            self.freshness = Freshness(self.freshness.source, state, since, message)
            self._source.freshness_changed()

    def close(self) -> None:
        """The connection was removed: remove its rows and its freshness."""
        for key in list(self._keys):
            self._forget(key)
        self._source.drop(self)

    def _forget(self, key: str) -> None:
        self._source.remove(self._keys.pop(key))
