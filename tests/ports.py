"""Free ports on loopback. Each is held until all are chosen, so that no two are the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from backend.stack.ports import bind_any

__all__ = ["free_port", "free_ports", "held_port"]


@contextmanager
def held_port() -> Iterator[int]:
    """A free port that nobody else gets before the end of the block. No connection going out gets
    it either, then or later: a server that is killed can come back on it."""
    with socket.socket() as holder:
        yield bind_any(holder)


def free_ports(count: int) -> list[int]:
    """As many different free ports."""
    with ExitStack() as held:
        return [held.enter_context(held_port()) for _ in range(count)]


def free_port() -> int:
    """One."""
    return free_ports(1)[0]
