"""Owners by group, kind and uid, over kinds the console has no rows of (issue 9, kind 1)."""

from __future__ import annotations

import json
import uuid

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import (
    ORG,
    SECONDS,
    create,
    define,
    problems_of,
    troubled_pod,
)
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.waiting import until as patiently

__all__ = ["console", "namespace"]

API = "apps/v1"


async def test_a_kind_that_is_called_alike_in_another_group_is_another(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    group = f"advanced-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "StatefulSet", group)
    meta = {"name": "web", "namespace": namespace}
    theirs = await create(
        stack,
        {"apiVersion": f"{group}/v1", "kind": "StatefulSet", "metadata": meta, "spec": {}},
    )
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "i"}]},
    }
    spec = {
        "replicas": 0,
        "serviceName": "web",
        "selector": {"matchLabels": labels},
        "template": template,
    }
    await create(stack, {"apiVersion": API, "kind": "StatefulSet", "metadata": meta, "spec": spec})
    await troubled_pod(stack, namespace, "web-0", theirs)

    problems = await problems_of(console, namespace, "Pod/web-0")
    assert problems["Pod/web-0"].affects == f"of StatefulSet web ({group})"
    assert "StatefulSet/web" not in problems, "it has nothing to do with it"
    await until(lambda: f"local/statefulsets/{namespace}/web" in console.rows("workloads"), SECONDS)
    row = console.rows("pods")[f"local/{namespace}/web-0"]
    assert (row.owner_kind, row.owner_group, row.owner) == ("StatefulSet", group, "web")

    detail = (await console.get(f"/clusters/local/pods/{namespace}/web-0", ORG)).json()
    (owner,) = detail["owners"]
    assert (owner["plural"], owner["group"], owner["status"]) == (definition, group, None)
    page = await console.get(f"/clusters/local/{owner['plural']}/{namespace}/web", ORG)
    assert page.json()["uid"] == theirs["metadata"]["uid"]
    await kubectl(stack, "delete", "crd", definition, "--wait=false")


async def test_pods_of_operators_and_machines_are_problems_in_their_own_right(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    group = f"pg-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "Cluster", group)
    root = await create(
        stack,
        {
            "apiVersion": f"{group}/v1",
            "kind": "Cluster",
            "metadata": {"name": "root", "namespace": namespace},
        },
    )
    reference = {
        "apiVersion": f"{group}/v1",
        "kind": "Cluster",
        "name": "root",
        "uid": root["metadata"]["uid"],
        "controller": True,
    }
    owner = await create(
        stack,
        {
            "apiVersion": f"{group}/v1",
            "kind": "Cluster",
            "metadata": {"name": "pg", "namespace": namespace, "ownerReferences": [reference]},
        },
    )
    await troubled_pod(stack, namespace, "pg-1", owner)
    name = next(row.name for row in console.rows("machines").values())
    node = json.loads(stack.kubectl("get", "node", name, "-o", "json"))
    await troubled_pod(stack, namespace, f"etcd-{name}", node)
    found = await problems_of(console, namespace, "Pod/pg-1", f"Pod/etcd-{name}")

    async def is_an_error() -> bool:
        found.update(await problems_of(console, namespace, "Pod/pg-1", f"Pod/etcd-{name}"))
        return bool(found["Pod/pg-1"].severity == "error")

    await patiently(is_an_error, SECONDS)
    assert found["Pod/pg-1"].affects == f"of Cluster pg ({group})"
    assert found[f"Pod/etcd-{name}"].affects == f"static pod of Node {name}"

    detail = (await console.get(f"/clusters/local/pods/{namespace}/pg-1", ORG)).json()
    assert [(ref["kind"], ref["name"]) for ref in detail["owners"]] == [
        ("Cluster", "pg"),
        ("Cluster", "root"),
    ], "a chain over custom resources"
    detail = (await console.get(f"/clusters/local/pods/{namespace}/etcd-{name}", ORG)).json()
    assert [(ref["plural"], ref["name"]) for ref in detail["owners"]] == [("nodes", name)]
    await kubectl(stack, "delete", "crd", definition, "--wait=false")


async def test_an_owner_that_was_made_again_is_another(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    before = {"name": "once", "uid": str(uuid.uuid4())}
    old = {"apiVersion": "batch/v1", "kind": "Job", "metadata": before}
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "i"}]}}
    spec = {"suspend": True, "template": template}
    meta = {"name": "once", "namespace": namespace}
    await create(stack, {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": spec})
    # The garbage collector takes such a pod; the finalizer lets it be looked at.
    await troubled_pod(stack, namespace, "once-a", old, finalizers=["example.test/hold"])
    await until(lambda: f"local/{namespace}/once-a" in console.rows("pods"), SECONDS)
    detail = (await console.get(f"/clusters/local/pods/{namespace}/once-a", ORG)).json()
    assert [(ref["name"], ref["status"]) for ref in detail["owners"]] == [("once", "Deleted")]
    release = json.dumps({"metadata": {"finalizers": None}})
    await kubectl(stack, "-n", namespace, "patch", "pod", "once-a", "--type=merge", "-p", release)
