"""A real etcd cluster of a test's own that a console is connected to, for tests that await nothing.

Before each member stands a gate: it passes everything on, and holds the requests that a test
wants held, so that something can be done in the midst of them.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from tests.contract.etcd.real import RealCluster
from tests.ports import free_ports

__all__ = ["OwnEtcd", "own_etcd"]

T = TypeVar("T")


class Gate:
    """A door to one member. `hold` is a part of the requests that wait until it is emptied; those
    with `unheard` in them are passed on, `asked` times so far, and their answers are not. Of a
    snapshot no more than `cut` bytes are let through, and the byte at `flip` is another."""

    def __init__(self, port: int, member: int) -> None:
        self.port = port
        self.hold = b""
        self.held = 0
        self.unheard = b""
        self.asked = 0
        self.cut = 0
        self.flip = 0
        self._member = member
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        back: asyncio.StreamWriter | None = None
        with suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection("127.0.0.1", self._member)
            mute = asyncio.Event()
            await asyncio.gather(
                self._pipe(reader, back, mute), self._pipe(there, writer, mute, gated=False)
            )
        for one in filter(None, (writer, back)):
            one.close()
        self._serving.discard(task)

    async def _pipe(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        mute: asyncio.Event,
        *,
        gated: bool = True,
    ) -> None:
        passed = 0
        while data := await reader.read(65536):
            if not gated and (self.cut or self.flip):
                passed, data = self._spoiled(passed, data)
            if gated and self.hold and self.hold in data:
                self.held += 1
                while self.hold and self.hold in data:
                    await asyncio.sleep(0.02)
            unheard = gated and self.unheard and self.unheard in data
            if unheard:
                mute.set()
            elif not gated and mute.is_set():
                continue
            writer.write(data)
            await writer.drain()
            if unheard:
                self.asked += 1
                # The body may come after the head: without it nothing is asked.
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.3):
                        writer.write(await reader.read(64 * 1024))
                        await writer.drain()
                await asyncio.sleep(1.0)  # it does meanwhile what it was asked
                raise ConnectionResetError
        writer.close()

    def _spoiled(self, passed: int, data: bytes) -> tuple[int, bytes]:
        """Large answers alone: what is small is no snapshot."""
        ends = passed + len(data)
        if self.cut and ends > self.cut:
            raise ConnectionResetError
        at = self.flip - passed
        if self.flip and 0 <= at < len(data):
            other = b"B" if data[at : at + 1] == b"A" else b"A"
            data = data[:at] + other + data[at + 1 :]
        return ends, data


class OwnEtcd:
    """The cluster, its gates, and hands to touch it from outside."""

    def __init__(self, folder: Path, size: int, args: tuple[str, ...]) -> None:
        self.changes = "allowed"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.cluster = RealCluster(folder, size, tls=False, args=args)
        self.gates = [
            Gate(port, member)
            for port, member in zip(free_ports(size), self.cluster._client, strict=True)
        ]

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """What it gives."""
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(180)

    def start(self) -> None:
        self.run(self.cluster.start())
        for gate in self.gates:
            self.run(gate.open())

    def stop(self) -> None:
        for gate in self.gates:
            self.run(gate.close())
        self.run(self.cluster.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def endpoints(self) -> list[str]:
        """The gates, as the console is connected."""
        return [f"http://127.0.0.1:{gate.port}" for gate in self.gates]

    @property
    def environment(self) -> dict[str, str]:
        """Of a console that is connected to it as ``own``."""
        return {
            "CRATON_ETCD": json.dumps(
                [{"name": "own", "endpoints": self.endpoints, "changes": self.changes}]
            )
        }

    def ctl(self, *words: str) -> str:
        """What etcdctl prints."""
        return self.run(self.cluster.ctl(*words))

    def statuses(self) -> list[dict[str, Any]]:
        """Of each member that runs, in their order."""
        found = json.loads(self.ctl("endpoint", "status", "-w", "json"))
        order = {url: number for number, url in enumerate(self.cluster.endpoints)}
        found.sort(key=lambda one: order[one["Endpoint"]])
        return [one["Status"] for one in found]

    def leader(self) -> int:
        """The number of the member that leads."""
        return self.run(self.cluster.leader())

    def holes(self, count: int = 24) -> None:
        """Leave history behind that is compacted: files with room in them."""

        async def write() -> None:
            for number in range(count):
                await self.cluster.put(b"/holes/%d" % (number % 3), b"x" * 100_000)
            await self.cluster.compact()

        self.run(write())


@contextmanager
def own_etcd(folder: Path, size: int = 3, args: tuple[str, ...] = ()) -> Iterator[OwnEtcd]:
    """A running cluster, ended after."""
    folder.mkdir(parents=True, exist_ok=True)
    made = OwnEtcd(folder, size, args)
    made.start()
    try:
        yield made
    finally:
        made.stop()
