"""What the components share: folders, ports, authorities, options."""

import secrets
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from backend.stack.options import StackOptions
from backend.stack.paths import StackPaths
from backend.stack.pki import LOOPBACK, Authority, Pair
from backend.stack.ports import HOST
from backend.stack.programs.locate import LocatedProgram

MEMBERS = ("etcd-1", "etcd-2", "etcd-3")
KUBE_ETCD = "kubernetes-etcd"

FIXED_PORTS = {
    "etcd-1": 2379,
    "etcd-2": 22379,
    "etcd-3": 32379,
    "kube-apiserver": 6443,
    "registry": 5000,
}
"""Ports people know; the rest are derived from the data directory."""

DERIVED_PORTS = (
    *(f"{member}-peer" for member in MEMBERS),
    KUBE_ETCD,
    f"{KUBE_ETCD}-peer",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "metrics-server",
)

SERVICE_CIDR = "10.96.0.0/16"
SERVICE_IP = "10.96.0.1"


def preferred_ports(home: Path, *, known: bool = True) -> dict[str, int]:
    """Give the ports a stack of this data directory would like to have.

    `known` wants the ports people know; without it every port is derived, so that stacks
    side by side do not take each other's while a component restarts.

    The derived ones differ between data directories, so that two stacks that
    never ran together do not choose the same (etcd remembers its peer ports).
    """
    start = 12000 + zlib.crc32(str(home).encode()) % 1000 * 16
    names = (*DERIVED_PORTS, *FIXED_PORTS)
    derived = {name: start + offset for offset, name in enumerate(names)}
    return {**derived, **FIXED_PORTS} if known else derived


@dataclass(slots=True)
class Context:
    """Everything a component needs to know about the stack it belongs to."""

    paths: StackPaths
    options: StackOptions
    ports: dict[str, int]
    etcd_ca: Authority
    kube_etcd_ca: Authority
    kube_ca: Authority
    front_ca: Authority
    """Of the API server where it passes on what somebody asked of an API beside it."""
    located: dict[str, LocatedProgram] = field(default_factory=dict)
    """The programs found so far, by name."""

    @classmethod
    def create(cls, paths: StackPaths, options: StackOptions, ports: dict[str, int]) -> "Context":
        """Make the authorities (or load them) and put everything together."""
        return cls(
            paths,
            options,
            ports,
            Authority(paths.pki, "etcd"),
            Authority(paths.pki, "kubernetes-etcd"),
            Authority(paths.pki, "kubernetes"),
            Authority(paths.pki, "front-proxy"),
        )

    def url(self, name: str, scheme: str = "https") -> str:
        """Give the base URL of a server of the stack."""
        return f"{scheme}://{HOST}:{self.ports[name]}"

    def etcd_client(self) -> Pair:
        """Give the certificate the console and etcdctl use (no common name)."""
        return self.etcd_ca.issue("etcd-client", organisation="craton")

    def kube_client(self, name: str, user: str, group: str = "system:masters") -> Pair:
        """Give a client certificate for the API server."""
        return self.kube_ca.issue(name, common_name=user, organisation=group)

    def kubelet_client(self) -> Pair:
        """Give the certificate kubelets know the API server by."""
        return self.kube_client("kube-apiserver-kubelets", "craton:kube-apiserver")

    def kube_server(self, name: str, *more: str) -> Pair:
        """Give a server certificate of the Kubernetes authority."""
        return self.kube_ca.issue(name, common_name=name, hosts=(*LOOPBACK, *more))

    def cluster_token(self) -> str:
        """Give the token that keeps members of different stacks apart."""
        path = self.paths.conf / "etcd-token"
        if not path.exists():
            path.write_text(f"craton-{secrets.token_hex(4)}")
        return path.read_text()
