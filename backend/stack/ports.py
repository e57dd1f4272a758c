"""Ports on loopback: a preferred one, else a free one, remembered across starts."""

import json
import random
import socket
from contextlib import ExitStack
from pathlib import Path

from backend.stack.files import write_atomic

HOST = "127.0.0.1"
LOWEST = 10_240
"""Below it are the ports that services are known by."""
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""Where Linux says from which ports it takes one for a connection going out."""
ATTEMPTS = 100


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return _bind(probe, port)


def _bind(probe: socket.socket, port: int) -> bool:
    # Without the option, connections that ended a moment ago would make our own port look taken.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
        probe.listen(1)
    except OSError:
        return False
    return True


def bind_any(probe: socket.socket) -> int:
    """Take a free port for `probe`; give its number.

    One that no connection going out is given, where the system tells which: such a connection
    would keep a server that ended from coming back on its port.
    """
    try:
        highest = int(OUTGOING.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        highest = LOWEST
    if highest - LOWEST > ATTEMPTS:
        for port in random.sample(range(LOWEST, highest), ATTEMPTS):
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    probe.bind((HOST, 0))
    return int(probe.getsockname()[1])


class PortBook:
    """Chooses a port for every name at once, so that no two get the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.moved: dict[str, tuple[int, int]] = {}
        """Names whose wanted port was taken: (wanted, chosen)."""

    def _remembered(self) -> dict[str, int]:
        try:
            content = json.loads(self._path.read_text())
            return {str(name): int(port) for name, port in content.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def wanted(self, preferred: dict[str, int]) -> dict[str, int]:
        """Give the port each name had last time, else the preferred one."""
        remembered = self._remembered()
        return {name: remembered.get(name, port) for name, port in preferred.items()}

    def choose(self, preferred: dict[str, int]) -> dict[str, int]:
        """Give a free port for each name: last time's, else the preferred, else any.

        The sockets are held until all are chosen. `moved` says which names did
        not get the port they had or preferred.
        """
        wanted = self.wanted(preferred)
        chosen: dict[str, int] = {}
        with ExitStack() as held:
            for name in preferred:
                probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                if not wanted[name]:
                    bind_any(probe)
                elif not _bind(probe, wanted[name]):
                    probe.close()
                    probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                    bind_any(probe)
                chosen[name] = int(probe.getsockname()[1])
        self.moved = {
            name: (wanted[name], port) for name, port in chosen.items() if wanted[name] != port
        }
        write_atomic(self._path, json.dumps({**self._remembered(), **chosen}, indent=1))
        return chosen
