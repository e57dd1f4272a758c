"""What kubectl changes, in the audit record: that it is sent, before; and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from auth.verb import Verb
from backend.audit import Audit, Tried, origin_of
from backend.features.cluster.kubectl.answers import NotLet
from backend.features.cluster.kubectl.asked import Asked
from backend.features.cluster.kubectl.entrance import Passed, target_of
from backend.parts import parts_of

__all__ = ["Answered", "recorded"]

Answered = Callable[[int], Awaitable[None]]
"""Told the status of the cluster's answer, once."""

_READS: Final = frozenset({Verb.GET, Verb.LIST, Verb.WATCH, Verb.LOGS})
_FAILURES: Final = (SQLAlchemyError, OSError)
_log = structlog.get_logger("craton.kubectl")


@asynccontextmanager
async def recorded(http: HTTPConnection, passed: Passed) -> AsyncIterator[Answered]:
    """Around the sending of a request. Of a change it is recorded that it is sent, in a transaction
    of its own; raises `NotLet` where that cannot be, and then nothing is sent. Then what came of
    it; where no answer came, nobody knows. Nothing is recorded of what only reads."""
    asked = passed.asked
    if not isinstance(asked, Asked) or all(verb in _READS for _, verb in passed.needed):
        yield _not_recorded
        return
    record = _Record(http, passed, asked)
    await record.begin()
    try:
        yield record.answered
    finally:
        if not record.over:
            await record.end("unknown", "no answer came: the cluster may have done it")


async def _not_recorded(_status: int) -> None:
    return


class _Record:
    """The entries of one request."""

    def __init__(self, http: HTTPConnection, passed: Passed, asked: Asked) -> None:
        self.over = False
        self._db_sessions: async_sessionmaker[AsyncSession] = parts_of(http).get(async_sessionmaker)
        self._origin = origin_of(http, passed.principal.organisation, passed.principal)
        self._policy = passed.principal.policy
        self._action = passed.needed[0][1].value
        self._target = target_of(passed.needed, passed.place, asked)
        self._words = f"kubectl: {asked.verb} {asked.path}"

    async def begin(self) -> None:
        try:
            await self._write("begun", "sent to the cluster")
        except _FAILURES as error:
            _log.exception("a change was not sent", error=type(error).__name__)
            raise NotLet(
                503, "this cannot be recorded at present, so it was not sent: try again."
            ) from error

    async def answered(self, status: int) -> None:
        """Record it by the cluster's answer; of its own troubles it may not know the end itself."""
        if status < 300:
            await self.end("success", "")
        else:
            await self.end("failed" if status < 500 else "unknown", f"answered {status}")

    async def end(self, outcome: Literal["success"] | Tried, told: str) -> None:
        """That it was sent is on record: what came of it does not hold up the answer."""
        self.over = True
        try:
            await self._write(outcome, told)
        except _FAILURES as error:
            _log.exception(
                "what came of a change was not recorded",
                change=self._words, outcome=outcome, error=type(error).__name__,
            )  # fmt: skip

    async def _write(self, outcome: Literal["success"] | Tried, told: str) -> None:
        detail = f"{self._words}: {told}" if told else self._words
        async with self._db_sessions() as db, db.begin():
            audit = Audit(db, self._origin, self._policy)
            if outcome == "success":
                audit.did(self._action, self._target, detail=detail)
            else:
                audit.tried(self._action, self._target, outcome, detail=detail)
