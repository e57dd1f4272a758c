"""How the servers of a real node are run: files for the machine's /var, command lines, checks."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import psutil
import yaml

from backend.stack.components.checks import answers_ok, tls
from backend.stack.components.context import Context
from backend.stack.files import write_atomic
from backend.stack.kubeconfig import write_kubeconfig
from backend.stack.nodes import gateway as gateway_script
from backend.stack.nodes import machine as machine_script
from backend.stack.nodes.allowed import tool
from backend.stack.nodes.containerd import configuration, registry_hosts
from backend.stack.nodes.demo_images import PAUSE
from backend.stack.nodes.groups import make_group
from backend.stack.nodes.plan import LABEL, POD_NETWORK, FleetPlan, NodePlan
from backend.stack.ports import HOST
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.spec import NODES
from backend.stack.seed.nodes import machine_id

KUBELET_PORT: Final = 10250
FLANNEL_HEALTH_PORT: Final = 8471
_BIN: Final = "/run/bin"
_SOCKET: Final = "/run/containerd/containerd.sock"
_SUBNET: Final = "lib/flannel/subnet.env"
_FOLDERS: Final = (
    "lib/containerd", "lib/kubelet", "lib/cni/net.d", "lib/flannel", "log/pods", "log/containers",
    "tmp",
)  # fmt: skip
_PYTHON: Final = (sys.executable, "-I", "-S")


def gateway_socket(plan: FleetPlan) -> str:
    """The abstract socket on which the gateway says that it works."""
    return f"craton-{plan.tag}-gateway"


def gateway(context: Context, plan: FleetPlan) -> ProcessSpec:
    """Describe what leads from the bridge to the API server and the registry."""
    ports = [str(context.ports[name]) for name in ("kube-apiserver", "registry")]
    name = gateway_socket(plan)

    async def check() -> bool:
        reader, writer = await asyncio.open_unix_connection(f"\0{name}")
        try:
            return await reader.read(2) == b"ok"
        finally:
            writer.close()

    argv = [*_PYTHON, gateway_script.__file__, name, plan.bridge, plan.gateway, *ports]
    return ProcessSpec("node-gateway", argv, context.paths.logs / "node-gateway.log", check)


def machine(context: Context, fleet: FleetPlan, node: NodePlan) -> ProcessSpec:
    """Describe the machine itself; ready when its init has set it up."""
    group = make_group(node.cgroup)
    for folder in _FOLDERS:
        (node.var / folder).mkdir(parents=True, exist_ok=True)
    if not (node.var / "run").is_symlink():
        (node.var / "run").symlink_to("/run")
    identity = node.conf / f"{node.name}.machine-id"
    write_atomic(identity, machine_id(f"{node.tag}-{node.name}") + "\n", 0o644)
    programs = {program.name: str(context.located[program.name].path) for program in NODES}
    spec = {
        "name": node.name,
        "pid_file": str(node.pid_file),
        "bridge": fleet.bridge,
        "cable": node.cable,
        "address": f"{node.address}/{fleet.network.prefixlen}",
        "ip": tool("ip"),
        "var": str(node.var),
        "programs": {**programs, "runc": tool("runc")},
        "files": {"/etc/machine-id": str(identity)},
        "group": str(group),
    }
    write_atomic(node.machine, json.dumps(spec))
    node.pid_file.unlink(missing_ok=True)

    async def check() -> bool:
        return psutil.pid_exists(int(node.pid_file.read_text()))

    argv = [*_PYTHON, machine_script.__file__, "boot", str(node.machine)]
    name = f"machine-{node.number}"
    return ProcessSpec(name, argv, context.paths.logs / f"{name}.log", check)


def _inside(
    context: Context,
    node: NodePlan,
    name: str,
    argv: Sequence[str],
    check: Callable[[], Awaitable[bool]],
) -> ProcessSpec:
    enter = [*_PYTHON, machine_script.__file__, "enter", str(node.machine)]
    return ProcessSpec(
        f"{name}-{node.number}",
        [*enter, f"{_BIN}/{name}", *argv],
        context.paths.logs / f"{name}-{node.number}.log",
        check,
        {"PATH": f"{_BIN}:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_NAME": node.name},
    )


def containerd(context: Context, fleet: FleetPlan, node: NodePlan) -> ProcessSpec:
    """Describe containerd; ready when its socket takes connections."""
    folder, port = node.var / "lib/containerd", context.ports["registry"]
    write_atomic(folder / "config.toml", configuration(f"{HOST}:{port}/{PAUSE}"))
    hosts = folder / "certs.d" / f"{HOST}:{port}" / "hosts.toml"
    hosts.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(hosts, registry_hosts(f"http://{fleet.gateway}:{port}"))

    async def check() -> bool:
        inside = f"/proc/{node.pid_file.read_text()}/root{_SOCKET}"
        _, writer = await asyncio.open_unix_connection(inside)
        writer.close()
        return True

    argv = ["--config=/var/lib/containerd/config.toml", "--log-level=warn"]
    return _inside(context, node, "containerd", argv, check)


def _kubeconfig(context: Context, fleet: FleetPlan, path: Path, user: str, group: str) -> None:
    authority = context.kube_ca.pair.cert
    client = context.kube_client(f"{path.parent.name}-{user.rpartition(':')[2]}", user, group)
    server = f"https://{fleet.gateway}:{context.ports['kube-apiserver']}"
    write_kubeconfig(path, server, authority, client, user, server_name="kubernetes")


def kubelet(context: Context, fleet: FleetPlan, node: NodePlan) -> ProcessSpec:
    """Describe kubelet; ready when it says that it is healthy."""
    folder, name = node.var / "lib/kubelet", f"kubelet-{node.number}"
    own = context.kube_ca.issue(f"{name}-server", common_name=node.name, hosts=(node.address,))
    for target, source in (
        ("ca.crt", context.kube_ca.pair.cert),
        ("server.crt", own.cert),
        ("server.key", own.key),
    ):
        write_atomic(folder / target, source.read_bytes())
    # What this machine resolves names with may be out of the pods' reach.
    write_atomic(folder / "resolv.conf", "search cluster.local\n", 0o644)
    _kubeconfig(context, fleet, folder / "kubeconfig", f"system:node:{node.name}", "system:nodes")
    write_atomic(folder / "config.yaml", yaml.safe_dump(_kubelet_configuration(node)))
    argv = [
        "--config=/var/lib/kubelet/config.yaml",
        "--kubeconfig=/var/lib/kubelet/kubeconfig",
        f"--hostname-override={node.name}",
        f"--node-ip={node.address}",
        f"--node-labels={LABEL}=true,topology.kubernetes.io/zone=here",
        "--v=1",
    ]
    client = context.kubelet_client()
    check = answers_ok(
        f"https://{node.address}:{KUBELET_PORT}/healthz", tls(context.kube_ca.pair.cert, client)
    )
    return _inside(context, node, "kubelet", argv, check)


def _kubelet_configuration(node: NodePlan) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": node.address,
        "port": KUBELET_PORT,
        "healthzPort": 0,
        "tlsCertFile": "/var/lib/kubelet/server.crt",
        "tlsPrivateKeyFile": "/var/lib/kubelet/server.key",
        "authentication": {
            "anonymous": {"enabled": False},
            "x509": {"clientCAFile": "/var/lib/kubelet/ca.crt"},
            "webhook": {"enabled": True},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": f"unix://{_SOCKET}",
        "resolvConf": "/var/lib/kubelet/resolv.conf",
        # Nothing answers there; but without it, every pod has a warning for ever.
        "clusterDNS": ["10.96.0.10"],
        "clusterDomain": "cluster.local",
        "registerWithTaints": [{"key": LABEL, "value": "true", "effect": "NoSchedule"}],
        # Control groups: version 1 will do, below one of ours, and without systemd.
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": node.cgroup,
        "cgroupsPerQOS": True,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        # There is no kube-proxy and no iptables in the machine.
        "makeIPTablesUtilChains": False,
        "localStorageCapacityIsolation": False,
        # The disk is this machine's: how full it is says nothing about the node.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": dict.fromkeys(
            ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available"), "0%"
        ),
    }


def flanneld(context: Context, fleet: FleetPlan, node: NodePlan) -> ProcessSpec:
    """Describe flanneld; ready when it has written its subnet and answers."""
    folder = node.var / "lib/flannel"
    network = {"Network": str(POD_NETWORK), "Backend": {"Type": "vxlan"}}
    write_atomic(folder / "net-conf.json", json.dumps(network))
    (node.var / _SUBNET).unlink(missing_ok=True)
    _kubeconfig(
        context, fleet, folder / "kubeconfig", f"system:flannel:{node.name}", "system:masters"
    )
    answers = answers_ok(f"http://{node.address}:{FLANNEL_HEALTH_PORT}/healthz")

    async def check() -> bool:
        return (node.var / _SUBNET).exists() and await answers()

    argv = [
        "-kube-subnet-mgr",
        "-kubeconfig-file=/var/lib/flannel/kubeconfig",
        "-net-config-path=/var/lib/flannel/net-conf.json",
        f"-subnet-file=/var/{_SUBNET}",
        "-iface=eth0",
        "-ip-masq=false",
        # They would need iptables; nothing in the machine forbids forwarding.
        "-iptables-forward-rules=false",
        f"-healthz-ip={node.address}",
        f"-healthz-port={FLANNEL_HEALTH_PORT}",
    ]
    return _inside(context, node, "flanneld", argv, check)


def write_cni(node: NodePlan, pod_network: str) -> None:
    """Write how pods of the node are plugged in, once their addresses are known."""
    plugin = {
        "type": "ptp",
        "mtu": 1450,
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            # Empty at each boot, as the containers are gone then.
            "dataDir": "/run/cni/networks",
            "ranges": [[{"subnet": pod_network}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    content = {"cniVersion": "1.0.0", "name": "craton", "plugins": [plugin]}
    write_atomic(node.var / "lib/cni/net.d/10-craton.conflist", json.dumps(content))
