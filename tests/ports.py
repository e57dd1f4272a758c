"""Free ports on loopback. Each is held until all are chosen, so that no two are the same; and none
is given twice in a whole test run, whose workers choose at the same time: between the choice and
the start of its server a port is free for anybody."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend.stack import ports
from tests.processes import controller

__all__ = ["free_port", "free_ports", "given", "held_port", "share_ports"]

_bind_any = ports.bind_any


def given() -> Path:
    """The folder with a file for each port that was given in this test run."""
    return Path(tempfile.gettempdir()) / f"craton-ports-{os.getuid()}-{controller()}"


def share_ports() -> None:
    """Let a local stack of this process choose its ports as tests do."""
    ports.bind_any = _bind_unshared


def _bind_unshared(probe: socket.socket) -> int:
    """Take a free port for `probe` that nobody of this test run was given before; its number."""
    refused = []
    try:
        while True:
            trial = socket.socket()
            refused.append(trial)
            port = _bind_any(trial)
            if _is_new(port):
                trial.close()
                probe.bind((ports.HOST, port))
                return port
    finally:
        for trial in refused:
            trial.close()


def _is_new(port: int) -> bool:
    folder = given()
    folder.mkdir(exist_ok=True)
    try:
        (folder / str(port)).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@contextmanager
def held_port() -> Iterator[int]:
    """A free port that nobody else gets before the end of the block. No connection going out gets
    it either, then or later: a server that is killed can come back on it."""
    with socket.socket() as holder:
        yield _bind_unshared(holder)


def free_ports(count: int) -> list[int]:
    """As many different free ports."""
    with ExitStack() as held:
        return [held.enter_context(held_port()) for _ in range(count)]


def free_port() -> int:
    """One."""
    return free_ports(1)[0]
