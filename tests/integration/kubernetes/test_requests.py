"""A machine's share is what the scheduler and `kubectl describe node` count (issue 9, kind 3)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from integrations.kubernetes.quantity import parse_quantity
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

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
