"""How many there are of what licences limit: from what the console holds in memory.

Nothing is scanned: each row costs when it changes. While the systems have not been read to their
end, or one cannot be read, a number would be too low, and there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from backend.commerce.licence.evaluation import Counts
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.source import Source
from integrations.contract import FeedState

__all__ = ["Counting"]

_TRUE: Final = frozenset({FeedState.LIVE, FeedState.POLLING, FeedState.STALE})
"""Rows are all there; of a stale source they are the last ones known."""


class _Machine(Protocol):
    """What is read of a row of `machines`."""

    key: str
    cluster: str
    simulated: bool
    machine_id: str


class Counting:
    """Counts servers, clusters and repositories. `clusters` asks for the number of Kubernetes
    connections that are switched on."""

    def __init__(self, registry: Registry, clusters: Callable[[], int]) -> None:
        self._clusters = clusters
        self._machines: MemorySource[Any] | None = None
        self._repositories: MemorySource[Any] | None = None
        self._ids: Counter[str] = Counter()
        registry.when("machines", self._follow_machines)
        registry.when("repositories", self._follow_repositories)

    def __call__(self) -> Counts:
        """The numbers now; None of what is not counted (yet)."""
        return {
            "servers": len(self._ids) if _whole(self._machines) else None,
            "clusters": self._clusters(),
            "repositories": _length(self._repositories),
            "private_repositories": None,
        }

    def _follow_machines(self, source: Source) -> None:
        if isinstance(source, MemorySource):
            self._machines = source
            source.on_change(self._changed)

    def _follow_repositories(self, source: Source) -> None:
        if isinstance(source, MemorySource):
            self._repositories = source

    def _changed(self, changes: Sequence[tuple[str, _Machine | None, _Machine | None]]) -> None:
        for _, old, new in changes:
            if old is not None and (name := _server(old)):
                self._ids[name] -= 1
                if self._ids[name] <= 0:
                    del self._ids[name]
            if new is not None and (name := _server(new)):
                self._ids[name] += 1


def _server(row: _Machine) -> str:
    """By what it is counted; empty for what is no server: KWOK's nodes, and machines that only
    ask for updates, which have a meter of their own."""
    if row.simulated or not row.cluster:
        return ""
    return row.machine_id or row.key


def _whole(source: Source | None) -> bool:
    if source is None:
        return False
    states: Mapping[FeedState, int] = source.states()
    return all(state in _TRUE for state, count in states.items() if count)


def _length(source: MemorySource[Any] | None) -> int | None:
    return len(source) if source is not None and _whole(source) else None
