"""What kubectl changes, in the audit record: that it is sent, before; and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import HTTPConnection

from auth.verb import Verb
from backend.errors import Unavailable
from backend.features.cluster.kubectl.answers import NotLet
from backend.features.cluster.kubectl.asked import Asked
from backend.features.cluster.kubectl.entrance import Passed, target_of
from backend.http.attempt import Attempt, attempted

__all__ = ["Answered", "recorded"]

Answered = Callable[[int], Awaitable[None]]
"""Told the status of the cluster's answer, once."""

_READS: Final = frozenset({Verb.GET, Verb.LIST, Verb.WATCH, Verb.LOGS})
_NO_ANSWER: Final = "no answer came: the cluster may have done it"


@asynccontextmanager
async def recorded(http: HTTPConnection, passed: Passed) -> AsyncIterator[Answered]:
    """Around the sending of a request. Of a change it is recorded that it is sent, in a transaction
    of its own; raises `NotLet` where that cannot be, and then nothing is sent. Then what came of
    it; where no answer came, nobody knows. Nothing is recorded of what only reads."""
    asked = passed.asked
    if not isinstance(asked, Asked) or all(verb in _READS for _, verb in passed.needed):
        yield _not_recorded
        return
    attempt = Attempt(
        http,
        passed.principal,
        passed.needed[0][1].value,
        target_of(passed.needed, passed.place, asked),
        words=f"kubectl: {asked.verb} {asked.path}",
    )

    async def answered(status: int) -> None:
        # Of its own troubles a cluster may not know the end itself.
        if status < 300:
            await attempt.end("success")
        else:
            await attempt.end("failed" if status < 500 else "unknown", f"answered {status}")

    try:
        async with attempted(attempt, "sent to the cluster", _NO_ANSWER):
            yield answered
    except Unavailable as error:
        raise NotLet(503, error.detail[0].lower() + error.detail[1:]) from error


async def _not_recorded(_status: int) -> None:
    return
