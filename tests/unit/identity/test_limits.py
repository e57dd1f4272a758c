"""Sign-in limits hold over replicas and floods, and wear off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.db.signin import AttemptCount
from backend.identity.limits import AttemptLimits, Limit, attempt_limits


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def replicas(database_url: str, clock: Clock) -> AsyncIterator[list[AttemptLimits]]:
    """Two processes' limits over one database."""
    engines = [create_engine(database_url) for _ in range(2)]
    await upgrade(engines[0])
    yield [AttemptLimits(engine, clock) for engine in engines]
    for engine in engines:
        await engine.dispose()


ADA = Limit("login", "192.0.2.1 ada", 3, 60.0)


async def test_the_limit_applies_after_the_last_allowed_attempt(replicas) -> None:
    for _ in range(3):
        assert await replicas[0].take([ADA]) == 0
    assert await replicas[0].take([ADA]) == 60


async def test_it_is_one_limit_for_all_replicas_at_once(replicas) -> None:
    attempts = [replicas[n % 2].take([ADA]) for n in range(24)]
    waits = await asyncio.gather(*attempts)
    assert sum(wait == 0 for wait in waits) == 3


async def test_attempts_wear_off_one_by_one(replicas, clock: Clock) -> None:
    limits = replicas[0]
    while not await limits.take([ADA]):
        pass
    clock.now += 59
    assert await limits.take([ADA]) == 1
    clock.now += 1
    assert await limits.take([ADA]) == 0
    assert await limits.take([ADA]) > 0
    clock.now += 3600
    assert [await limits.take([ADA]) for _ in range(3)] == [0, 0, 0]


async def test_a_refused_attempt_counts_against_nothing(replicas) -> None:
    wide = Limit("address", "192.0.2.1", 5, 3.0)
    for _ in range(3):
        await replicas[0].take([wide, ADA])
    for _ in range(9):
        assert await replicas[0].take([wide, ADA]) > 0
    assert await replicas[0].take([wide]) == 0


async def test_a_right_password_is_no_attempt(replicas) -> None:
    wide = Limit("address", "192.0.2.1", 2, 60.0)
    for _ in range(9):
        assert await replicas[0].take([ADA, wide]) == 0
        await replicas[1].give_back([ADA, wide])


async def test_an_attempt_nothing_came_of_forgives_no_other(replicas) -> None:
    for _ in range(2):
        assert await replicas[0].take([ADA]) == 0
    for _ in range(9):
        assert await replicas[0].take([ADA]) == 0
        await replicas[1].take_back([ADA])
    assert await replicas[0].take([ADA]) == 0
    assert await replicas[0].take([ADA]) > 0


async def test_a_flood_of_names_evicts_nobody_and_is_forgotten(replicas, clock: Clock) -> None:
    limits = replicas[0]
    while not await limits.take([ADA]):
        pass
    for number in range(100):
        await limits.take([Limit("login", f"192.0.2.1 flood-{number}", 3, 60.0)])
    assert await limits.take([ADA]) > 0
    clock.now += 3600
    for _ in range(64):
        await limits.take([Limit("address", "other", 1000, 0.001)])
    async with limits._engine.connect() as connection:
        rows = (await connection.execute(select(func.count()).select_from(AttemptCount))).scalar()
    assert rows is not None
    assert rows <= 1


async def test_one_address_cannot_use_up_an_accounts_limit(replicas, clock: Clock) -> None:
    """An attacker who never rests, for an hour, from one address."""
    for _ in range(60):
        while not await replicas[0].take(attempt_limits("ada", "203.0.113.9", None, known=False)):
            pass
        clock.now += 60
    elsewhere = attempt_limits("ada", "192.0.2.1", None, known=False)
    assert await replicas[0].take(elsewhere) == 0


async def test_a_known_browser_and_address_pass_whoever_attacks(replicas) -> None:
    for number in range(120):
        stranger = attempt_limits("ada", f"203.0.113.{number}", None, known=False)
        await replicas[0].take(stranger)
    assert await replicas[0].take(attempt_limits("ada", "new", None, known=False)) > 0
    assert await replicas[0].take(attempt_limits("ada", "192.0.2.1", None, known=True)) == 0
    assert await replicas[0].take(attempt_limits("ada", "203.0.113.1", "device", known=False)) == 0


async def test_a_clock_that_stood_ahead_locks_nobody_out(replicas, clock: Clock) -> None:
    right, clock.now = clock.now, clock.now + 10 * 365 * 86_400
    while not await replicas[0].take([ADA]):
        pass
    clock.now = right
    for _ in range(3):
        assert await replicas[1].take([ADA]) == 0
    assert await replicas[0].take([ADA]) == 60
    clock.now -= 5  # clocks of replicas differ by seconds: that forgives nothing
    assert await replicas[1].take([ADA]) == 65
