"""The console's own background loops, beside those that features declare."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from backend.db.notice import Notice
from backend.identity.epoch import TOPIC
from backend.jobs import Loop
from backend.jobs.durable import unbroken
from backend.live.hub import LiveHub
from backend.state import Console

__all__ = ["console_loops", "flush_counted"]

_RECONCILE_SECONDS: Final = 0.5
_ELSEWHERE_SECONDS: Final = 1.0
_SWEEP_SECONDS: Final = 60.0


def console_loops(console: Console, hub: LiveHub) -> list[Loop]:
    """Change notices, rights, connections, refusals to record, sessions that are over."""
    every = _ELSEWHERE_SECONDS
    looks = Loop("elsewhere", partial(_look_elsewhere, console), every=every, delay=every)
    return [
        Loop("bus", console.bus.run) if console.bus.shared else looks,
        Loop("policy", partial(_follow_policy, console, hub)),
        Loop("connections", console.connections.reconcile, every=_RECONCILE_SECONDS),
        # Housekeeping: a console that starts has better things to do.
        Loop(
            "counted", partial(flush_counted, console), every=_SWEEP_SECONDS, delay=_SWEEP_SECONDS
        ),
        Loop("sessions", console.identities.sweep, every=_SWEEP_SECONDS, delay=_SWEEP_SECONDS),
    ]


async def flush_counted(console: Console) -> None:
    """Record the numbers of what was only counted."""
    await console.refusals.flush()
    await console.exports.flush()


async def _look_elsewhere(console: Console) -> None:
    """On SQLite no notice comes from another program: rights that a command line changed (`craton
    break-glass`) hold here within two seconds all the same."""
    if await console.identities.overtaken():
        console.bus.look_again()


async def _follow_policy(console: Console, hub: LiveHub) -> None:
    """Rights or sessions changed, here or at another replica: the principals concerned are
    compiled anew and every open socket is asked again at once."""
    missed = asyncio.Event()

    def heard(notice: Notice) -> None:
        console.identities.heard(notice.keys)
        if notice.keys is None:
            missed.set()
        hub.recheck()

    stop = console.bus.subscribe(TOPIC, heard)
    try:
        while True:
            await unbroken(console.identities.refresh())
            hub.recheck()
            await missed.wait()
            missed.clear()
    finally:
        stop()
