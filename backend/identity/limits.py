"""Login limits that a flood can neither pass nor evict (security reference, C19).

Attempts are counted in a fixed number of hashed slots per window, so memory is bounded and
a flood of invented names cannot push a real counter out; at worst strangers share a slot.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

__all__ = ["AttemptLimit"]

_SLOTS: Final = 4096


class AttemptLimit:
    """At most `limit` failures per key in a sliding pair of windows of `seconds` each."""

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._windows: dict[int, list[int]] = {}

    def wait_seconds(self, key: str) -> int:
        """0 when an attempt is allowed now, else for how many whole seconds to wait."""
        window = int(self._clock() // self._seconds)
        if self._failures(key, window) < self._limit:
            return 0
        return max(1, int(self._seconds - self._clock() % self._seconds) + 1)

    def failed(self, key: str) -> None:
        """Count one failure."""
        window = int(self._clock() // self._seconds)
        for old in [w for w in self._windows if w < window - 1]:
            del self._windows[old]
        self._windows.setdefault(window, [0] * _SLOTS)[self._slot(key)] += 1

    def succeeded(self, key: str) -> None:
        """Forget the failures of `key`."""
        for slots in self._windows.values():
            slots[self._slot(key)] = 0

    def _failures(self, key: str, window: int) -> int:
        now, before = self._windows.get(window), self._windows.get(window - 1)
        slot = self._slot(key)
        return (now[slot] if now else 0) + (before[slot] // 2 if before else 0)

    def _slot(self, key: str) -> int:
        return int.from_bytes(hashlib.sha256(self._salt + key.encode()).digest()[:4]) % _SLOTS
