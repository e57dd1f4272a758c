"""How many there are of what is limited and metered: from what the console holds in memory.

Nothing is scanned: each row costs when it changes. While the systems have not been read to their
end, or one cannot be read, a number would be too low, and there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from backend.commerce.licence.evaluation import Counts
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.source import Source
from integrations.contract import FeedState

__all__ = ["Counting"]

_TRUE: Final = frozenset({FeedState.LIVE, FeedState.POLLING, FeedState.STALE})
"""Rows are all there; of a stale source they are the last ones known."""
_MILLI: Final = 1000
_MEBI: Final = 1024 * 1024


class _Machine(Protocol):
    """What is read of a row of `machines`."""

    key: str
    cluster: str
    simulated: bool
    machine_id: str
    cpu: float | None
    memory: float | None


@dataclass(frozen=True, slots=True)
class _Server:
    """A server as it counts: thousandths of a processor, and bytes."""

    id: str
    cluster: str
    processors: int
    memory: int


@dataclass(slots=True)
class _Sum:
    """Servers by id, and what they have."""

    ids: Counter[str] = field(default_factory=Counter)
    processors: int = 0
    memory: int = 0

    def add(self, server: _Server, times: int) -> None:
        self.ids[server.id] += times
        if self.ids[server.id] <= 0:
            del self.ids[server.id]
        self.processors += times * server.processors
        self.memory += times * server.memory

    @property
    def readings(self) -> dict[str, int]:
        """By meter, in its unit; halves are rounded up."""
        return {
            "servers": len(self.ids),
            "vcpus": (self.processors + _MILLI // 2) // _MILLI,
            "memory": (self.memory + _MEBI // 2) // _MEBI,
        }


class Counting:
    """Counts servers, clusters and repositories. `clusters` tells the names of the Kubernetes
    connections that are switched on."""

    def __init__(self, registry: Registry, clusters: Callable[[], Collection[str]]) -> None:
        self._clusters = clusters
        self._machines: MemorySource[Any] | None = None
        self._repositories: MemorySource[Any] | None = None
        self._all = _Sum()
        self._each: dict[str, _Sum] = {}
        registry.when("machines", self._follow_machines)
        registry.when("repositories", self._follow_repositories)

    def __call__(self) -> Counts:
        """The numbers now; None of what is not counted (yet)."""
        return {
            "servers": len(self._all.ids) if _whole(self._machines) else None,
            "clusters": len(self._clusters()),
            "repositories": _length(self._repositories),
            "private_repositories": None,
        }

    def readings(self) -> Mapping[tuple[str, str], int | None]:
        """The same and what servers have, over everything and of each cluster: by meter and
        cluster, which is empty for everything. A cluster without a server has zeros."""
        counts = self()
        found = {(name, ""): counts[name] for name in ("clusters", "repositories")}
        sums = {"": self._all} | {name: self._each.get(name, _Sum()) for name in self._clusters()}
        known = _whole(self._machines)
        for subject, one in sums.items():
            for meter, number in one.readings.items():
                found[meter, subject] = number if known else None
        return found

    def _follow_machines(self, source: Source) -> None:
        if isinstance(source, MemorySource):
            self._machines = source
            source.on_change(self._changed)

    def _follow_repositories(self, source: Source) -> None:
        if isinstance(source, MemorySource):
            self._repositories = source

    def _changed(self, changes: Sequence[tuple[str, _Machine | None, _Machine | None]]) -> None:
        for _, before, after in changes:
            old, new = _server(before), _server(after)
            if old == new:
                continue
            if old is not None:
                self._add(old, -1)
            if new is not None:
                self._add(new, 1)

    def _add(self, server: _Server, times: int) -> None:
        self._all.add(server, times)
        one = self._each.setdefault(server.cluster, _Sum())
        one.add(server, times)
        if not one.ids:
            del self._each[server.cluster]


def _server(row: _Machine | None) -> _Server | None:
    """As what it is counted; not at all KWOK's nodes, and machines that only ask for updates,
    which have a meter of their own."""
    if row is None or row.simulated or not row.cluster:
        return None
    return _Server(
        row.machine_id or row.key,
        row.cluster,
        round((row.cpu or 0) * _MILLI),
        round(row.memory or 0),
    )


def _whole(source: Source | None) -> bool:
    if source is None:
        return False
    states: Mapping[FeedState, int] = source.states()
    return all(state in _TRUE for state, count in states.items() if count)


def _length(source: MemorySource[Any] | None) -> int | None:
    return len(source) if source is not None and _whole(source) else None
