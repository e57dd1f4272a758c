"""Work in the database whose caller is cancelled, once or again, has ended when the caller has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.jobs import durable
from backend.jobs.durable import unbroken, within


def _in_time(work: Any) -> Any:
    return within(work, 600)


CALLS = [pytest.param(_in_time, id="within"), pytest.param(unbroken, id="unbroken")]


class Work:
    """Goes on until told, and takes a moment to end when it is broken off."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.ended = ""

    async def run(self) -> None:
        self.begun.set()
        try:
            await self.go.wait()
            self.ended = "finished"
        finally:
            await asyncio.sleep(0)
            self.ended = self.ended or "broken off"


@pytest.mark.parametrize("call", CALLS)
async def test_a_caller_cancelled_once_waits_for_it(call: Callable[[Any], Any]) -> None:
    work = Work()
    caller = asyncio.create_task(call(work.run()))
    await work.begun.wait()
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    work.go.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.ended == "finished"


@pytest.mark.parametrize("call", CALLS)
async def test_a_caller_cancelled_again_breaks_it_off(call: Callable[[Any], Any]) -> None:
    work = Work()
    caller = asyncio.create_task(call(work.run()))
    await work.begun.wait()
    for _ in range(2):
        caller.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.ended == "broken off"


@pytest.mark.parametrize("call", CALLS)
async def test_what_goes_on_for_too_long_is_broken_off(
    call: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "PATIENCE", 0.01)
    work = Work()
    caller = asyncio.create_task(call(work.run()))
    await work.begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.ended == "broken off"
