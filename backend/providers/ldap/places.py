"""Places for passwords that a directory is asked about: one address has a small share of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from backend.errors import Unavailable
from backend.identity.limits import REFUSED

__all__ = ["Places"]

MOST: Final = 32
MOST_OF_PEER: Final = 4
RETRY_SECONDS: Final = 2


class Places:
    """Of one process."""

    def __init__(self) -> None:
        self._peers: Counter[str] = Counter()

    @contextmanager
    def place(self, peer: str) -> Iterator[None]:
        """A place for one question of `peer`, or `Unavailable`."""
        if self._peers.total() >= MOST or self._peers[peer] >= MOST_OF_PEER:
            REFUSED.labels("queue").inc()
            raise Unavailable(
                "More passwords are being checked than the console can at once. Try again in a "
                "few seconds.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        self._peers[peer] += 1
        try:
            yield
        finally:
            self._peers[peer] -= 1
            if not self._peers[peer]:
                del self._peers[peer]
