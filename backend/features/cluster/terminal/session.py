"""One open terminal: what is typed goes there, what is shown comes back, until one of them ends."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol

from backend.features.cluster.terminal.frames import (
    Beat,
    Ended,
    Here,
    Idle,
    Open,
    Reason,
    Size,
    Stay,
    Taken,
    Took,
    ToPage,
    encoded,
    read_frame,
)
from backend.features.cluster.terminal.gathering import Gathering
from backend.features.cluster.terminal.window import Window
from backend.live.closing import Close, CloseCode
from integrations.contract import IntegrationError
from integrations.kubernetes.channels import Duplex, ExecChannel

__all__ = ["Clocks", "Page", "Terminal"]

PIECE: Final = 16 * 1024
"""Bytes of one message to the page: what is larger would be packed, which is no use here."""
AHEAD: Final = 256 * 1024
"""Bytes shown that the page has not drawn yet."""
MESSAGES: Final = 64
"""Messages of them, a quarter of what the server takes as answers that arrive together."""
GATHERED: Final = 4 * PIECE
"""Bytes that came of the container and wait to be sent."""
PER_SECOND: Final = 4 * 1024 * 1024
TYPED: Final = 128 * 1024
"""Bytes typed that the container has not taken yet; a page sends no more than half of it."""
_SHOWN: Final = frozenset({ExecChannel.STDOUT, ExecChannel.STDERR})


class Page(Protocol):
    """The other end of the socket."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None once it left."""

    async def text(self, text: str) -> None:
        """Send a text frame."""

    async def binary(self, data: bytes) -> None:
        """Send a binary frame."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """When a terminal ends by itself, in seconds: without typing, in any case, and without an
    answer of the page, which is asked every `beat`."""

    idle: float
    longest: float
    beat: float = 15.0
    silence: float = 50.0
    step: float = 1.0

    @property
    def warning(self) -> float:
        """So long before it ends for want of typing it is told."""
        return min(60.0, self.idle / 2)


class Terminal:
    """Runs between an open `page` and an open `container`. `touched` is told that somebody typed,
    `over` returns once they may not any more, `unwatched` once nothing would end the program."""

    def __init__(self, page: Page, container: Duplex, clocks: Clocks) -> None:
        self.typed = 0
        self._page = page
        self._container = container
        self._clocks = clocks
        self._began = self._active = self._heard = time.monotonic()
        self._warned = False
        self._output = Gathering(GATHERED)
        self._window = Window(AHEAD, MESSAGES, PER_SECOND)
        self._waiting: deque[bytes] = deque()
        self._held = 0
        self._more = asyncio.Event()
        self._size: Size | None = None

    @property
    def shown(self) -> int:
        """Bytes sent to the page."""
        return self._window.sent

    async def run(
        self, touched: Callable[[], None], *ends: Callable[[], Coroutine[Any, Any, Ended]]
    ) -> Ended:
        """Until the first of all ends; why. Raises `Close` for a page that breaks the protocol."""
        listening = asyncio.create_task(self._listen())
        own = (self._read(touched), self._show(listening), self._type(), self._keep_time())
        try:
            return await _first_end(*own, *(end() for end in ends))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _read(self, touched: Callable[[], None]) -> Ended:
        while (frame := await self._page.receive()) is not None:
            self._heard = time.monotonic()
            if isinstance(frame, bytes):
                touched()
                await self._stay()
                self._hold(frame)
            else:
                await self._told(frame, touched)
        return Ended(Reason.LEFT)

    async def _told(self, text: str, touched: Callable[[], None]) -> None:
        try:
            frame = read_frame(text)
        except ValueError as error:
            raise Close(CloseCode.PROTOCOL, str(error)) from error
        match frame:
            case Open():
                raise Close(CloseCode.PROTOCOL, "it is open already")
            case Size():
                self._size = frame
                self._more.set()
            case Taken():
                self._window.took(frame.bytes)
            case Stay():
                touched()
                await self._stay()
            case Here():
                pass

    def _hold(self, data: bytes) -> None:
        """Nothing waits for the container here: whether the page is still there has to be heard."""
        if not data:
            return  # it would wait for nothing, and not count
        self._held += len(data)
        if self._held > TYPED:
            raise Close(CloseCode.TOO_MANY, "more was typed than the container takes")
        self._waiting.append(data)
        self._more.set()

    async def _type(self) -> Ended:
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                if self._size is not None:
                    size, self._size = self._size, None
                    await self._container.resize(size.columns, size.rows)
                while self._waiting:
                    data = self._waiting.popleft()
                    await self._container.send(data)
                    self._held -= len(data)
                    self.typed += len(data)
                    await self._send(Took(len(data)))
        except IntegrationError as error:
            return await self._broken(error)

    async def _listen(self) -> Ended:
        """Gather what comes, until its end: what that was."""
        try:
            async for frame in self._container:
                if frame.channel in _SHOWN:
                    await self._output.put(frame.data)
        except IntegrationError as error:
            return Ended(Reason.BROKEN, message=error.message)
        finally:
            self._output.end()
        ended = self._container.ended
        code, message = (ended.code, ended.message) if ended else (None, "")
        return Ended(Reason.EXITED if code is not None else Reason.BROKEN, code, message)

    async def _show(self, listening: asyncio.Task[Ended]) -> Ended:
        while piece := await self._output.take(PIECE):
            await self._window.send(len(piece))
            await self._page.binary(piece)
        return await listening

    async def _broken(self, error: IntegrationError) -> Ended:
        """What is typed into an end that is being told of: that says more."""
        await asyncio.sleep(1)
        return Ended(Reason.BROKEN, message=error.message)

    async def _stay(self) -> None:
        self._active = time.monotonic()
        if self._warned:
            self._warned = False
            await self._send(Idle(None))

    async def _keep_time(self) -> Ended:
        clocks, beat = self._clocks, self._began
        while True:
            await asyncio.sleep(clocks.step)
            now = time.monotonic()
            if now - self._began >= clocks.longest:
                return Ended(Reason.EXPIRED)
            if now - self._heard >= clocks.silence:
                return Ended(Reason.SILENT)
            if now - beat >= clocks.beat:
                beat = now
                await self._send(Beat())
            left = clocks.idle - (now - self._active)
            if left <= 0:
                return Ended(Reason.IDLE)
            if left <= clocks.warning and not self._warned:
                self._warned = True
                await self._send(Idle(left))

    async def _send(self, frame: ToPage) -> None:
        await self._page.text(encoded(frame))


async def _first_end(*jobs: Awaitable[Ended]) -> Ended:
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
