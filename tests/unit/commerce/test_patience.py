"""A call that hangs is waited for only so long, and is not made twice."""

from __future__ import annotations

import threading

import pytest

from backend.commerce.licence.patience import Patient


async def test_a_call_that_hangs_is_left_and_not_made_again_until_it_ended() -> None:
    calls, go = [], threading.Event()

    def hang() -> int:
        calls.append(1)
        go.wait(10)
        return len(calls)

    ask: Patient[int] = Patient(0.1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await ask(hang)
    assert len(calls) == 1
    go.set()
    assert await Patient[int](5)(lambda: 7) == 7
    ask._seconds = 5
    assert await ask(hang) == 1
    assert await ask(hang) == 2


async def test_what_the_call_raises_is_raised_where_it_is_waited_for() -> None:
    ask: Patient[int] = Patient()

    def broken() -> int:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await ask(broken)
    assert await ask(lambda: 1) == 1
