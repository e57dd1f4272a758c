"""`craton up`: console first, stack after; each survives the other; nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import httpx2
import psutil
import pytest

from backend.stack.status import ComponentState, read_status
from tests.processes import start
from tests.stackfixtures import REPOSITORY

T = TypeVar("T")
SMALL = {
    "CRATON_STACK_NODES": "2",
    "CRATON_STACK_PODS": "80",
    "CRATON_STACK_REAL_NODES": "0",
}

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900), pytest.mark.xdist_group("up")]


class Up:
    """A `craton up` of one's own."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home = home
        self.output = home / "up.log"
        home.mkdir(exist_ok=True)
        environment = {**os.environ, **SMALL, "CRATON_HOME": str(home), "CRATON_PORT": str(port)}
        with self.output.open("ab") as log:
            self.process = start(
                *(sys.executable, "-m", "backend", "up"),
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def url(self) -> str:
        found = re.findall(r"Craton is at (http://\S+)", self.said())
        return found[-1] if found else ""

    def states(self) -> dict[str, ComponentState]:
        status = read_status(self.home / "stack/status.json")
        if status is None or status.pid != self.process.pid:
            return {}
        return {component.name: component.state for component in status.components}

    def component_pids(self) -> dict[str, int | None]:
        status = read_status(self.home / "stack/status.json")
        return {c.name: c.pid for c in status.components} if status else {}

    def all_ready(self) -> bool:
        states = self.states()
        assert ComponentState.FAILED not in states.values(), states
        return bool(states) and set(states.values()) == {ComponentState.READY}

    def everything(self) -> list[psutil.Process]:
        """This process and all it started, as the operating system knows them."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]


def eventually(wanted: Callable[[], T], limit: float, what: str) -> T:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        try:
            if found := wanted():
                return found
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"not within {limit} s: {what}")


def healthy(url: str) -> bool:
    return httpx2.get(f"{url}/readyz", timeout=20).status_code == 200


@pytest.fixture
def running(tmp_path: Path) -> Iterator[list[Up]]:
    started: list[Up] = []
    yield started
    for up in started:
        if up.process.poll() is None:
            up.process.send_signal(signal.SIGINT)
            try:
                up.process.wait(60)
            except subprocess.TimeoutExpired:
                up.process.kill()
                up.process.wait()


def console_pid(up: Up) -> int:
    for process in up.everything():
        with suppress(psutil.Error):  # it may have ended since it was listed
            if {"backend", "serve"} <= set(process.cmdline()):
                return process.pid
    return 0


def test_life_of_an_installation(tmp_path: Path, running: list[Up]) -> None:
    home = tmp_path / "home"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        up = Up(home, port)
        running.append(up)
        url = eventually(up.url, 180, "the console says where it is")
        assert f"Port {port} is in use" in up.said()
        eventually(lambda: healthy(url), 60, "the console answers")
        eventually(lambda: "/setup#token=" in up.said(), 60, "the setup link is printed")

    eventually(up.all_ready, 200, "every component of the stack is ready")

    first, components = console_pid(up), up.component_pids()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: console_pid(up) not in {0, first}, 60, "the console was started again")
    eventually(lambda: healthy(url), 60, "it answers at the same address")
    assert up.component_pids() == components

    # A power cut for the supervisor alone: the kernel ends its children with it.
    everything = up.everything()
    up.process.kill()
    up.process.wait()
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert alive == []

    second = Up(home)
    running.append(second)
    url = eventually(second.url, 180, "the console says where it is, again")
    eventually(second.all_ready, 200, "the stack is ready, with its data")
    everything = second.everything()
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(60) == 0
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert alive == []
