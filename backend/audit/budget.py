"""How many refusals may have an entry of their own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

__all__ = ["Budget"]

_CALLERS: Final = 1024
"""Callers remembered; the one unheard of longest is forgotten, the budget for all holds."""


class _Bucket:
    """A token bucket: `burst` at once, then one every `seconds`."""

    __slots__ = ("_at", "_burst", "_left", "_seconds")

    def __init__(self, burst: int, seconds: float, now: float) -> None:
        self._burst, self._seconds = float(burst), seconds
        self._left, self._at = self._burst, now

    def refill(self, now: float) -> bool:
        """Whether there is one to take."""
        self._left = min(self._burst, self._left + (now - self._at) / self._seconds)
        self._at = now
        return self._left >= 1.0

    def take(self) -> None:
        """Use one."""
        self._left -= 1.0


class Budget:
    """One bucket per caller, one for all who are signed in and one for strangers, so that
    strangers cannot crowd out what is recorded about people. At the most some 11,000 entries a
    day without end, about 5 MB."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._callers: OrderedDict[str, _Bucket] = OrderedDict()
        now = clock()
        self._people = _Bucket(300, 12.0, now)
        self._strangers = _Bucket(100, 20.0, now)

    def take(self, caller: str, *, signed_in: bool) -> bool:
        """Whether one more may be written for `caller`."""
        now = self._clock()
        own = self._callers.pop(caller, None) or _Bucket(30, 30.0, now)
        self._callers[caller] = own
        while len(self._callers) > _CALLERS:
            self._callers.popitem(last=False)
        everyone = self._people if signed_in else self._strangers
        if not (own.refill(now) and everyone.refill(now)):
            return False
        own.take()
        everyone.take()
        return True
