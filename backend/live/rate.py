"""A token bucket."""

from __future__ import annotations

import time

__all__ = ["Rate"]


class Rate:
    """Allows `burst` at once and `per_second` in the long run."""

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left = burst
        self._at = time.monotonic()

    def allow(self) -> bool:
        """Take one; False when none is left."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
