"""The last hour of what was measured, in memory: eight bytes a look of each container or node.

Series are kept as they come and end together, at the last look; what was not measured at a look is
NaN. 50,000 pods of two containers looked at once a minute are some 70 MB.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

__all__ = ["HOUR", "History", "Points", "in_buckets"]

HOUR: Final = 3600.0
_MOST: Final = 300
"""Looks, should they come quicker than one in twelve seconds."""
_SWEEP: Final = 20
"""Looks after which series of what is gone are thrown away."""
_GONE: Final = 20
"""Looks for which something is kept that is measured no more."""


class Points(NamedTuple):
    """What one part used, look by look: None where it was not measured."""

    cpu: list[float | None]
    memory: list[float | None]


class _Series:
    """`values` are pairs of cores and bytes, from look number `first` on."""

    __slots__ = ("first", "values")

    def __init__(self, first: int) -> None:
        self.first = first
        self.values = array("f")

    @property
    def end(self) -> int:
        return self.first + len(self.values) // 2


class History:
    """What the nodes, or the pods, of one cluster used. A part is a container, or ``""``. A look
    is told once it is `done`: until then a sum would lack what is yet to come."""

    def __init__(self) -> None:
        self._times = array("d")
        self._first = 0
        self._looks = 0
        self._done = 0
        self._series: dict[str, dict[str, _Series]] = {}

    @property
    def times(self) -> Sequence[float]:
        """When it was looked, in Unix seconds, the oldest first."""
        return self._times[: self._told]

    @property
    def _told(self) -> int:
        """How many of the looks are told."""
        return self._done - self._first

    def look(self, now: float) -> None:
        """A look begins. Where the clock was set back, what was measured before lies in no hour
        that can be told, and is forgotten."""
        if self._times and now < self._times[-1]:
            self._first += len(self._times)
            self._done = self._first
            self._times, self._series = array("d"), {}
        self._times.append(now)
        self._looks += 1
        old = max(0, len(self._times) - _MOST)
        while self._times[old] < now - HOUR:
            old += 1
        del self._times[:old]
        self._first += old
        if self._looks % _SWEEP == 0:
            self._sweep()

    def done(self) -> None:
        """All that the look found was added."""
        self._done = self._first + len(self._times)

    def add(self, key: str, part: str, cpu: float, memory: float) -> None:
        """What a part uses, at the look that began last."""
        now = self._first + len(self._times) - 1
        parts = self._series.setdefault(key, {})
        series = parts.get(part)
        if series is None:
            series = parts[part] = _Series(now)
        if series.first < self._first:
            del series.values[: 2 * (self._first - series.first)]
            series.first = self._first if series.values else now
        series.values.extend((math.nan,) * (2 * (now - series.end)))
        series.values.extend((cpu, memory))

    def of(self, key: str) -> dict[str, Points]:
        """What the parts used, one value for each of `times`."""
        return {part: self._sum([series]) for part, series in self._series.get(key, {}).items()}

    def together(self, keys: Iterable[str]) -> Points:
        """What all parts of these used at each look; None where none was measured."""
        return self._sum([series for key in keys for series in self._series.get(key, {}).values()])

    def measured(self, key: str) -> bool:
        """Whether it was measured at the last look."""
        points = self.of(key).values()
        return bool(self._told) and any(part.memory[-1] is not None for part in points)

    def __len__(self) -> int:
        return sum(map(len, self._series.values()))

    def _sum(self, several: Sequence[_Series]) -> Points:
        told = self._told
        cpu: list[float | None] = [None] * told
        memory: list[float | None] = [None] * told
        for series in several:
            lead = series.first - self._first
            values = series.values[-2 * lead :] if lead < 0 else series.values
            pairs = zip(values[0::2], values[1::2], strict=True)
            for look, (cores, held) in enumerate(pairs, max(0, lead)):
                if look < told and not math.isnan(held):
                    cpu[look] = (cpu[look] or 0.0) + cores
                    memory[look] = (memory[look] or 0.0) + held
        return Points(cpu, memory)

    def _sweep(self) -> None:
        kept = self._first + len(self._times) - _GONE
        for key, parts in list(self._series.items()):
            for part in [name for name, series in parts.items() if series.end < kept]:
                del parts[part]
            if not parts:
                del self._series[key]


def in_buckets(points: Sequence[float | None], most: int) -> list[float | None]:
    """The same in at most `most` means, the newest of them whole; None where nothing was
    measured."""
    size = max(1, -(-len(points) // most))
    ends = range(len(points), 0, -size)
    return [_mean(points[max(0, end - size) : end]) for end in reversed(ends)]


def _mean(points: Sequence[float | None]) -> float | None:
    known = [point for point in points if point is not None]
    return sum(known) / len(known) if known else None
