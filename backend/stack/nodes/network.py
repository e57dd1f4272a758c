"""The bridge between the real nodes: made at the start, taken away at the end."""

import fcntl
import ipaddress
import json
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.stack.errors import StackError
from backend.stack.nodes.allowed import tool
from backend.stack.nodes.plan import RANGE
from integrations.environment import minimal_environment

LOCK = Path("/run/lock/craton-nodes")
"""Held while a network is chosen: two stacks that start together do not choose the same."""
LIMIT = 20.0


def ip(*arguments: str) -> str:
    """Run `ip`; give what it printed. StackError tells why it did not work."""
    done = subprocess.run(  # noqa: S603 - a command line of ours
        [tool("ip") or "ip", *arguments],
        env=minimal_environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"ip {' '.join(arguments)}: {done.stderr.strip()[:200]}")
    return done.stdout


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _taken() -> list[ipaddress.IPv4Network]:
    """The networks this machine has an address in or a route to, default routes apart."""
    found = [
        f"{entry['local']}/{entry['prefixlen']}"
        for link in json.loads(ip("-json", "-4", "addr") or "[]")
        for entry in link.get("addr_info", ())
    ]
    routes = json.loads(ip("-json", "-4", "route") or "[]")
    found += [route["dst"] for route in routes if route["dst"] != "default"]
    return [ipaddress.IPv4Network(text, strict=False) for text in found]


def free_network(tag: str, taken: list[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    """Choose a network nobody here uses: always the same one for a tag while it is free."""
    choices = list(RANGE.subnets(new_prefix=24))
    start = zlib.crc32(tag.encode()) % len(choices)
    for choice in (*choices[start:], *choices[:start]):
        if not any(choice.overlaps(network) for network in taken):
            return choice
    raise StackError(f"Every network of {RANGE} is in use on this machine.")


def make_bridge(name: str, tag: str) -> ipaddress.IPv4Network:
    """Make the bridge with the first address of a free network; gives the network."""
    with _one_at_a_time():
        network = free_network(tag, _taken())
        ip("link", "add", "name", name, "type", "bridge")
        ip("addr", "add", f"{network[1]}/{network.prefixlen}", "dev", name)
    ip("link", "set", name, "up")
    return network


def _links(bridge: str) -> list[str]:
    """The bridge and every cable into it that there are, by their names."""
    names = [link["ifname"] for link in json.loads(ip("-json", "link") or "[]")]
    return [name for name in names if name == bridge or name.startswith(f"{bridge}-")]


def remove_links(bridge: str) -> list[str]:
    """Take away the bridge and every cable into it; gives those that were there."""
    found = _links(bridge)
    for name in found:
        # A cable goes by itself with the machine it leads to: perhaps just now.
        with suppress(StackError):
            ip("link", "del", "dev", name)
    if left := _links(bridge):
        raise StackError(f"{', '.join(left)} cannot be taken away; ip link del dev {left[0]}")
    return found
