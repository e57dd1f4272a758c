"""Free ports on loopback. Each is held until all are chosen, so that no two are the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["free_ports", "held_port"]


@contextmanager
def held_port() -> Iterator[int]:
    """A free port that nobody else gets before the end of the block."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def free_ports(count: int) -> list[int]:
    """As many different free ports."""
    with ExitStack() as held:
        return [held.enter_context(held_port()) for _ in range(count)]
