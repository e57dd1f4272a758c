"""Login limits hold under floods and forget after their time."""

from __future__ import annotations

from backend.identity.limits import AttemptLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_applies_after_the_last_allowed_failure() -> None:
    limit = AttemptLimit(3, 60, Clock())
    for _ in range(3):
        assert limit.wait_seconds("ada") == 0
        limit.failed("ada")
    assert 1 <= limit.wait_seconds("ada") <= 61


def test_other_keys_are_not_affected() -> None:
    limit = AttemptLimit(1, 60, Clock())
    limit.failed("ada")
    assert limit.wait_seconds("ada") > 0
    assert limit.wait_seconds("bob") == 0


def test_success_clears_the_count() -> None:
    limit = AttemptLimit(1, 60, Clock())
    limit.failed("ada")
    limit.succeeded("ada")
    assert limit.wait_seconds("ada") == 0


def test_the_wait_ends() -> None:
    clock = Clock()
    limit = AttemptLimit(1, 60, clock)
    limit.failed("ada")
    clock.now += limit.wait_seconds("ada") + 60
    assert limit.wait_seconds("ada") == 0


def test_a_flood_of_names_neither_evicts_a_counter_nor_grows_memory() -> None:
    limit = AttemptLimit(5, 60, Clock())
    for _ in range(5):
        limit.failed("ada")
    for number in range(20_000):
        limit.failed(f"flood-{number}")
    assert limit.wait_seconds("ada") > 0
    assert sum(len(slots) for slots in limit._windows.values()) <= 2 * 4096
