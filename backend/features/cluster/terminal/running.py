"""A program in a container with its watchman: started, joined with the page, ended for certain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Final

from backend.errors import Conflict, UpstreamBroken, UpstreamTimeout
from backend.features.cluster.standing import Standing
from backend.features.cluster.terminal.containers import ended_with
from backend.features.cluster.terminal.frames import Ended, Reason
from backend.features.cluster.terminal.session import Terminal
from backend.features.cluster.terminal.wrapping import BEAT, READY, new_mark, program, watchman
from integrations.contract import IntegrationError, NotFound
from integrations.kubernetes import KINDS
from integrations.kubernetes.channels import Duplex, ExecChannel, open_duplex

__all__ = ["NoShell", "Place", "Started", "joined", "started"]

_START_SECONDS: Final = 10.0
_END_SECONDS: Final = 5.0
_BEATS: Final = (0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Seconds between the first: by then the program runs, and the watchman knows it. Early ones, for a
program whose first process is killed before it is known leaves the others."""
_BEAT_SECONDS: Final = 30.0
_LOOKS: Final = 12
_LOOK: Final = 0.5
_KILLED: Final = 137
_NO_PROGRAM: Final = ("executable file not found", "no such file or directory")


class NoShell(Conflict):
    """409: the image has no shell, and without one nothing ends what is started."""

    slug, title = "no-shell", "This container has no shell"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the pod as it was read, whose container, and who asks."""

    standing: Standing
    pod: dict[str, Any]
    container: str

    @property
    def name(self) -> str:
        """The pod's."""
        return str(self.pod["metadata"]["name"])

    @property
    def uid(self) -> str:
        """The pod's own, which another one of its name has not."""
        return str(self.pod["metadata"]["uid"])

    def open(self, params: list[tuple[str, str]]) -> Any:
        """A process in it."""
        standing = self.standing
        client = standing.connection.client
        path = client.object_path(KINDS["pods"], standing.namespace, self.name)
        return open_duplex(client.api, f"{path}/exec", params, as_=standing.as_)


class _Watchman:
    """The process that ends the program; see `wrapping`."""

    def __init__(self, socket: Duplex) -> None:
        self._socket = socket
        self._ready = asyncio.Event()
        self.lines = b""
        self._reading = asyncio.create_task(self._read())

    async def ready(self, container: str) -> None:
        """Return once it watches. `NoShell` where it could not be started for that."""
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait(
            {waiting, self._reading},
            timeout=_START_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiting.cancel()
        if self._ready.is_set():
            return
        if not self._reading.done():
            raise UpstreamTimeout(
                f"The container {container} did not start a shell in {_START_SECONDS:.0f} seconds: "
                "its machine may be busy. Try again."
            )
        self._reading.result()
        told = self._socket.ended.message if self._socket.ended else ""
        told = told or self.lines.decode(errors="replace")[:300]
        if any(words in told for words in _NO_PROGRAM):
            raise NoShell(
                f"The image of the container {container} has no shell (sh), so no terminal opens "
                "in it. `kubectl debug --target` starts a container with one beside it, which can "
                "be chosen here."
            )
        raise UpstreamBroken(f"No shell could be started in the container {container}: {told}")

    async def gone(self) -> Ended:
        """Returns once it ended by itself: with the container, or killed. What the program's own
        end says comes first."""
        with suppress(IntegrationError):
            await asyncio.shield(self._reading)
        await asyncio.sleep(2 * _LOOK)
        text = "the process that would end it with this page was ended"
        return Ended(Reason.BROKEN, message=text)

    async def beats(self) -> None:
        """Have it look at what it guards, and keep its connection from being taken for idle."""
        with suppress(IntegrationError):
            for wait in chain(_BEATS, repeat(_BEAT_SECONDS)):
                await asyncio.sleep(wait)
                await self._socket.send(BEAT)

    async def finish(self) -> bool:
        """Have it end the program; whether it said that nothing is left."""
        with suppress(IntegrationError, TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                if await self._socket.close_stdin():
                    await asyncio.shield(self._reading)
        ended = self._socket.ended
        return ended is not None and ended.code == 0

    async def stop(self) -> None:
        """Read it no more."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.channel in {ExecChannel.STDOUT, ExecChannel.STDERR}:
                self.lines = (self.lines + frame.data)[-4096:]
                if self.lines.startswith(READY):
                    self._ready.set()


@dataclass(slots=True)
class Started:
    """Both processes. `clean`: nothing is left of the program, as far as is known."""

    program: Duplex
    watchman: _Watchman
    clean: bool = False


@asynccontextmanager
async def started(place: Place, command: Sequence[str]) -> AsyncIterator[Started]:
    """The watchman first, then the program; at the end of the block the program is ended."""
    mark = new_mark()
    async with place.open(watchman(place.container, mark)) as socket:
        guard = _Watchman(socket)
        try:
            await guard.ready(place.container)
            async with place.open(program(place.container, mark, command)) as running:
                both = Started(running, guard)
                try:
                    yield both
                finally:
                    both.clean = await guard.finish()
        finally:
            await guard.stop()


async def joined(
    terminal: Terminal, both: Started, place: Place, touched: Callable[[], None]
) -> Ended:
    """Until it ends; why, as well as is known."""

    async def may_not() -> Ended:
        await place.standing.over()
        return Ended(Reason.RIGHT)

    beats = asyncio.create_task(both.watchman.beats())
    try:
        ended = await terminal.run(touched, may_not, both.watchman.gone)
    finally:
        beats.cancel()
    if ended.reason is Reason.BROKEN or (ended.reason is Reason.EXITED and ended.code == _KILLED):
        return await _explained(ended, place)
    return ended


async def _explained(ended: Ended, place: Place) -> Ended:
    """A program that was killed, or a connection that broke: by the pod's or the container's end?
    The kubelet tells of those a moment later."""
    for turn in range(_LOOKS):
        if turn:
            await asyncio.sleep(_LOOK)
        try:
            now = await _pod(place)
        except NotFound:
            return Ended(Reason.GONE)
        except IntegrationError:
            return ended
        meta = now["metadata"]
        if meta.get("uid") != place.uid or meta.get("deletionTimestamp"):
            return Ended(Reason.GONE)
        code = ended_with(now, place.container, place.pod)
        if code is not None:
            return Ended(Reason.CONTAINER, code)
    return ended


async def _pod(place: Place) -> dict[str, Any]:
    standing = place.standing
    client = standing.connection.client
    whole = await client.read(KINDS["pods"], standing.namespace, place.name, as_=standing.as_)
    return whole.raw
