"""Whether the console has started and is not stopping, whether its database answers, and what
fails in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["DatabaseProbe", "Readiness"]

_PATIENCE: Final = 2.0
"""Seconds for the database to answer: much less than a probe waits (the chart's `timeoutSeconds`),
more than a busy one needs."""
_MOST_STUCK: Final = 2
"""Questions that were given up and hold their connection still."""


class DatabaseProbe:
    """Asks the database one question at a time, however many ask whether it answers. One without
    an answer is given up and its connection closed, so that the next is asked on another: a frozen
    database keeps few connections of ours, and one frozen connection does not make us unready."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._question: asyncio.Task[None] | None = None
        self._until = 0.0
        self._stuck: set[asyncio.Task[None]] = set()

    async def ask(self) -> None:
        """Returns when it answered; raises `TimeoutError`, or what the database raises."""
        question = self._present()
        await asyncio.wait({question}, timeout=max(0.0, self._until - time.monotonic()))
        if not question.done():
            self._give_up(question)
        if not question.done() or question.cancelled():
            raise TimeoutError
        question.result()

    async def close(self) -> None:
        """Ask no more."""
        if self._question is not None:
            self._give_up(self._question)
        for question in tuple(self._stuck):
            with suppress(asyncio.CancelledError, Exception):
                await question

    def _present(self) -> asyncio.Task[None]:
        """The question that is open, or a new one."""
        question = self._question
        if question is None or question.done():
            if len(self._stuck) >= _MOST_STUCK:
                for stuck in self._stuck:
                    stuck.cancel()  # its connection was being closed in a friendly way
                raise TimeoutError
            question = asyncio.create_task(self._ask(), name="does the database answer")
            question.add_done_callback(_retrieved)
            self._question, self._until = question, time.monotonic() + _PATIENCE
        return question

    def _give_up(self, question: asyncio.Task[None]) -> None:
        """Cancelling it takes its connection out of the pool."""
        if self._question is question:
            self._question = None
        if question.cancel():
            self._stuck.add(question)
            question.add_done_callback(self._stuck.discard)

    async def _ask(self) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))


def _retrieved(question: asyncio.Task[None]) -> None:
    if not question.cancelled():
        question.exception()


@dataclass(slots=True)
class Readiness:
    """`ready` between the end of the start and the beginning of the stop; `failing` names the
    background loops that fail now."""

    database: DatabaseProbe
    failing: Callable[[], Collection[str]] = tuple
    ready: bool = False
