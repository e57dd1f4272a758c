"""Which programs there are, which versions are good, and how each is built."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

Version = tuple[int, int, int]

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def parse_version(text: str) -> Version | None:
    """Find the first `1.2.3` in a text."""
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _same_minor(version: Version, pinned: Version) -> bool:
    return version[:2] == pinned[:2]


def _same_major_not_older(version: Version, pinned: Version) -> bool:
    return version[0] == pinned[0] and version[:2] >= pinned[:2]


def _within_one_minor(version: Version, pinned: Version) -> bool:
    """Kubernetes' rule for kubectl: one minor version older or newer."""
    return version[0] == pinned[0] and abs(version[1] - pinned[1]) <= 1


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    `module` names the folder below `gomod/` that pins it, `package` is the Go
    command, `stamps` are the `-X` settings that give it its version (Go
    modules carry none), `version_argv` prints it, `accepts` decides whether a
    version found on PATH will do. `cgo` needs a C compiler.
    """

    name: str
    module: str
    package: str
    version: str
    stamps: tuple[str, ...] = ()
    version_argv: tuple[str, ...] = ("--version",)
    accepts: Callable[[Version, Version], bool] = field(default=_same_minor)
    cgo: bool = False

    @property
    def pinned(self) -> Version:
        """The version as numbers."""
        parsed = parse_version(self.version)
        if parsed is None:
            raise ValueError(f"{self.name}: {self.version} is not a version")
        return parsed

    @property
    def module_folder(self) -> Path:
        """The folder with the pinned go.mod and go.sum."""
        return Path(str(files("backend.stack"))) / "gomod" / self.module

    def good(self, output: str) -> bool:
        """Tell whether what the program printed about its version will do."""
        found = parse_version(output)
        return found is not None and self.accepts(found, self.pinned)


KUBERNETES = "1.36.3"

_KUBERNETES_STAMPS = tuple(
    f"{package}.{name}={value}"
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for name, value in (
        ("gitVersion", f"v{KUBERNETES}"),
        ("gitMajor", KUBERNETES.split(".", maxsplit=1)[0]),
        ("gitMinor", KUBERNETES.split(".")[1]),
        ("gitTreeState", "clean"),
    )
)


def _kubernetes(name: str, module: str = "kubernetes") -> Program:
    return Program(name, module, f"k8s.io/kubernetes/cmd/{name}", KUBERNETES, _KUBERNETES_STAMPS)


ETCD = Program("etcd", "etcd", "go.etcd.io/etcd/server/v3", "3.7.3", accepts=_same_major_not_older)
ETCDCTL = Program(
    "etcdctl",
    "etcd",
    "go.etcd.io/etcd/etcdctl/v3",
    "3.7.3",
    version_argv=("version",),
    accepts=_same_major_not_older,
)
REGISTRY = Program(
    "registry",
    "registry",
    "github.com/distribution/distribution/v3/cmd/registry",
    "3.1.2",
    ("github.com/distribution/distribution/v3/version.version=v3.1.2",),
    accepts=_same_major_not_older,
)
KWOK = Program("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "0.8.0")
APISERVER = _kubernetes("kube-apiserver")
CONTROLLER_MANAGER = _kubernetes("kube-controller-manager")
SCHEDULER = _kubernetes("kube-scheduler")
KUBECTL = Program(
    "kubectl",
    "kubernetes",
    "k8s.io/kubernetes/cmd/kubectl",
    KUBERNETES,
    _KUBERNETES_STAMPS,
    ("version", "--client"),
    _within_one_minor,
)

CONTAINERD_VERSION = "2.4.2"


def _containerd(name: str, *version_argv: str) -> Program:
    library = "github.com/containerd/containerd/v2"
    stamps = (f"{library}/version.Version=v{CONTAINERD_VERSION}",)
    package = f"{library}/cmd/{name}"
    return Program(name, "containerd", package, CONTAINERD_VERSION, stamps, version_argv)


def _cni(name: str, kind: str) -> Program:
    library, version = "github.com/containernetworking/plugins", "1.9.1"
    stamps = (f"{library}/pkg/utils/buildversion.BuildVersion=v{version}",)
    # Asked for nothing, a plugin tells its version.
    return Program(name, "containerd", f"{library}/plugins/{kind}/{name}", version, stamps, ())


CONTAINERD = _containerd("containerd", "--version")
SHIM = _containerd("containerd-shim-runc-v2", "-v")
CTR = _containerd("ctr", "--version")
PTP = _cni("ptp", "main")
HOST_LOCAL = _cni("host-local", "ipam")
# A module of its own, with the same versions: what is added here rebuilds nothing there.
KUBELET = _kubernetes("kubelet", "kubelet")
FLANNELD = Program(
    "flanneld",
    "flannel",
    "github.com/flannel-io/flannel",
    "0.26.7",
    ("github.com/flannel-io/flannel/pkg/version.Version=v0.26.7",),
    cgo=True,
)
METRICS_SERVER = Program(
    "metrics-server",
    "metrics-server",
    "sigs.k8s.io/metrics-server/cmd/metrics-server",
    "0.9.0",
    ("k8s.io/client-go/pkg/version.gitVersion=v0.9.0",),
)

CORE = (ETCD, ETCDCTL, REGISTRY, KWOK, APISERVER, CONTROLLER_MANAGER, SCHEDULER, KUBECTL)
"""In the order they are built: what is usable soonest comes first."""
NODES = (KUBELET, CONTAINERD, SHIM, CTR, PTP, HOST_LOCAL, FLANNELD)
"""What a real node is made of besides Debian's runc; built after the rest."""
ALL = (*CORE, *NODES, METRICS_SERVER)
"""Where real nodes are possible. Nothing waits for what measures their pods: it is built last."""
