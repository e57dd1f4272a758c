"""A cluster's objects as the API gives them, and the rows the features make of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from integrations.contract import Feed
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.settings import ConnectionSettings
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_summaries_owners import rolled

CREATED = "2026-11-21T12:00:00Z"


class Cluster:
    """Feeds objects to the features as a watch would, without a loop: joins work at once."""

    def __init__(self, feeds: Mapping[str, Feed[Any]] | None = None) -> None:
        if feeds is None:
            self.console = KubernetesFeatures()
            feeds = self.console.feeds(ConnectionSettings(name="c1", in_cluster=True))
        self.feeds = feeds

    def put(self, plural: str, manifest: dict[str, Any]) -> None:
        meta = manifest["metadata"]
        meta.setdefault("creationTimestamp", CREATED)
        found = msgspec.convert(manifest, KINDS[plural].model, strict=False)
        self.feeds[plural].put(self.key(meta), found)

    def delete(self, plural: str, key: str) -> None:
        self.feeds[plural].delete(key)

    def key(self, meta: dict[str, Any]) -> str:
        return f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]

    def row(self, collection: str, key: str) -> Any:
        return self.console.rows(collection).get(key)


def node(name: str, *, kwok: bool = False, cpu: str = "4", **more: Any) -> dict[str, Any]:
    labels = {"topology.kubernetes.io/zone": "z1", **({"type": "kwok"} if kwok else {})}
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {
            "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"osImage": "Flatcar 4459.2.1 (Oklo)", "kubeletVersion": "v1.36.3"},
            **more,
        },
    }


def pod(
    name: str, node_name: str = "n1", *, phase: str = "Running", cpu: str = "500m", **meta: Any
) -> dict[str, Any]:
    container = {"name": "main", "image": "web:1"}
    requests = {"resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    running = {"name": "main", "ready": True, "state": {"running": {}}}
    return {
        "metadata": {"namespace": "ns", "name": name, **meta},
        "spec": {"nodeName": node_name, "containers": [{**container, **requests}]},
        "status": {"phase": phase, "containerStatuses": [running]},
    }


API = {"Node": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}


def owned(kind: str, name: str, *, api: str = "", uid: str = "u") -> dict[str, Any]:
    api = api or API.get(kind, "apps/v1")
    owner = {"apiVersion": api, "kind": kind, "name": name, "controller": True, "uid": uid}
    return {"ownerReferences": [owner]}


def workload(name: str, status: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "ns", "name": name, "generation": 1, **meta},
        "spec": {"replicas": 2},
        "status": status,
    }


def crashing(name: str, owner: str) -> dict[str, Any]:
    manifest = pod(name, **owned("ReplicaSet", owner))
    manifest["status"]["containerStatuses"] = [
        {"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    ]
    return manifest


def short(cluster: Cluster) -> None:
    cluster.put("deployments", workload("web", rolled(2, 1)))
    cluster.put("replicasets", workload("web-1", rolled(2, 1), **owned("Deployment", "web")))
    cluster.put("pods", crashing("web-1-b", "web-1"))
    cluster.put("pods", crashing("web-1-a", "web-1"))
