"""How long to wait before the next try, for every loop that tries again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

__all__ = ["Backoff", "doubled"]

_MOST_DOUBLINGS: Final = 30


def doubled(first: float, limit: float, failures: int) -> float:
    """Seconds to wait after `failures` earlier ones: `first`, doubled for each, `limit` at most.

    For what others count (the attempts of a job, in its row) and all must compute alike.
    """
    return min(limit, first * 2.0 ** min(failures, _MOST_DOUBLINGS))


class Backoff:
    """Waits that double from `first` to `limit` seconds, each shortened by up to half: those
    who failed together do not come back together.

    `jitter` gives a number from 0 to 1; a constant one makes the waits exact.
    """

    def __init__(
        self,
        first: float,
        limit: float,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._first = first
        self._limit = limit
        self._jitter = jitter
        self.failures = 0
        """Failures in a row."""

    def next(self) -> float:
        """A try failed: seconds to wait before the next one."""
        wait = doubled(self._first, self._limit, self.failures)
        self.failures += 1
        return wait * (0.5 + 0.5 * self._jitter())

    def reset(self) -> None:
        """A try succeeded."""
        self.failures = 0
