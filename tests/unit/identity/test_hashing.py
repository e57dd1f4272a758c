"""How many passwords are checked at once, and for whom."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from backend.errors import Unavailable
from backend.identity.hashing import MAX_OF_PEER, MAX_WAITING, Hashing


class Held:
    """A check that waits until the test lets it go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, _password: str, _stored: str | None) -> bool:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(120)
        with self._lock:
            self.running -= 1
        return True


@pytest.fixture
def held() -> Iterator[Held]:
    check = Held()
    yield check
    check.go.set()


async def test_few_are_checked_at_once_and_the_known_have_their_own_lane(held: Held) -> None:
    hashing = Hashing(check=held)

    async def one(peer: str, *, known: bool) -> bool:
        with hashing.place(peer, known=known):
            return await hashing.verify("x", None, known=known)

    strangers = [asyncio.create_task(one(f"p{n}", known=False)) for n in range(MAX_WAITING)]
    known = asyncio.create_task(one("ada", known=True))
    while not held.running:
        await asyncio.sleep(0.01)
    with pytest.raises(Unavailable) as full:
        await one("late", known=False)
    assert full.value.headers["Retry-After"]
    held.go.set()
    assert all(await asyncio.gather(known, *strangers))
    assert held.most <= 5


def test_one_peer_has_a_small_share() -> None:
    hashing = Hashing()
    with ExitStack() as stack:
        for _ in range(MAX_OF_PEER):
            stack.enter_context(hashing.place("flood", known=False))
        with pytest.raises(Unavailable), hashing.place("flood", known=False):
            pass
        with hashing.place("other", known=False):
            pass
    with hashing.place("flood", known=False):
        pass
