"""What a simulation saw: rates, latencies, refusals, and who was the bottleneck."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

_EDGES: Final = 400
_BASE: Final = 1.05
_UNIT: Final = 5e-5
BUSY: Final = 0.9
LATE_SECONDS: Final = 0.25


@dataclass
class Latencies:
    """A histogram with 5 % wide buckets from 50 µs on: bounded, whatever the count."""

    counts: list[int] = field(default_factory=lambda: [0] * _EDGES)
    total: int = 0

    def add(self, seconds: float) -> None:
        """Count one answer."""
        place = 0
        if seconds > _UNIT:
            place = min(_EDGES - 1, int(math.log(seconds / _UNIT, _BASE)) + 1)
        self.counts[place] += 1
        self.total += 1

    def percentile(self, percent: float) -> float:
        """Upper bound in seconds of the given share of answers."""
        wanted, seen = self.total * percent / 100, 0
        for place, count in enumerate(self.counts):
            seen += count
            if seen >= wanted:
                return _UNIT * _BASE**place
        return 0.0


@dataclass
class Figures:
    """Counts since `started`. `late` is how far behind its plan the generator is."""

    started: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=time.process_time)
    latencies: Latencies = field(default_factory=Latencies)
    statuses: Counter[str] = field(default_factory=Counter)
    offers: int = 0
    late: float = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return max(1e-9, time.monotonic() - self.started)

    @property
    def is_bottleneck(self) -> bool:
        """Whether the generator itself had no time to send what it planned."""
        busy = (time.process_time() - self.cpu) / self.elapsed
        return busy > BUSY and self.late > LATE_SECONDS

    def line(self) -> str:
        """One line for people."""
        answered = self.latencies.total
        refused = sum(n for status, n in self.statuses.items() if status != "200")
        text = (
            f"{self.elapsed:7.1f} s  {answered / self.elapsed:8.0f} answers/s"
            f"  p50 {self.latencies.percentile(50) * 1e3:7.2f} ms"
            f"  p99 {self.latencies.percentile(99) * 1e3:7.2f} ms"
            f"  offers {self.offers}  refused {refused}"
        )
        if refused:
            text += f" {dict(self.statuses)}"
        if self.late > LATE_SECONDS:
            who = "the generator" if self.is_bottleneck else "the server"
            text += f"  behind by {self.late:.1f} s: {who} is the bottleneck"
        return text
