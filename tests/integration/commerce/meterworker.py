"""A console's collector in a process of its own, whose minutes pass in hundredths of a second."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from backend.commerce.metering.collector import EVERY, Collector
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.jobs import LeaseLost, Leases

TERM = 2
"""Seconds of the lease, so that nobody waits long for that of one that was killed."""


async def main(url: str, start: int, value: int) -> None:
    """Read `value` every minute from `start` on, for ever, and tell each minute that was read."""
    engine = create_engine(url)
    bus = Bus(engine)
    sessions = create_db_sessions(engine, bus)
    time = {"now": start}
    collector = Collector(
        sessions,
        Leases(sessions, bus),
        lambda: {("servers", ""): value},
        term=TERM,
        wall=lambda: time["now"],
    )
    await collector.recall()
    recording = asyncio.create_task(record(collector))
    while not recording.done():
        collector.look()
        sys.stdout.write(f"{time['now']}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.01)
        time["now"] += EVERY
    await recording


async def record(collector: Collector) -> None:
    """As the supervisor of a console does: when the lease is lost it is waited for again."""
    while True:
        with suppress(LeaseLost):
            await collector.record()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
