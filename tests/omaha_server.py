"""A real update service in its own process, which tests may kill."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from tests.ports import free_port
from tests.processes import start

ROOT = Path(__file__).parent.parent
RUN = (
    "from backend.settings import Settings;"
    "from backend.omaha.operate.standalone import run_updates;"
    "import sys; run_updates(Settings(), workers=int(sys.argv[1]))"
)
START_SECONDS = 120
"""A busy machine takes long to import everything."""


class Server:
    """`craton updates serve` over `url` on a loopback port."""

    def __init__(self, url: str, home: Path, *, workers: int = 1) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "CRATON_DATABASE_URL": url,
            "CRATON_HOME": str(home),
            "CRATON_PORT": str(self.port),
            "CRATON_LOG_LEVEL": "warning",
            "CRATON_UPDATE_DEFAULTS": "false",
        }
        self.log = home / f"server-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = start(
                *(sys.executable, "-c", RUN, str(workers)),
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    async def ready(self) -> Server:
        async with httpx2.AsyncClient() as client:
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                assert self.process.poll() is None, self.log.read_text()
                try:
                    answer = await client.get(f"{self.base}/healthz")
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code == 200:
                    return self
                await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(90)
            except subprocess.TimeoutExpired:
                self.kill()
