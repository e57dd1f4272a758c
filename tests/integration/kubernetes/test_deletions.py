"""Deletions that are held, lost claims and where volumes lie (issue 9, kind 5)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import ORG, SECONDS, create, problems_of
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]

HOLD = "example.test/hold"
RELEASE = json.dumps({"metadata": {"finalizers": None}})
BY = "held by finalizer example.test/hold"


def claim(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace, "finalizers": [HOLD]},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }


@pytest.mark.timeout(240)
async def test_what_a_finalizer_holds_says_so_everywhere(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "held", "namespace": namespace, "finalizers": [HOLD]},
        "spec": {"schedulerName": "nobody", "containers": [{"name": "main", "image": "i"}]},
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": namespace, "finalizers": [HOLD]},
    }
    await create(stack, pod)
    await create(stack, config)
    await create(stack, claim(namespace, "held"))
    gone = ("pod/held", "configmap/held", "pvc/held", "--wait=false", "--grace-period=0")
    await kubectl(stack, "-n", namespace, "delete", *gone)

    found = await problems_of(console, namespace, "Pod/held", "PersistentVolumeClaim/held")
    for key in ("Pod/held", "PersistentVolumeClaim/held"):
        # A claim may still have the cluster's own finalizer too: a slow controller takes it away.
        assert (found[key].cause, HOLD in found[key].reason) == ("Deletion is held", True)
        assert found[key].since is not None
    row = console.rows("pods")[f"local/{namespace}/held"]
    assert (row.status, row.healthy, BY in row.reason) == ("Terminating", False, True)
    row = console.rows("persistentvolumeclaims")[f"local/{namespace}/held"]
    assert (row.status, row.healthy, HOLD in row.reason) == ("Terminating", False, True)
    key = f"local/{namespace}/held"
    await until(
        lambda: key in (rows := console.rows("configmaps")) and BY in rows[key].reason, SECONDS
    )

    for path in (f"pods/{namespace}/held", f"configmaps/{namespace}/held"):
        detail = (await console.get(f"/clusters/local/{path}", ORG)).json()
        facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
        assert (detail["status"], detail["healthy"]) == ("Terminating", False)
        assert detail["summary"].startswith("Being deleted since 20"), detail["summary"]
        assert facts["Held by finalizer"].startswith(f"{HOLD}, set by kubectl")

    # A namespace's pods go first: as long as one is left, it says nothing of the rest.
    for what in ("pod/held", "pvc/held"):
        words = ("-n", namespace, "patch", what, "--type=merge", "-p", RELEASE)
        await asyncio.to_thread(stack.kubectl, *words)
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
    await problems_of(console, namespace, f"Namespace/{namespace}")
    key = f"local/{namespace}"
    await until(lambda: HOLD in console.rows("namespaces")[key].reason, SECONDS)
    row = console.rows("namespaces")[key]
    assert (row.status, row.healthy) == ("Terminating", False)
    assert "configmaps. has 1 resource instances" in row.reason
    detail = (await console.get(f"/clusters/local/namespaces/-/{namespace}", ORG)).json()
    assert HOLD in detail["summary"]
    words = ("-n", namespace, "patch", "configmap/held", "--type=merge", "-p", RELEASE)
    await asyncio.to_thread(stack.kubectl, *words)


async def test_a_lost_claim_and_where_a_volume_lies(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    name = f"pv-{namespace}"
    csi = {"driver": "csi.example.test", "volumeHandle": "vol-0a1b"}
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "claimRef": {"namespace": namespace, "name": "data"},
            "persistentVolumeReclaimPolicy": "Retain",
            "csi": csi,
        },
    }
    await create(stack, volume)
    await create(stack, claim(namespace, "data", volumeName=name))
    key = f"local/{namespace}/data"
    claims = "persistentvolumeclaims"
    await until(
        lambda: key in (rows := console.rows(claims)) and rows[key].status == "Bound", SECONDS
    )
    row = console.rows("persistentvolumes")[f"local/{name}"]
    assert (row.driver, row.handle) == ("csi.example.test", "vol-0a1b")
    detail = (await console.get(f"/clusters/local/persistentvolumes/-/{name}", ORG)).json()
    facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
    assert (facts["Driver"], facts["Handle"]) == ("csi.example.test", "vol-0a1b")
    # Deleted behind the claim's back, as people do who clean up.
    await kubectl(stack, "delete", "pv", name, "--wait=false")
    await kubectl(stack, "patch", "pv", name, "--type=merge", "-p", RELEASE)
    found = await problems_of(console, namespace, "PersistentVolumeClaim/data")
    problem = found["PersistentVolumeClaim/data"]
    assert (problem.cause, problem.severity) == ("Volume is lost", "error")
    await kubectl(stack, "-n", namespace, "patch", "pvc", "data", "--type=merge", "-p", RELEASE)
