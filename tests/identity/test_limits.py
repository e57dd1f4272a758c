"""Limits of sign-in by provider (C19)."""

from __future__ import annotations

import time

from backend.identity.limits import AttemptLimits
from tests.console import ConsoleApp
from tests.identity.browser import sign_in
from tests.identity.provider import LyingProvider

STOPPED = time.time()


async def test_a_flood_is_limited_by_its_address_and_locks_nobody_else_out(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    believer.replace(AttemptLimits(believer.state.engine, clock=lambda: STOPPED))
    flood = believer.caller("192.0.2.9")
    statuses = [(await flood.post("/signin/sso", json={})).status_code for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2
    caller, _ = await sign_in(believer, provider)
    assert (await caller.get("/session")).status_code == 200
