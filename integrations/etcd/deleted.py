"""Keys that are gone: which the watch saw go, and when one went that it did not see.

etcd has no call for it, and keeps no list of what was deleted: a key can only be read as it was at
a revision that is not compacted. Replaying the watch would tell, and makes a member read its whole
history for one key.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from integrations.etcd.client import EtcdClient
from integrations.etcd.errors import Compacted
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import EtcdWriter

__all__ = ["MOST_GONE", "Deletion", "Gone", "Seen", "find_deletion"]

MOST_GONE: Final = 10_000
_LOOKS: Final = 64


@dataclass(frozen=True, slots=True)
class Seen:
    """A deletion that the watch told: its revision, and when (Unix seconds)."""

    revision: int
    at: float


class Gone:
    """The keys that went last, as the watch told it; the oldest are forgotten."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Seen] = OrderedDict()

    def note(self, path: str, revision: int, at: float) -> None:
        """It was deleted."""
        self._seen[path] = Seen(revision, at)
        self._seen.move_to_end(path)
        if len(self._seen) > MOST_GONE:
            self._seen.popitem(last=False)

    def forget(self, path: str) -> None:
        """It is there again."""
        self._seen.pop(path, None)

    def clear(self) -> None:
        """What happened meanwhile was not seen."""
        self._seen.clear()

    def find(self, path: str) -> Seen | None:
        """How a key went, if that was seen."""
        return self._seen.get(path)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A key went at `revision`; `last` is what it was just before, None where that is compacted.
    `certain`: it did not come back and go once more."""

    revision: int
    last: KeyValue | None
    certain: bool


async def find_deletion(client: EtcdClient, key: bytes, seen: Seen | None) -> Deletion | None:
    """How a key that is not there went; None where it is not found in any revision that was looked
    at, or is there. Some hundred reads at most."""
    reader = EtcdWriter(client)
    held, now = await reader.read(key)
    if held is not None:
        return None
    if seen is not None:
        try:
            last, _ = await reader.read(key, revision=seen.revision - 1)
        except Compacted:
            return Deletion(seen.revision, None, certain=True)
        if last is not None:
            return Deletion(seen.revision, last, certain=True)
    return await _searched(reader, key, now)


async def _searched(reader: EtcdWriter, key: bytes, now: int) -> Deletion | None:
    """Looked for back from now at steps that double, then in the middle of the widest gaps: of few
    revisions each is looked at, of many it is missed where it lived shortly and long ago."""
    search = _Search(reader, key)
    absent, step = now, 1
    while not search.floor and step < absent:
        absent -= step
        found = await search.look(absent, absent + step)
        if found is not None:
            return found
        step *= 2
    search.add(0, absent)
    for _ in range(_LOOKS):
        gap = search.widest()
        if gap is None:
            return None
        found = await search.look(sum(gap) // 2, gap[1])
        if found is not None:
            return found
        search.add(gap[0], sum(gap) // 2)
    return None


class _Search:
    """Where a key was not found: the gaps between revisions that were looked at. Up to `floor`
    nothing is held any more."""

    def __init__(self, reader: EtcdWriter, key: bytes) -> None:
        self.floor = 0
        self._reader, self._key = reader, key
        self._gaps: list[tuple[int, int, int]] = []

    def add(self, low: int, high: int) -> None:
        """What lies between was not looked at."""
        if high - low > 1:
            heappush(self._gaps, (low - high, low, high))

    def widest(self) -> tuple[int, int] | None:
        """The widest gap above the floor; None where none is left."""
        while self._gaps:
            _, low, high = heappop(self._gaps)
            low = max(low, self.floor)
            if high - low > 1:
                return low, high
        return None

    async def look(self, at: int, absent: int) -> Deletion | None:
        """How it went, if it was there at that revision and not at `absent`, a later one."""
        try:
            held, _ = await self._reader.read(self._key, revision=at)
        except Compacted:
            held, self.floor = None, max(self.floor, at)
        if held is None:
            self.add(at, absent)
            return None
        return await _between(self._reader, self._key, held, at, absent)


async def _between(
    reader: EtcdWriter, key: bytes, held: KeyValue, present: int, absent: int
) -> Deletion:
    while absent - present > 1:
        middle = (present + absent) // 2
        found, _ = await reader.read(key, revision=middle)
        if found is None:
            absent = middle
        else:
            present, held = middle, found
    return Deletion(absent, held, certain=False)
