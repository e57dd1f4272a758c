"""Several logs as one stream, interleaved by time; nothing is held but what a reader is behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, Final

from backend.features.cluster.logs.lines import Event, Line, Told
from backend.features.cluster.logs.source import Source, follow, read
from integrations.contract import IntegrationError

__all__ = ["KEEP_ALIVE", "followed", "once"]

_QUEUE: Final = 2_000
"""Lines that wait for the reader: then the containers' streams wait, too."""
_TOGETHER: Final = 0.05
"""Seconds in which lines of several containers are put into order."""
KEEP_ALIVE: Final = 15.0
"""Seconds of silence after which something is sent, so that no proxy takes it for dead."""

Item = Line | Told


async def once(sources: Sequence[Source]) -> AsyncGenerator[Item]:
    """What is there of all of them, by time. What one of them cannot give is an event."""
    parts = await asyncio.gather(*(_all(source) for source in sources))
    told = [item for part in parts for item in part if isinstance(item, Told)]
    lines = [item for part in parts for item in part if isinstance(item, Line)]
    for item in told:
        yield item
    # Stable: a piece of a long line, which has no time of its own, stays behind its beginning.
    for line in lines if len(sources) == 1 else _sorted(lines):
        yield line


def _sorted(lines: list[Line]) -> list[Line]:
    stamped: list[tuple[str, Line]] = []
    at = ""
    for line in lines:
        at = line.at or at
        stamped.append((at, line))
    return [line for _, line in sorted(stamped, key=lambda pair: pair[0])]


async def _all(source: Source) -> list[Item]:
    try:
        return [line async for line in read(source)]
    except IntegrationError as error:
        return [source.told(Event.WAITING, error.message)]


async def followed(
    sources: Sequence[Source], over: Callable[[], Coroutine[Any, Any, None]]
) -> AsyncGenerator[list[Item]]:
    """All of them as lines come, in batches by time; an empty batch after `KEEP_ALIVE` of silence.
    Ends when each has ended, and with the event `OVER` once `over` returns: then nothing that waits
    is told any more."""
    queue: asyncio.Queue[Item | None] = asyncio.Queue(_QUEUE)
    ending = asyncio.create_task(over())
    ending.add_done_callback(lambda _: _wake(queue))
    tasks = [asyncio.create_task(_pump(source, queue)) for source in sources]
    left = len(tasks)
    try:
        while left:
            batch, ended = await _batch(queue)
            if ending.done():
                yield [Told(Event.OVER)]
                return
            left -= ended
            yield batch
        await asyncio.gather(*tasks)
    finally:
        for task in (ending, *tasks):
            task.cancel()
        await asyncio.gather(ending, *tasks, return_exceptions=True)


def _wake(queue: asyncio.Queue[Item | None]) -> None:
    """Whoever waits for a line looks again; one that is full has nobody waiting."""
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(Told(Event.OVER))


async def _pump(source: Source, queue: asyncio.Queue[Item | None]) -> None:
    """Ends with None, but for a cancelled one: nobody reads the queue then, which may be full."""
    try:
        async with contextlib.aclosing(follow(source)) as items:
            async for item in items:
                await queue.put(item)
    except Exception:
        await queue.put(None)
        raise
    await queue.put(None)


async def _batch(queue: asyncio.Queue[Item | None]) -> tuple[list[Item], int]:
    try:
        async with asyncio.timeout(KEEP_ALIVE):
            first = await queue.get()
    except TimeoutError:
        return [], 0
    await asyncio.sleep(_TOGETHER)
    found = [first]
    while not queue.empty() and len(found) < _QUEUE:
        found.append(queue.get_nowait())
    items = [item for item in found if item is not None]
    return _in_order(items), len(found) - len(items)


def _in_order(items: list[Item]) -> list[Item]:
    """By time within the batch; what has none stays behind what it came after."""
    keyed: list[tuple[str, Item]] = []
    at: dict[tuple[str, str], str] = {}
    for item in items:
        whose = (item.pod, item.container)
        if isinstance(item, Line) and item.at:
            at[whose] = item.at
        keyed.append((at.get(whose, ""), item))
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]
