"""The real servers, as they are started: a console, and the update service alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.consoleprocess import ConsoleProcess, launch_console
from tests.omaha_server import Server


@dataclass(frozen=True)
class Target:
    """A server under attack."""

    kind: str
    port: int
    pid: int
    log: Path

    @property
    def memory(self) -> int:
        """Resident bytes of the process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def console_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleProcess]:
    console = launch_console(tmp_path_factory.mktemp("console") / "home", None)
    yield console
    console.stop()


@pytest.fixture(scope="module")
def update_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("updates")
    server = Server(f"sqlite+aiosqlite:///{home / 'updates.db'}", home)
    asyncio.run(server.ready())
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["console", "updates"])
def target(request: pytest.FixtureRequest) -> Target:
    """Each of the two in turn."""
    if request.param == "updates":
        server: Server = request.getfixturevalue("update_server")
        return Target("updates", server.port, server.process.pid, server.log)
    console: ConsoleProcess = request.getfixturevalue("console_process")
    assert console.process is not None
    port = int(console.url.rsplit(":", 1)[-1])
    return Target("console", port, console.process.pid, console.log)
