"""Names and addresses of the real nodes of one stack.

They are derived from the data directory, so that two stacks on one machine do not meet, and
anything found under one of these names is this stack's.
"""

import ipaddress
import zlib
from dataclasses import dataclass
from pathlib import Path

from backend.stack.paths import StackPaths

RANGE = ipaddress.IPv4Network("198.18.0.0/15")
"""Set aside for tests between networks (RFC 2544): no machine has such an address by itself."""
POD_NETWORK = ipaddress.IPv4Network("10.244.0.0/16")
LABEL = "real.craton/node"
"""Label and taint of every real node: what is simulated never lands there."""


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One real node."""

    number: int
    tag: str
    address: str
    data: Path
    conf: Path

    @property
    def name(self) -> str:
        """What it is called in Kubernetes, and its host name."""
        return f"real-{self.number}"

    @property
    def cable(self) -> str:
        """The end of its cable that is plugged into the bridge; the other is its eth0."""
        return f"cr-{self.tag}-{self.number}"

    @property
    def cgroup(self) -> str:
        """The control group all its containers are in."""
        return f"/craton-{self.tag}/{self.number}"

    @property
    def pod_network(self) -> str:
        """The addresses of its pods."""
        return str(list(POD_NETWORK.subnets(new_prefix=24))[self.number])

    @property
    def var(self) -> Path:
        """What the machine has as /var: all that outlives its boots."""
        return self.data / "var"

    @property
    def machine(self) -> Path:
        """What `machine.py` is told of it."""
        return self.conf / f"{self.name}.json"

    @property
    def pid_file(self) -> Path:
        """Holds the process id of its init while it is up."""
        return self.conf / f"{self.name}.pid"


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The real nodes of one stack and the bridge between them."""

    tag: str
    network: ipaddress.IPv4Network
    nodes: tuple[NodePlan, ...]

    @property
    def bridge(self) -> str:
        """The bridge's name (at most 15 characters)."""
        return f"cr-{self.tag}"

    @property
    def gateway(self) -> str:
        """The bridge's own address."""
        return str(self.network[1])


def tag_of(home: Path) -> str:
    """Give what names of this data directory's nodes contain."""
    return f"{zlib.crc32(str(home).encode()):08x}"


def lay_out(paths: StackPaths, tag: str, network: ipaddress.IPv4Network, count: int) -> FleetPlan:
    """Plan `count` nodes of one stack in a network."""
    nodes = (
        NodePlan(number, tag, str(network[10 + number]), paths.data(f"real-{number}"), paths.conf)
        for number in range(1, count + 1)
    )
    return FleetPlan(tag, network, tuple(nodes))
