"""Calls that block, waited for only so long: a file on a server that is gone answers nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, Generic, TypeVar

__all__ = ["PATIENCE", "Patient"]

PATIENCE: Final = 5.0
"""Seconds."""
T = TypeVar("T")


class Patient(Generic[T]):
    """One such call. While it hangs it is not made again, and nothing else waits for its thread:
    it has one of its own, which does not keep the process from ending either."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._seconds = seconds
        self._running: asyncio.Future[T] | None = None

    async def __call__(self, work: Callable[[], T]) -> T:
        """The answer of `work`, or of the call that still runs. Raises `TimeoutError`."""
        if self._running is None:
            self._running = _begun(work)
        running = self._running
        done, _ = await asyncio.wait({running}, timeout=self._seconds)
        if not done:
            raise TimeoutError
        if self._running is running:
            self._running = None
        return running.result()


def _begun(work: Callable[[], T]) -> asyncio.Future[T]:
    loop = asyncio.get_running_loop()
    answer: Future[T] = Future()

    def call() -> None:
        with suppress(RuntimeError):  # the loop has ended; nobody waits any more
            try:
                answer.set_result(work())
            except Exception as error:  # noqa: BLE001 (it is raised again where it is waited for)
                answer.set_exception(error)

    found = asyncio.wrap_future(answer, loop=loop)
    threading.Thread(target=call, name="licence source", daemon=True).start()
    return found
