"""Passwords are checked beside the console's work, not instead of it.

argon2id costs some 0.1 s of several cores and 64 MiB each time, and anybody may ask for it. So
few are checked at once, on threads of low priority, behind a queue in which one peer has a small
share; who does not fit in is told to come again. Browsers known to the account have a lane of
their own, which strangers cannot fill.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Final

from auth.password import hash_password, verify
from backend.errors import Unavailable
from backend.identity.limits import REFUSED

__all__ = ["HASHING", "Hashing"]

MAX_WAITING: Final = 32
"""In the queue and being checked, in each lane."""
MAX_OF_PEER: Final = 8
RETRY_SECONDS: Final = 2
_NICER: Final = 10


class Hashing:
    """The process's two lanes. `check` and `make` are what the threads run."""

    def __init__(
        self,
        check: Callable[[str, str | None], bool] = verify,
        make: Callable[[str], str] = hash_password,
    ) -> None:
        self._check = check
        self._make = make
        workers = max(1, min(4, len(os.sched_getaffinity(0)) // 2))
        self._strangers = ThreadPoolExecutor(workers, "hash-strangers", _be_nice)
        self._known = ThreadPoolExecutor(1, "hash-known", _be_nice)
        self._peers: Counter[str] = Counter()
        self._waiting_known = 0

    @contextmanager
    def place(self, peer: str, *, known: bool) -> Iterator[None]:
        """A place in the lane for one check, or `Unavailable`."""
        if known:
            full = self._waiting_known >= MAX_WAITING
        else:
            full = self._peers.total() >= MAX_WAITING or self._peers[peer] >= MAX_OF_PEER
        if full:
            REFUSED.labels("queue").inc()
            raise Unavailable(
                "More passwords are being checked than the console can at once. Try again in a "
                "few seconds.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        self._count(peer, 1, known=known)
        try:
            yield
        finally:
            self._count(peer, -1, known=known)

    async def verify(self, password: str, stored: str | None, *, known: bool) -> bool:
        """Whether the password is right; takes as long when nothing is stored. Within `place`."""
        lane = self._known if known else self._strangers
        return await asyncio.get_running_loop().run_in_executor(lane, self._check, password, stored)

    async def hash(self, password: str) -> str:
        """The hash to store, for a caller who is signed in or holds the setup link."""
        return await asyncio.get_running_loop().run_in_executor(self._known, self._make, password)

    def _count(self, peer: str, by: int, *, known: bool) -> None:
        if known:
            self._waiting_known += by
            return
        self._peers[peer] += by
        if not self._peers[peer]:
            del self._peers[peer]


def _be_nice() -> None:
    """Let everything else go first; argon2's own threads inherit it."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICER)


HASHING: Final = Hashing()
"""Of this process: the limits are its processors'."""
