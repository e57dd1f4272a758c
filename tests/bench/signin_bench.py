"""How long the console answers others while 200 people send wrong passwords at once.

`python -m tests.bench.signin_bench [--logins 200] [--rounds 3]`: a real console with its default
database, wrong sign-ins for different accounts, all at once, over as many connections; beside
them a signed-in person who asks for their session and a list, again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import httpx2

from tests.consoleprocess import OWNER, ConsoleProcess, launch_console

PATHS = ("/session", "/collections/users?limit=10")
QUIET_SECONDS = 3.0


def main() -> None:
    """Run and print one line for the quiet console and one for each round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--logins", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        console = launch_console(Path(folder) / "home", None)
        try:
            asyncio.run(_measure(console, arguments.logins, arguments.rounds))
        finally:
            console.stop()


async def _measure(console: ConsoleProcess, logins: int, rounds: int) -> None:
    base = f"{console.url}/api/v1"
    headers = _headers(console.url)
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=60) as owner:
        body = {"login": OWNER, "password": console.password}
        assert (await owner.post("/session", json=body)).status_code == 200
        _tell("quiet", await _beside(owner, asyncio.sleep(QUIET_SECONDS)))
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
            loop = asyncio.get_running_loop()
            for number in range(rounds):
                sent = loop.run_in_executor(apart, flood, console.url, f"round{number}", logins)
                _tell(f"{logins} wrong passwords", await _beside(owner, sent))
                print("  answers", dict(await sent))


def flood(url: str, name: str, logins: int) -> Counter[int]:
    """Send the wrong passwords; in a process of its own, so that what the owner waits for is the
    console and not the sender of 200 requests."""
    return asyncio.run(_flood(url, name, logins))


async def _flood(url: str, name: str, logins: int) -> Counter[int]:
    limits = httpx2.Limits(max_connections=logins)
    base = f"{url}/api/v1"
    headers = _headers(url)
    async with httpx2.AsyncClient(
        base_url=base, headers=headers, timeout=60, limits=limits
    ) as strangers:

        async def one(number: int) -> int:
            body = {"login": f"{name}-{number}", "password": "a wrong password"}
            return (await strangers.post("/session", json=body)).status_code

        return Counter(await asyncio.gather(*(one(number) for number in range(logins))))


def _headers(url: str) -> dict[str, str]:
    return {"x-craton-request": "1", "origin": url}


async def _beside(owner: httpx2.AsyncClient, work: Awaitable[Any]) -> list[float]:
    """Milliseconds of the owner's requests while `work` goes on."""
    task = asyncio.ensure_future(work)
    took: list[float] = []
    while not task.done():
        for path in PATHS:
            started = time.perf_counter()
            assert (await owner.get(path)).status_code == 200
            took.append((time.perf_counter() - started) * 1000)
    await task
    return took


def _tell(what: str, took: list[float]) -> None:
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"{what:22} n={len(took):5}  p50 {p50:6.1f}  p99 {p99:6.1f}  max {took[-1]:6.1f} ms")


if __name__ == "__main__":
    main()
