"""A feed that records, to see what an integration writes."""

import asyncio
import time

from integrations.contract import FeedState

SOON = 60.0
"""Seconds after which a test gives up. What is promised within one is measured in tests/bench:
test machines share their cores."""


class RecordingFeed:
    """Holds rows as a source would, remembers states, and lets a test wait."""

    def __init__(self) -> None:
        self.rows: dict = {}
        self.states: list[tuple[FeedState, str]] = []
        self.puts = 0
        self.deletes: list[str] = []
        self.commits = 0
        self._listed: set[str] | None = None
        self.emptied = False

    def put(self, key, value) -> None:
        self.rows[key] = value
        self.puts += 1
        if self._listed is not None:
            self._listed.add(key)

    def delete(self, key) -> None:
        self.deletes.append(key)
        self.rows.pop(key, None)

    def begin(self) -> None:
        self._listed = set()

    def commit(self) -> None:
        assert self._listed is not None
        self.rows = {k: v for k, v in self.rows.items() if k in self._listed}
        self._listed = None
        self.commits += 1

    def state(self, state, message="") -> None:
        if not self.states or self.states[-1] != (state, message):
            self.states.append((state, message))

    @property
    def now(self) -> FeedState | None:
        return self.states[-1][0] if self.states else None


async def until(condition, seconds: float = 60.0) -> float:
    """Wait for a condition; returns how long it took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} s")
        await asyncio.sleep(0.01)
    return time.monotonic() - started
