"""Limits on tokens that are none, by address: each costs a question to the database.

Nobody guesses 256 bits, so this protects the database and the record, not the tokens. An address
that used up its attempts is refused without asking anything, until its time is over; tokens that
were found right before work from there all the while.
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
_REMEMBERED: Final = 4096
"""Addresses refused without asking; the database counts for those forgotten here."""


class BadTokens:
    """Counts unknown tokens; one per process, the counts hold over all replicas."""

    def __init__(self, attempts: AttemptLimits, clock: Callable[[], float] = time.time) -> None:
        self._attempts = attempts
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, group: str) -> int:
        """For how many seconds nothing more is looked up for this address; 0: go on."""
        left = self._until.get(group, 0.0) - self._clock()
        if left <= 0:
            self._until.pop(group, None)
            return 0
        REFUSED.labels("token").inc()
        return math.ceil(left)

    async def count(self, group: str) -> int:
        """A token of this address was unknown: 0, or for how many seconds it is refused now."""
        seconds = await self._attempts.take([Limit("token", group, BURST, EVERY)])
        if seconds:
            self._until[group] = self._clock() + seconds
            while len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)
        return seconds
