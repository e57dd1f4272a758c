"""Rollouts that are complete by design, as the real controllers count them (issue 9, kind 2)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]

SECONDS = 90.0


def _set(kind: str, name: str, image: str, **spec: Any) -> str:
    labels = {"app": name}
    pods = {"nodeSelector": {"type": "kwok"}, "containers": [{"name": "main", "image": image}]}
    template = {"metadata": {"labels": labels}, "spec": pods}
    document = {"selector": {"matchLabels": labels}, "template": template, **spec}
    meta = {"name": name}
    manifest = {"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": document}
    return json.dumps(manifest)


async def _shown(console: KubernetesFeatures, key: str, status: str, reason: str) -> None:
    """Once the row is so; the last one seen is in the error otherwise."""
    row: Any = None
    try:
        async with asyncio.timeout(SECONDS):
            while row is None or (row.status, row.reason) != (status, reason):
                await console.source("workloads").flush()
                row = console.rows("workloads").get(key)
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise AssertionError(f"{key} is {row}") from error


async def _told(stack: RunningStack, namespace: str, what: str, words: str) -> None:
    """Once ``kubectl rollout status`` says so."""
    command = ("-n", namespace, "rollout", "status", what, "--watch=false")
    said = ""
    try:
        async with asyncio.timeout(SECONDS):
            while words not in said:
                said = await asyncio.to_thread(stack.kubectl, *command)
    except TimeoutError as error:
        raise AssertionError(f"{what}: {said}") from error


async def test_a_rollout_stands_as_kubectl_rollout_status_says(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    for image in ("registry.example/app:1", "registry.example/app:2"):
        long = {"minReadySeconds": 3000, "progressDeadlineSeconds": 4000}
        paused = {"replicas": 2, "paused": image.endswith(":2")}
        for manifest in (
            _set("Deployment", "paused", image, **paused),
            _set("Deployment", "surging", image, replicas=2, strategy=surge),
            _set("Deployment", "young", image, replicas=2, **(long if paused["paused"] else {})),
        ):
            await kubectl(stack, "-n", namespace, "apply", "-f", "-", stdin=manifest)
        if not paused["paused"]:
            for name in ("paused", "surging", "young"):
                await _shown(console, f"local/deployments/{namespace}/{name}", "Healthy", "")
    place = f"local/deployments/{namespace}"
    await _shown(console, f"{place}/paused", "Suspended", "The rollout is paused")
    await _told(stack, namespace, "deploy/paused", "0 out of 2 new replicas have been updated")
    await _shown(console, f"{place}/surging", "Healthy", "")
    await _told(stack, namespace, "deploy/surging", "successfully rolled out")
    # Its new pods are not available for long: the old ones stay, and the rollout goes on.
    await _shown(console, f"{place}/young", "Progressing", "Rolling out, 1 of 2 updated")
    await _told(stack, namespace, "deploy/young", "1 out of 2 new replicas have been updated")
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")


async def test_what_is_held_back_by_design_is_no_rollout_for_ever(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    partition = {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}
    by_hand = {"type": "OnDelete"}
    held = "OnDelete: a pod is updated when it is deleted"
    for image in ("registry.example/app:1", "registry.example/app:2"):
        common = {"podManagementPolicy": "Parallel", "serviceName": "x"}
        for manifest in (
            _set("StatefulSet", "canary", image, replicas=4, updateStrategy=partition, **common),
            _set("StatefulSet", "vault", image, replicas=2, updateStrategy=by_hand, **common),
        ):
            await kubectl(stack, "-n", namespace, "apply", "-f", "-", stdin=manifest)
        if image.endswith(":1"):
            await _shown(console, f"local/statefulsets/{namespace}/canary", "Healthy", "")
            await _shown(console, f"local/statefulsets/{namespace}/vault", "Healthy", "")
    canary = "1 of 4 updated (partition 3)"
    await _shown(console, f"local/statefulsets/{namespace}/canary", "Healthy", canary)
    vault = f"0 of 2 updated ({held})"
    await _shown(console, f"local/statefulsets/{namespace}/vault", "Healthy", vault)
    status = ("-n", namespace, "rollout", "status", "sts/canary", "--timeout=50s")
    assert "complete" in await asyncio.to_thread(stack.kubectl, *status)
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
