"""Whether the console has started and is not stopping, whether its database answers, and what
fails in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["DatabaseProbe", "Readiness"]

_PATIENCE: Final = 3.0
"""Seconds for the database to answer: less than a probe waits, more than a busy one needs."""


class DatabaseProbe:
    """Asks the database one question at a time, however many ask whether it answers: one that is
    frozen keeps one connection of ours, not all of them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._question: asyncio.Task[None] | None = None

    async def ask(self) -> None:
        """Returns when it answered; raises `TimeoutError`, or what the database raises."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._ask(), name="does the database answer")
            self._question.add_done_callback(_retrieved)
        question = self._question
        await asyncio.wait({question}, timeout=_PATIENCE)
        if not question.done():
            raise TimeoutError
        question.result()

    async def close(self) -> None:
        """Ask no more."""
        if self._question is not None and not self._question.done():
            self._question.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._question

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
