"""A simulated node of a test's own, and a workload whose pods run there while it takes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.stackfixtures import RunningStack

__all__ = ["budget", "own_node", "web"]

Object = dict[str, Any]


def web(replicas: int, node: str, **pod: Any) -> Object:
    labels = {"app": "web"}
    containers = [{"name": "main", "image": "example.invalid/web:1"}]
    spec = {
        "containers": containers,
        "affinity": {
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "weight": 100,
                        "preference": {
                            "matchExpressions": [
                                {"key": "held", "operator": "In", "values": [node]}
                            ]
                        },
                    }
                ]
            }
        },
        "tolerations": [{"key": "held", "operator": "Exists"}],
        **pod,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def budget(name: str, **spec: Any) -> Object:
    selector = {"matchLabels": {"app": "web"}}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": {"selector": selector, **spec},
    }


@contextmanager
def own_node(stack: RunningStack) -> Iterator[str]:
    """The name of a node, and of a namespace beside it."""
    name = f"own-{uuid.uuid4().hex[:6]}"
    nodes = json.loads(stack.kubectl("get", "nodes", "-o", "json"))["items"]
    model = next(one for one in nodes if "taints" not in one["spec"])
    kept = {key: model["metadata"][key] for key in ("annotations", "labels")}
    labels = {**kept["labels"], "held": name, "kubernetes.io/hostname": name}
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": kept["annotations"]},
        "spec": {"taints": [{"key": "held", "value": name, "effect": "NoSchedule"}]},
    }
    stack.kubectl("create", "-f", "-", stdin=json.dumps(node))
    sizes = {key: model["status"][key] for key in ("allocatable", "capacity")}
    stack.kubectl(
        "patch", "node", name, "--subresource=status", "-p", json.dumps({"status": sizes})
    )
    stack.kubectl("create", "namespace", name)
    stack.kubectl("wait", "--for=condition=Ready", f"node/{name}", "--timeout=60s")
    try:
        yield name
    finally:
        stack.kubectl("delete", "namespace", name, "--wait=false")
        stack.kubectl("delete", "node", name)
