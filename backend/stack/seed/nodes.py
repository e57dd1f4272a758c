"""Simulated machines: Flatcar nodes in three zones."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from backend.stack.components.stages import PREFIX
from backend.stack.programs.spec import KUBERNETES

ZONES = ("fra-1", "fra-2", "fra-3")
CONTROL_PLANE = 3
"""The first nodes are control plane machines."""


@dataclass(frozen=True, slots=True)
class Release:
    """An operating system release and what it ships."""

    version: str
    kernel: str
    containerd: str


RELEASES = (
    Release("4459.2.1", "6.12.58-flatcar", "2.0.7"),
    Release("4459.2.1", "6.12.58-flatcar", "2.0.7"),
    Release("4459.2.0", "6.12.54-flatcar", "2.0.7"),
    Release("4230.2.4", "6.6.110-flatcar", "1.7.23"),
    Release("4459.2.1", "6.12.58-flatcar", "2.0.7"),
    Release("4230.2.1", "6.6.95-flatcar", "1.7.23"),
    Release("4547.1.0", "6.12.61-flatcar", "2.1.5"),
)

CONDITIONS = {7: "disk-pressure", 10: "not-ready"}
CORDONED = 9


def machine_id(name: str) -> str:
    """Give the machine id (32 hex digits): what the update service knows the machine by."""
    return hashlib.sha256(f"craton-local-{name}".encode()).hexdigest()[:32]


def node_name(number: int) -> str:
    """Give the name of the n-th node."""
    zone = ZONES[number % len(ZONES)]
    if number < CONTROL_PLANE:
        return f"{zone}-control-{number // len(ZONES) + 1}"
    return f"{zone}-worker-{number // len(ZONES):02d}"


def _address(number: int) -> str:
    return f"10.{20 + number // 62500}.{number // 250 % 250}.{number % 250 + 4}"


def _pod_network(number: int) -> str:
    return f"10.{128 + number // 256}.{number % 256}.0/24"


def _resources(number: int) -> tuple[str, dict[str, str], dict[str, str]]:
    if number < CONTROL_PLANE:
        kind, cpu, memory = "m5.xlarge", 4, 16
    elif number % 4 == 0:
        kind, cpu, memory = "m5.4xlarge", 16, 64
    else:
        kind, cpu, memory = "m5.2xlarge", 8, 32
    capacity = {
        "cpu": str(cpu),
        "memory": f"{memory * 1024 * 1024 - 180_000}Ki",
        "pods": "110",
        "ephemeral-storage": "100Gi",
    }
    allocatable = {
        **capacity,
        "cpu": f"{cpu * 1000 - 100}m",
        "memory": f"{memory * 1024 * 1024 - 900_000}Ki",
        "ephemeral-storage": "92Gi",
    }
    return kind, capacity, allocatable


def node(number: int) -> dict[str, Any]:
    """Describe the n-th node, with what a kubelet would report about the machine."""
    name, release = node_name(number), RELEASES[number % len(RELEASES)]
    kind, capacity, allocatable = _resources(number)
    role = "control-plane" if number < CONTROL_PLANE else "worker"
    spec: dict[str, Any] = {
        "podCIDR": _pod_network(number),
        "podCIDRs": [_pod_network(number)],
        "providerID": f"simulated://{name}",
    }
    if role == "control-plane":
        spec["taints"] = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    if number == CORDONED:
        spec["unschedulable"] = True
    metadata: dict[str, Any] = {
        "name": name,
        "labels": {
            "type": "kwok",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/os": "linux",
            "kubernetes.io/hostname": name,
            f"node-role.kubernetes.io/{role}": "",
            "node.kubernetes.io/instance-type": kind,
            "topology.kubernetes.io/region": "fra",
            "topology.kubernetes.io/zone": ZONES[number % len(ZONES)],
        },
        "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
    }
    if number in CONDITIONS:
        metadata["annotations"][f"{PREFIX}/condition"] = CONDITIONS[number]
    identity = machine_id(name)
    status = {
        "capacity": capacity,
        "allocatable": allocatable,
        "addresses": [
            {"type": "InternalIP", "address": _address(number)},
            {"type": "Hostname", "address": name},
        ],
        "nodeInfo": {
            "architecture": "amd64",
            "operatingSystem": "linux",
            "osImage": f"Flatcar Container Linux by Kinvolk {release.version}",
            "kernelVersion": release.kernel,
            "containerRuntimeVersion": f"containerd://{release.containerd}",
            "kubeletVersion": f"v{KUBERNETES}",
            "kubeProxyVersion": "",
            "machineID": identity,
            "systemUUID": str(uuid.UUID(identity)),
            "bootID": hashlib.sha256(f"boot-{name}".encode()).hexdigest()[:32],
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }
