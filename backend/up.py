"""`craton up`: the local stack and the console, each alive on its own.

This process holds the listening socket and supervises two things: the stack (in this
process, whose components are processes of their own) and the console's server process. The
console can crash or be killed and comes back at the same address while the stack runs on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from rich.console import Console as Terminal
from rich.markup import escape

from backend.commerce.licence.demo import demo_licence
from backend.http.server import listen
from backend.settings import Settings
from backend.stack.options import StackOptions
from backend.stack.pki import Authority
from backend.stack.process import launch
from backend.stack.process.backoff import Restarts
from backend.stack.process.records import RecordFile, clean_leftovers
from backend.stack.stack import Stack
from backend.startcauses import cause_of_start
from backend.tlsfront import tls_front

__all__ = ["run_up"]

_STOP_SECONDS: Final = 15.0
_terminal: Final = Terminal(stderr=True, highlight=False)


async def run_up(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; the exit status. Everything started is stopped again."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = listen(settings.host, settings.port, _terminal.print)
    listener.listen(2048)
    port = listener.getsockname()[1]
    options = StackOptions.from_environment(f"http://127.0.0.1:{port}")
    front = AsyncExitStack()
    more = await front.enter_async_context(_for_kubectl(settings, port))
    more |= await asyncio.to_thread(demo_licence, settings)
    console = asyncio.create_task(_supervise(settings, listener, stop, more))
    stack = asyncio.create_task(Stack(settings.home, options).run(stop))
    try:
        done, _ = await asyncio.wait({console, stack}, return_when=asyncio.FIRST_EXCEPTION)
        failed = [task for task in done if task.exception()]
        for task in failed:
            cause = cause_of_start(task.exception() or RuntimeError(), settings)
            _terminal.print(f"[red]{escape(cause or str(task.exception()))}[/red]", soft_wrap=True)
        return 1 if failed or console.result() else 0
    finally:
        stop.set()
        await asyncio.gather(console, stack, return_exceptions=True)
        await front.aclose()
        listener.close()


@asynccontextmanager
async def _for_kubectl(settings: Settings, port: int) -> AsyncIterator[dict[str, str]]:
    """TLS in front of the console on this machine, unless it is at an https address anyway: what
    the console has to know of it, as environment. The port is the same at the next start."""
    if f"{settings.kubectl_url}{settings.public_url}".startswith("https:"):
        yield {}
        return
    folder = settings.home / "run" / "kubectl"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = await asyncio.to_thread(Authority, folder, "console")
    pair = await asyncio.to_thread(authority.issue, "console", hosts=["127.0.0.1", "localhost"])
    kept = folder / "port"
    wanted = int(kept.read_text()) if kept.exists() else 0
    async with AsyncExitStack() as opened:
        try:
            front = tls_front(port, pair.cert, pair.key, wanted)
            there = await opened.enter_async_context(front)
        except OSError:  # somebody else has it by now
            front = tls_front(port, pair.cert, pair.key)
            there = await opened.enter_async_context(front)
        kept.write_text(str(there))
        yield {
            "CRATON_KUBECTL_URL": f"https://127.0.0.1:{there}",
            "CRATON_KUBECTL_CA_FILE": str(authority.pair.cert),
        }


async def _supervise(
    settings: Settings, listener: socket.socket, stop: asyncio.Event, more: dict[str, str]
) -> int:
    """Keep the console's server process running until `stop`; its exit status when hopeless."""
    folder = settings.home / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    await asyncio.to_thread(clean_leftovers, folder)
    record, restarts = RecordFile(folder / "console.json"), Restarts(limit=20)
    while not stop.is_set():
        started = time.monotonic()
        process = await _start(listener.fileno(), more)
        record.write(process.pid)
        status = await _until_end(process, stop)
        record.remove()
        if stop.is_set():
            return 0
        delay = restarts.next_delay(time.monotonic() - started)
        if delay is None:
            _terminal.print(
                f"[red]The console ended {restarts.limit} times (status {status}).[/red]"
            )
            stop.set()
            return 1
        _terminal.print(f"The console ended (status {status}): starting it again.")
        await asyncio.sleep(delay)
    return 0


async def _start(listener: int, more: dict[str, str]) -> asyncio.subprocess.Process:
    craton = [sys.executable, "-m", "backend", "serve", "--fd", str(listener)]
    command = [sys.executable, "-I", "-S", str(Path(launch.__file__)), str(os.getpid()), *craton]
    return await asyncio.create_subprocess_exec(
        *command, pass_fds=(listener,), start_new_session=True, env=os.environ | more
    )


async def _until_end(process: asyncio.subprocess.Process, stop: asyncio.Event) -> int:
    """Wait for the process, or ask it to end when `stop` is set and kill it if it will not."""
    ended = asyncio.create_task(process.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not ended.done():
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await asyncio.shield(ended)
        except TimeoutError:
            process.kill()
    return await ended
