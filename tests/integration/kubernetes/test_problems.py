"""What Kubernetes itself decides, as problems: claims, endpoints, finalizers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.test_live_rows import console, deployment, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]

SECONDS = 60.0
"""For controllers of a loaded machine; nothing here is a promise about speed."""


_READ = ("machines", "workloads", "pods", "services", "persistentvolumeclaims", "problems")


async def problems(console: KubernetesFeatures, namespace: str) -> dict[str, Any]:
    """By kind and cause; what the hub does in a console is done here: carrying changes on."""
    for name in _READ:
        await console.source(name).flush()
    rows = console.rows("problems").values()
    return {f"{row.kind} {row.cause}": row for row in rows if row.namespace == namespace}


async def told(console: KubernetesFeatures, namespace: str, key: str) -> Any:
    """The problem, once there is one."""
    async with asyncio.timeout(SECONDS):
        while key not in (found := await problems(console, namespace)):
            await asyncio.sleep(0.1)
    return found[key]


async def over(console: KubernetesFeatures, namespace: str, *keys: str) -> None:
    """Once none of these, or with none given no problem at all, is left."""
    async with asyncio.timeout(SECONDS):
        while found := await problems(console, namespace):
            if keys and not set(keys) & set(found):
                return
            await asyncio.sleep(0.1)


async def test_a_claim_that_no_class_can_provide_for_cannot_be_bound(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": namespace},
        "spec": {
            "storageClassName": "there-is-no-such-class",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    await kubectl(stack, "create", "-f", "-", stdin=json.dumps(claim))
    key = "PersistentVolumeClaim Claim cannot be bound"
    assert "there-is-no-such-class" in (await told(console, namespace, key)).reason
    await kubectl(stack, "-n", namespace, "delete", "pvc", "data", "--wait=false")
    await over(console, namespace, key)


async def test_a_service_is_reachable_once_a_pod_of_its_is_ready(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    key = f"local/{namespace}/probe"
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "probe", "namespace": namespace},
        "spec": {"selector": {"app": "probe"}, "ports": [{"port": 80}]},
    }
    await kubectl(stack, "create", "-f", "-", stdin=json.dumps(service))
    await until(lambda: key in console.rows("services"), SECONDS)
    await told(console, namespace, "Service No endpoints")
    await kubectl(stack, "create", "-f", "-", stdin=deployment(namespace, 2))
    await until(lambda: console.rows("services")[key].readiness == "2/2", SECONDS)
    assert console.rows("services")[key].status == "Reachable"
    await over(console, namespace, "Service No endpoints", "Service Unreachable")
    await kubectl(stack, "-n", namespace, "scale", "deployment/probe", "--replicas=0")
    await told(console, namespace, "Service No endpoints")


async def test_a_deletion_that_a_finalizer_holds_is_told_until_it_is_done(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    held = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "held", "namespace": namespace, "finalizers": ["example.test/hold"]},
    }
    await kubectl(stack, "create", "-f", "-", stdin=json.dumps(held))
    await kubectl(stack, "-n", namespace, "delete", "lease", "held", "--wait=false")
    key = "Lease Deletion is held"
    problem = await told(console, namespace, key)
    assert problem.reason == "Deletion is held by finalizer example.test/hold"
    assert problem.since is not None
    # A namespace that is told to go waits for what it holds, and says so itself.
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
    space = "Namespace Deletion is held"
    await told(console, namespace, space)
    release = ("patch", "lease", "held", "--type=merge", "-p")
    gone = json.dumps({"metadata": {"finalizers": None}})
    await asyncio.to_thread(stack.kubectl, "-n", namespace, *release, gone)
    await over(console, namespace)
