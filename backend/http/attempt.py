"""A change at another system in the audit record: that it is sent, before; and what came of it.

A process can die between the two: then it is known that it was sent, and by whom. What cannot be
recorded is not sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Audit, Change, Target, Tried, origin_of
from backend.errors import Unavailable
from backend.parts import parts_of

__all__ = ["Attempt", "attempted"]

_FAILURES: Final = (SQLAlchemyError, OSError)
_log = structlog.get_logger("craton.audit")


class Attempt:
    """The entries of one change. `words` begin each entry's sentence; empty: `told` is all of it.
    Each entry is in a transaction of its own: between them another system is asked."""

    def __init__(
        self,
        http: HTTPConnection,
        principal: Principal,
        action: str,
        target: Target,
        *,
        words: str = "",
        right: Verb | None = None,
    ) -> None:
        self.over = False
        self._db_sessions: async_sessionmaker[AsyncSession] = parts_of(http).get(async_sessionmaker)
        self._origin = origin_of(http, principal.organisation, principal)
        self._policy = principal.policy
        self._action = action
        self._target = target
        self._words = words
        self._right = right

    async def begin(self, told: str) -> None:
        """Before it is sent. Raises `Unavailable` where it cannot be recorded."""
        try:
            await self._write("begun", told, None, "")
        except _FAILURES as error:
            _log.exception("a change was not sent", error=type(error).__name__)
            raise Unavailable(
                "This cannot be recorded at present, so it was not sent: try again."
            ) from error

    async def end(
        self,
        outcome: Literal["success"] | Tried,
        told: str = "",
        *,
        change: Change | None = None,
        upstream: str = "",
    ) -> None:
        """What came of it. That it was sent is on record: this does not hold up the answer."""
        self.over = True
        try:
            await self._write(outcome, told, change, upstream)
        except _FAILURES as error:
            _log.exception(
                "what came of a change was not recorded",
                change=self._words or self._action, outcome=outcome, error=type(error).__name__,
            )  # fmt: skip

    async def _write(
        self, outcome: Literal["success"] | Tried, told: str, change: Change | None, upstream: str
    ) -> None:
        detail = ": ".join(part for part in (self._words, told) if part)
        async with self._db_sessions() as db, db.begin():
            audit = Audit(db, self._origin, self._policy)
            if outcome == "success":
                audit.did(
                    self._action, self._target,
                    change=change, detail=detail, right=self._right, upstream=upstream,
                )  # fmt: skip
            else:
                audit.tried(
                    self._action, self._target, outcome,
                    detail=detail, right=self._right, upstream=upstream,
                )  # fmt: skip


@asynccontextmanager
async def attempted(attempt: Attempt, told: str, unknown: str) -> AsyncIterator[Attempt]:
    """Around the sending: recorded before, and where nothing else was recorded after, that nobody
    knows what came of it, as `unknown` says."""
    await attempt.begin(told)
    try:
        yield attempt
    finally:
        if not attempt.over:
            await attempt.end("unknown", unknown)
