"""A terminal between a page and a container that speaks the channel protocol, on short clocks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from backend.features.cluster.terminal.frames import Ended, Reason, encoded
from backend.features.cluster.terminal.session import (
    AHEAD,
    MESSAGES,
    PIECE,
    TYPED,
    Clocks,
    Terminal,
)
from backend.features.cluster.terminal.window import Window
from backend.live.closing import Close, CloseCode
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.channels import open_duplex
from integrations.kubernetes.settings import Limits
from tests.waiting import until

SHORT = Clocks(idle=1.0, longest=3.0, beat=0.2, silence=10.0, step=0.05)
LONG = Clocks(idle=60, longest=60, beat=60, silence=60, step=0.05)


class Page:
    """What comes from it is put into `coming`; None: it leaves."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.told: list[dict[str, Any]] = []
        self.shown = bytearray()
        self.messages = 0

    async def receive(self) -> str | bytes | None:
        return await self.coming.get()

    async def text(self, text: str) -> None:
        self.told.append(json.loads(text))

    async def binary(self, data: bytes) -> None:
        assert len(data) <= PIECE
        self.shown += data
        self.messages += 1

    def say(self, **frame: Any) -> None:
        self.coming.put_nowait(json.dumps(frame))

    def of(self, op: str) -> list[dict[str, Any]]:
        return [frame for frame in self.told if frame["op"] == op]


class Container:
    """The other end: echoes, floods or takes nothing."""

    def __init__(self, act: str) -> None:
        self.act = act
        self.typed = bytearray()
        self.sizes: list[dict[str, int]] = []

    async def run(self, socket: ServerConnection) -> None:
        if self.act == "deaf":
            socket.transport.pause_reading()
            await asyncio.sleep(2)
        while self.act == "flood":
            await socket.send(b"\x01" + b"x" * 32_768)
        while self.act == "drip":
            await socket.send(b"\x01" + b"drip\n")
            await asyncio.sleep(0)
        async for message in socket:
            assert isinstance(message, bytes)
            if message[0] == 0:
                self.typed += message[1:]
                await socket.send(b"\x01" + message[1:])
            elif message[0] == 4:
                self.sizes.append(json.loads(message[1:]))


