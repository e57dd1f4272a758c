"""Sign-in limits that hold over all replicas (security reference, C19).

Each limit is a generic cell rate: `burst` attempts at once, then one every `every` seconds. Its
whole state is one number in the database, moved by one statement that also decides, so that
attempts made at the same moment on several replicas are counted one after the other. A row is
kept until its attempts are worn off: a flood of names evicts nobody, and makes at most as many
rows as passwords can be checked.

An attempt counts before its password is checked, and is taken back when the password is right.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from backend.db.signin import AttemptCount
from backend.errors import Unavailable

__all__ = ["REFUSED", "AttemptLimits", "Limit", "attempt_limits", "code_limits"]

REFUSED: Final = Counter(
    "craton_sign_in_refused", "Sign-in attempts refused before the password was checked.", ("by",)
)
_MAX_LOOKING: Final = 2
_MAX_IN_LINE: Final = 100
_FORGET_EVERY: Final = 64
"""Attempts between two removals of worn-off rows."""
_CLOCKS_DIFFER: Final = 600.0
"""Seconds. What is counted further ahead than a limit reaches was counted by a clock that was
wrong: nobody is locked out until then."""
_TAKE: Final = text(
    "INSERT INTO sign_in_attempts (key, until) VALUES (:key, :fresh)"
    " ON CONFLICT (key) DO UPDATE SET until = CASE WHEN sign_in_attempts.until > :now"
    " AND sign_in_attempts.until <= :possible THEN sign_in_attempts.until + :every ELSE :fresh END"
    " WHERE sign_in_attempts.until <= :latest OR sign_in_attempts.until > :possible"
    " RETURNING until"
)
_GIVE_BACK: Final = text("UPDATE sign_in_attempts SET until = until - :every WHERE key = :key")


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` attempts by `key` at once, then one every `every` seconds."""

    name: str
    key: str
    burst: int
    every: float

    @property
    def row(self) -> str:
        """The primary key of its row: of one length, whatever was typed."""
        return f"{self.name}:{hashlib.sha256(self.key.encode()).hexdigest()[:48]}"


def attempt_limits(login: str, group: str, device: str | None, *, known: bool) -> list[Limit]:
    """What an attempt on `login` counts against.

    A browser known to the account answers for itself alone, so that others cannot lock its
    owner out. An address counts for each account and in all. Attempts from places that are
    not known share one limit for the account, which a single address cannot use up (60 an
    hour against 100); those from an address the account signed in from are not among them.
    """
    if device is not None:
        return [Limit("device", device, 10, 30.0)]
    limits = [Limit("login", f"{group} {login}", 5, 60.0), Limit("address", group, 30, 3.0)]
    if not known:
        limits.append(Limit("account", login, 100, 36.0))
    return limits


def code_limits(user_id: str, group: str, device: str | None, *, known: bool) -> list[Limit]:
    """What a guess of a second factor's code counts against, beside its address.

    They are counters of their own: the right password, which comes before each guess, forgives
    none of them. Three of a million codes are right at a time, so that from places that are not
    known an account is guessed at twenty times, and then once in three minutes.
    """
    who = f"code {user_id}"
    if device is not None:
        return [Limit("device", f"code {device}", 10, 30.0)]
    limits = [Limit("login", f"{group} {who}", 5, 60.0)]
    if not known:
        limits.append(Limit("account", who, 20, 180.0))
    return limits


class AttemptLimits:
    """Counts attempts in the database of `engine`; no notices are told of it."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._taken = 0
        self._looking = asyncio.Semaphore(_MAX_LOOKING)
        self._in_line = 0

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Held while the account of an attempt is looked up, few at a time: a flood of names
        leaves the database to others. `Unavailable` where the line is long."""
        if self._in_line >= _MAX_IN_LINE:
            REFUSED.labels("queue").inc()
            raise Unavailable(
                "More people sign in than the console can look up at once. Try again in a few "
                "seconds.",
                headers={"Retry-After": "2"},
            )
        self._in_line += 1
        try:
            async with self._looking:
                yield
        finally:
            self._in_line -= 1

    async def take(self, limits: Sequence[Limit]) -> int:
        """Count one attempt against all of `limits`: 0 when it may go on. Otherwise nothing
        is counted, and the answer is for how many whole seconds to wait."""
        async with self._engine.connect() as connection:
            for limit in limits:
                wait = await self._take(connection, limit)
                if wait:
                    await connection.rollback()
                    REFUSED.labels(limit.name).inc()
                    return wait
            await connection.commit()
        await self._forget()
        return 0

    async def give_back(self, limits: Sequence[Limit]) -> None:
        """The attempt was right: it does not count, and wrong ones before it by the same
        person are forgiven."""
        async with self._engine.begin() as connection:
            for limit in limits:
                if limit.name in {"login", "device"}:
                    row = col(AttemptCount.key) == limit.row
                    await connection.execute(delete(AttemptCount).where(row))
                else:
                    await connection.execute(_GIVE_BACK, {"key": limit.row, "every": limit.every})

    async def take_back(self, limits: Sequence[Limit]) -> None:
        """Nothing was found out of the attempt: it alone does not count."""
        async with self._engine.begin() as connection:
            for limit in limits:
                await connection.execute(_GIVE_BACK, {"key": limit.row, "every": limit.every})

    async def _take(self, connection: AsyncConnection, limit: Limit) -> int:
        now = self._clock()
        latest = now + (limit.burst - 1) * limit.every
        values = {
            "key": limit.row,
            "now": now,
            "fresh": now + limit.every,
            "every": limit.every,
            "latest": latest,
            "possible": latest + limit.every + _CLOCKS_DIFFER,
        }
        if (await connection.execute(_TAKE, values)).first() is not None:
            return 0
        query = select(col(AttemptCount.until)).where(col(AttemptCount.key) == limit.row)
        until = (await connection.execute(query)).scalar_one_or_none() or now
        return max(1, math.ceil(until - latest))

    async def _forget(self) -> None:
        self._taken += 1
        if self._taken % _FORGET_EVERY == 0:
            async with self._engine.begin() as connection:
                old = col(AttemptCount.until) < self._clock()
                await connection.execute(delete(AttemptCount).where(old))
