"""Limits on tokens that are none, by address: each costs a question to the database.

Nobody guesses 256 bits, so this protects the database and the record, not the tokens. A token is
looked up first: one that is good works, whatever others send from its address. Only what turns
out to be none counts, over all replicas; and how many are looked up for an address is bounded
generously on each replica, without those that were found right before.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from backend.identity.limits import REFUSED, AttemptLimits, Limit

__all__ = ["BadTokens"]

BURST: Final = 30
EVERY: Final = 2.0
ASKED_BURST: Final = 600
ASKED_EVERY: Final = 0.02
"""Seconds between two questions of an address in the long run, after so many at once."""
_ROUNDING: Final = 1e-3
_REMEMBERED: Final = 4096
"""Addresses remembered here; the database counts for those forgotten."""


class BadTokens:
    """Counts unknown tokens; one per process, the counts hold over all replicas."""

    def __init__(self, attempts: AttemptLimits, clock: Callable[[], float] = time.time) -> None:
        self._attempts = attempts
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()
        self._asked: OrderedDict[str, float] = OrderedDict()

    def ask(self, group: str) -> int:
        """A token of this address is to be looked up: 0, or for how many seconds none is."""
        now = self._clock()
        most = now + ASKED_BURST * ASKED_EVERY
        # A clock that stood ahead locks nobody out for long once it is corrected.
        worn = min(max(self._asked.pop(group, now), now), most) + ASKED_EVERY
        left = worn - most
        _remember(self._asked, group, worn if left <= _ROUNDING else most)
        return self._refused(left) if left > _ROUNDING else 0

    async def count(self, group: str) -> int:
        """A token of this address was unknown: 0, or for how many seconds that is refused now."""
        left = self._until.get(group, 0.0) - self._clock()
        if left > 0:
            return self._refused(left)
        self._until.pop(group, None)
        seconds = await self._attempts.take([Limit("token", group, BURST, EVERY)])
        if seconds:
            _remember(self._until, group, self._clock() + seconds)
        return seconds

    def _refused(self, left: float) -> int:
        REFUSED.labels("token").inc()
        return math.ceil(left)


def _remember(times: OrderedDict[str, float], group: str, value: float) -> None:
    times[group] = value
    while len(times) > _REMEMBERED:
        times.popitem(last=False)