@asynccontextmanager
async def opened(act: str, clocks: Clocks) -> AsyncIterator[tuple[Page, Container, Terminal]]:
    container = Container(act)
    async with serve(
        container.run, "127.0.0.1", 0, subprotocols=["v5.channel.k8s.io"], close_timeout=0.2
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        access = Access(f"http://127.0.0.1:{port}", StaticCredential(ClientCredential(token="own")))

        async def load() -> Access:
            return access

        api = ApiClient('Kubernetes "c"', load, Limits())
        page = Page()
        async with open_duplex(api, "/exec", [], as_=None) as duplex:
            yield page, container, Terminal(page, duplex, clocks)


def nothing() -> None:
    """Nobody is told that somebody typed."""


async def test_what_is_typed_is_shown_and_counted_and_the_page_leaves():
    touched = 0

    def touch() -> None:
        nonlocal touched
        touched += 1

    async with opened("echo", LONG) as (page, container, terminal):
        running = asyncio.create_task(terminal.run(touch))
        page.coming.put_nowait(b"ls\n")
        page.say(op="size", columns=101, rows=33)
        await until(lambda: bytes(page.shown) == b"ls\n" and container.sizes)
        assert container.sizes == [{"Width": 101, "Height": 33}]
        assert page.of("took") == [{"op": "took", "bytes": 3}]
        page.coming.put_nowait(None)
        assert await running == Ended(Reason.LEFT)
    assert (terminal.typed, terminal.shown, touched) == (3, 3, 1)


async def test_one_in_which_nothing_is_typed_ends_after_it_was_told():
    async with opened("echo", SHORT) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        await until(lambda: page.of("idle"))
        assert 0 < page.of("idle")[0]["seconds"] <= SHORT.idle / 2
        page.say(op="stay")
        await until(lambda: page.of("idle")[-1]["seconds"] is None)
        await until(lambda: len(page.of("idle")) == 3)
        page.coming.put_nowait(b"x")
        await until(lambda: len(page.of("idle")) == 4)
        assert await running == Ended(Reason.IDLE)
        assert len(page.of("beat")) >= 4


async def test_one_that_is_typed_into_all_the_time_ends_too():
    async with opened("echo", SHORT) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        while not running.done():
            page.coming.put_nowait(b"x")
            await asyncio.sleep(0.2)
        assert running.result() == Ended(Reason.EXPIRED)


async def test_a_page_that_does_not_answer_is_let_go():
    clocks = Clocks(idle=60, longest=60, beat=0.1, silence=0.5, step=0.05)
    async with opened("echo", clocks) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        for _ in range(8):
            page.say(op="here")
            await asyncio.sleep(0.1)
        assert not running.done()
        assert await running == Ended(Reason.SILENT)


async def test_a_flood_waits_until_the_page_has_drawn_it():
    async with opened("flood", LONG) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        await until(lambda: len(page.shown) >= AHEAD)
        await asyncio.sleep(0.3)
        assert len(page.shown) < AHEAD + PIECE
        page.say(op="taken", bytes=len(page.shown))
        await until(lambda: len(page.shown) >= 2 * AHEAD)
        page.say(op="taken", bytes=1 << 30)  # no more than was sent counts
        await until(lambda: len(page.shown) >= 3 * AHEAD)
        await asyncio.sleep(0.3)
        assert len(page.shown) < 3 * AHEAD + 2 * PIECE
        running.cancel()


async def test_small_pieces_are_sent_together_once_the_page_is_behind():
    """Each message is answered: of more than these the answers would be too many at once."""
    async with opened("drip", LONG) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        await until(lambda: page.messages == MESSAGES)
        await asyncio.sleep(0.5)
        assert page.messages == MESSAGES
        page.say(op="taken", bytes=len(page.shown))
        await until(lambda: page.messages == 2 * MESSAGES)
        assert len(page.shown) > 16_000  # what waited came in few messages
        assert page.shown == (b"drip\n" * len(page.shown))[: len(page.shown)]
        running.cancel()


async def test_what_a_container_does_not_take_is_bounded_and_the_page_is_heard_all_the_while():
    async with opened("deaf", LONG) as (page, _, terminal):
        running = asyncio.create_task(terminal.run(nothing))
        while not running.done():
            page.coming.put_nowait(b"x" * 16_000)
            await asyncio.sleep(0)
        with pytest.raises(Close) as shown_out:
            await running
        assert shown_out.value.code is CloseCode.TOO_MANY
        # The sockets' own buffers took what is not held here.
        assert terminal.typed < 16_000_000
    assert TYPED >= 64 * 1024


@pytest.mark.parametrize(
    "frame", ["", "[]", '{"op":"no"}', '{"op":"size","columns":0,"rows":1}', '{"op":"open"}']
)
async def test_a_broken_frame_ends_it(frame: str):
    async with opened("echo", LONG) as (page, _, terminal):
        page.coming.put_nowait(frame)
        with pytest.raises(Close) as shown_out:
            await terminal.run(nothing)
        assert shown_out.value.code is CloseCode.PROTOCOL


async def test_another_end_comes_first():
    async def over() -> Ended:
        await asyncio.sleep(0.1)
        return Ended(Reason.RIGHT)

    async with opened("flood", LONG) as (_, _, terminal):
        assert await terminal.run(nothing, over) == Ended(Reason.RIGHT)
    assert json.loads(encoded(Ended(Reason.EXITED, 7))) == {
        "op": "ended",
        "reason": "exited",
        "code": 7,
        "message": "",
    }


async def test_the_pace_of_a_window():
    window = Window(1_000_000, messages=64, per_second=100_000)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(10):
        await window.send(5_000)
    assert 0.25 < loop.time() - began < 3
