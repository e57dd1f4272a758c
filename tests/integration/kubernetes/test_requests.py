"""A machine's share is what the scheduler and `kubectl describe node` count (issue 9, kind 3)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.quantity import parse_quantity
from tests.contract.kubernetes.harness import RealCluster, unique
from tests.contract.kubernetes.server import ApiServer
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.waiting import until

__all__ = ["console", "namespace"]

SECONDS = 90.0
_CPU = re.compile(r"^\s+cpu\s+(\S+) \(", re.MULTILINE)


def _pod(name: str, whole: dict[str, str], own: dict[str, str]) -> str:
    container = {"name": "main", "image": "registry.example/app:1"}
    spec: dict[str, Any] = {
        "nodeSelector": {"type": "kwok"},
        "resources": {"requests": whole},
        "containers": [{**container, "resources": {"requests": own}}],
    }
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})


@pytest.fixture
def alone(api_server: ApiServer, tmp_path: Path) -> Iterator[RealCluster]:
    """An API server without controllers, where a machine of our own is in nobody's way."""
    cluster = RealCluster(api_server, tmp_path)
    yield cluster
    cluster.http.close()


async def test_what_a_resize_has_come_to_and_what_devices_are_taken(alone: RealCluster) -> None:
    device, place, node = "devices.example/lamp", unique("resize"), unique("node")
    console, connection = KubernetesFeatures(), alone.connection()
    await console.connect(connection)
    alone.put("namespaces", {"metadata": {"name": place}})
    alone.put("nodes", {"metadata": {"name": node}})
    amounts = {device: "4", "cpu": "8", "memory": "8Gi", "pods": "9"}
    _status(alone, "nodes", "", node, {"allocatable": amounts})

    def pod(name: str, requests: dict[str, str], limits: dict[str, str]) -> None:
        resources = {"requests": requests, "limits": limits}
        containers = [{"name": "main", "image": "i", "resources": resources}]
        meta = {"name": name, "namespace": place}
        alone.put("pods", {"metadata": meta, "spec": {"nodeName": node, "containers": containers}})

    pod("taker", {}, {device: "2"})
    pod("resized", {"cpu": "2", "memory": "1Gi"}, {})
    held = {"cpu": "1000m", "memory": "1Gi"}
    running = {
        "name": "main",
        "image": "i",
        "imageID": "",
        "ready": True,
        "restartCount": 0,
        "allocatedResources": held,
        "resources": {"requests": held},
    }
    deferred = {
        "type": "PodResizePending",
        "status": "True",
        "reason": "Deferred",
        "message": "Node didn't have enough resource: cpu",
    }
    status = {"phase": "Running", "conditions": [deferred], "containerStatuses": [running]}
    _status(alone, "pods", place, "resized", status)

    async def facts(path: str) -> dict[str, str]:
        answer = await console.get(f"/clusters/test/{path}", "org/main")
        return {fact["label"]: fact["value"] for fact in answer.json().get("facts", [])}

    found = await facts(f"pods/{place}/resized")
    assert found["Resize"] == "Deferred: Node didn't have enough resource: cpu"
    assert found["Allocated to main"] == "cpu 1, memory 1Gi (asked: cpu 2, memory 1Gi)"

    async def counted() -> bool:
        return (await facts(f"nodes/-/{node}")).get(f"Requested {device}") == "2 of 4"

    await until(counted)
    await connection.stop()


def _status(
    cluster: RealCluster, plural: str, namespace: str, name: str, status: dict[str, Any]
) -> None:
    answer = cluster.http.patch(
        f"{KINDS[plural].path(namespace, name)}/status",
        content=json.dumps({"status": status}),
        headers={"content-type": "application/merge-patch+json"},
    )
    assert answer.status_code == 200, answer.text


async def test_resources_of_a_whole_pod_are_its_own_and_its_machines(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    level = _pod("level", {"cpu": "500m", "memory": "256Mi"}, {})
    mixed = _pod("mixed", {"cpu": "2", "memory": "1Gi"}, {"cpu": "250m", "memory": "64Mi"})
    for manifest in (level, mixed):
        await kubectl(stack, "-n", namespace, "apply", "-f", "-", stdin=manifest)
    wanted = {"level": (0.5, 256 * 1024**2), "mixed": (2.0, 1024**3)}
    node = ""
    async with asyncio.timeout(SECONDS):
        while not node:
            rows = [r for r in console.rows("pods").values() if r.namespace == namespace]
            if {r.name: (r.cpu, r.memory) for r in rows} == wanted and all(r.node for r in rows):
                node = rows[0].node
            await asyncio.sleep(0.1)
        while True:
            described = await asyncio.to_thread(stack.kubectl, "describe", "node", node)
            found = _CPU.search(described.partition("Allocated resources")[2])
            await console.source("machines").flush()
            row = console.rows("machines")[f"local/{node}"]
            if found and abs(parse_quantity(found[1]) - row.cpu_requested) < 0.001:
                break
            await asyncio.sleep(0.2)
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
