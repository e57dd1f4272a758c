"""Looking at a stack with real nodes: through Kubernetes, and at what it has on this machine."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from backend.stack.nodes.allowed import CGROUPS, tool
from backend.stack.nodes.plan import LABEL, tag_of
from tests.stackfixtures import RunningStack

NODES = ("real-1", "real-2")


def items(stack: RunningStack, *query: str) -> list[dict[str, Any]]:
    """What `kubectl get` gives."""
    found: list[dict[str, Any]] = json.loads(stack.kubectl("get", *query, "-o", "json"))["items"]
    return found


def real_nodes(stack: RunningStack) -> dict[str, dict[str, Any]]:
    """The real nodes by name."""
    found = items(stack, "nodes", "-l", f"{LABEL}=true")
    return {node["metadata"]["name"]: node for node in found}


def is_ready(thing: dict[str, Any]) -> bool:
    """Whether a node or pod says that it is ready, and is to stay."""
    conditions = {one["type"]: one["status"] for one in thing["status"].get("conditions", ())}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in thing["metadata"]


def pods_of(stack: RunningStack, app: str) -> list[dict[str, Any]]:
    """The ready pods of one of the demo's workloads, once it has as many as it wants."""

    def all_ready(_: object) -> bool:
        deployment = items(
            stack, "deployments", "-n", "demo", f"--field-selector=metadata.name={app}"
        )
        wanted, ready = deployment[0]["spec"]["replicas"], [pod for pod in _pods() if is_ready(pod)]
        return len(ready) == wanted

    def _pods() -> list[dict[str, Any]]:
        return items(stack, "pods", "-n", "demo", "-l", f"app.kubernetes.io/name={app}")

    stack.wait(all_ready, what=f"running {app}")
    return [pod for pod in _pods() if is_ready(pod)]


def inits(stack: RunningStack) -> list[int]:
    """The process ids of its machines' inits."""
    return [int(path.read_text()) for path in sorted(stack.paths.conf.glob("real-*.pid"))]


def inside(stack: RunningStack) -> list[psutil.Process]:
    """Every process of its machines: beside an init, or in a control group of ours."""
    spaces = {Path(f"/proc/{init}/ns/pid").stat().st_ino for init in inits(stack)}
    group = f"/craton-{tag_of(stack.home.resolve())}/"
    found = []
    for process in psutil.process_iter():
        with suppress(OSError):
            folder = Path(f"/proc/{process.pid}")
            beside = (folder / "ns/pid").stat().st_ino in spaces
            if beside or group in (folder / "cgroup").read_text():
                found.append(process)
    return found


def left_behind(stack: RunningStack) -> list[str]:
    """What there is of its real nodes on this machine: interfaces, control groups, mounts,
    processes that were told of a file of theirs."""
    tag, data = tag_of(stack.home.resolve()), str(stack.paths.root)
    links = subprocess.run(
        [tool("ip") or "ip", "-o", "link"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = [line for line in links if f"cr-{tag}" in line]
    found += [str(path) for path in CGROUPS.glob(f"**/craton-{tag}")]
    found += [line for line in Path("/proc/mounts").read_text().splitlines() if data in line]
    for process in psutil.process_iter(["cmdline"]):
        if any(data in word for word in process.info["cmdline"] or ()):
            found.append(" ".join(process.info["cmdline"]))
    return found
