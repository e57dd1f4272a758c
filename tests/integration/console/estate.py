"""Objects of every namespaced kind, named after one word, to find (or not) everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.stackfixtures import RunningStack

__all__ = ["DEFINITION", "everything", "one_more"]

DEFINITION = "backups.storage.example.org"
NOWHERE = {"kubernetes.io/hostname": "no-such-machine"}
Object = dict[str, Any]


def everything(stack: RunningStack, namespace: str, word: str) -> None:
    """Make the namespace and one object of each kind in it, all called `word`."""
    stack.kubectl("create", "namespace", namespace)
    stack.kubectl("label", "namespace", namespace, f"word={word}")
    document = {"apiVersion": "v1", "kind": "List", "items": _objects(namespace, word)}
    stack.kubectl("create", "-f", "-", stdin=json.dumps(document))


def one_more(stack: RunningStack, namespace: str, name: str) -> None:
    """Something small that every watcher hears of."""
    stack.kubectl("create", "configmap", name, "-n", namespace, "--from-literal=a=b")


def _objects(namespace: str, word: str) -> list[Object]:
    labels = {"app": word}
    pod = {"containers": [{"name": word, "image": f"example.invalid/{word}:1"}]}
    stuck = {**pod, "nodeSelector": NOWHERE}
    template = {"metadata": {"labels": labels}, "spec": stuck}
    apps = {"selector": {"matchLabels": labels}, "template": template}
    once = {"template": {"spec": {**stuck, "restartPolicy": "Never"}}}
    port = {"port": 80, "name": "http"}
    backend = {"service": {"name": word, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": word,
        "resources": {"requests": {"storage": "1Gi"}},
    }
    specs: list[tuple[str, str, Object]] = [
        ("v1", "Pod", {"spec": {**pod, "tolerations": [{"operator": "Exists"}]}}),
        ("apps/v1", "Deployment", {"spec": {"replicas": 1, **apps}}),
        ("apps/v1", "StatefulSet", {"spec": {"replicas": 1, "serviceName": word, **apps}}),
        ("apps/v1", "DaemonSet", {"spec": apps}),
        ("batch/v1", "Job", {"spec": once}),
        ("batch/v1", "CronJob", {"spec": {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": once}}}),
        ("v1", "Service", {"spec": {"selector": labels, "ports": [port]}}),
        (
            "discovery.k8s.io/v1",
            "EndpointSlice",
            {"addressType": "IPv4", "endpoints": [], "ports": []},
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            {"spec": {"rules": [{"host": f"{word}.example.org", "http": {"paths": [path]}}]}},
        ),
        ("v1", "PersistentVolumeClaim", {"spec": claim}),
        ("v1", "ConfigMap", {"data": {word: word}}),
        ("v1", "Secret", {"stringData": {word: word}}),
        ("coordination.k8s.io/v1", "Lease", {"spec": {"holderIdentity": word}}),
        ("storage.example.org/v1", "Backup", {"spec": {"volume": word, "keepDays": 1}}),
        ("v1", "Event", _event(namespace, word)),
    ]
    return [
        {
            "apiVersion": version,
            "kind": kind,
            # A pod with the label would be taken over by the daemon set, and deleted.
            "metadata": {
                "name": word,
                "namespace": namespace,
                "labels": {"alone": word} if kind == "Pod" else labels,
            },
            **more,
        }
        for version, kind, more in specs
    ]


def _event(namespace: str, word: str) -> Object:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "involvedObject": {"kind": "Pod", "name": word, "namespace": namespace},
        "reason": "Canary",
        "message": word,
        "type": "Warning",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "source": {"component": word},
    }
