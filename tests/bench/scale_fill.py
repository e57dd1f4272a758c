"""Many nodes and pods in a running local stack, and changes to them, without the cost of
making them.

Two cores that measure a console cannot also run the thousands of writes a second that
controllers, scheduler and simulation need. Objects are therefore written into the API
server's own etcd, in its storage format (it reads JSON as well as its own encoding): from
there on, API server, watch cache, watch streams and console do exactly what they always do.
"""

from __future__ import annotations

import json
import uuid
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Self

import httpx2

from backend.stack.components.checks import tls
from backend.stack.paths import StackPaths
from backend.stack.pki import Pair
from backend.stack.seed.load import PODS_PER_NAMESPACE
from backend.stack.seed.nodes import CONTROL_PLANE, node, node_name

__all__ = ["Store", "changed_pod", "fill_nodes", "fill_pods", "pod"]

AT_ONCE = 50
"""Writes in one transaction (etcd takes 128)."""
WORKLOAD = 25
IMAGES = ("shop/cart", "payments/api", "data/importer", "ml/inference")
STARTED = "2026-11-21T09:00:00Z"


class Store:
    """The etcd behind the stack's API server."""

    def __init__(self, home: Path) -> None:
        paths = StackPaths(home)
        port = json.loads(paths.ports.read_text())["kubernetes-etcd"]
        own = Pair(paths.pki / "kube-apiserver-etcd.crt", paths.pki / "kube-apiserver-etcd.key")
        self._client = httpx2.AsyncClient(
            base_url=f"https://127.0.0.1:{port}/v3/kv",
            verify=tls(paths.pki / "kubernetes-etcd-ca.crt", own),
            timeout=60,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def keys(self, prefix: str) -> set[str]:
        """The keys below `prefix`."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        body = {"key": _b64(prefix), "range_end": _b64(end), "keys_only": True}
        answer = (await self._post("range", body)).get("kvs", [])
        return {b64decode(entry["key"]).decode() for entry in answer}

    async def put(self, items: dict[str, str]) -> None:
        """Write objects (JSON) by key, in one transaction."""
        puts = [
            {"requestPut": {"key": _b64(key), "value": _b64(value)}} for key, value in items.items()
        ]
        await self._post("txn", {"success": puts})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = await self._client.post(f"/{path}", json=body)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _stored(item: dict[str, Any]) -> str:
    own = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{item['kind']}/{item['metadata']['name']}"))
    meta = {"uid": own, "creationTimestamp": STARTED, **item["metadata"]}
    return json.dumps({**item, "metadata": meta})


def ready_node(number: int) -> str:
    """The n-th node of the stack's simulation, as it is when its kubelet has reported."""
    item = node(number)
    item["status"]["conditions"] = [
        {
            "type": kind,
            "status": status,
            "reason": "KubeletReady",
            "message": "as expected",
            "lastHeartbeatTime": STARTED,
            "lastTransitionTime": STARTED,
        }
        for kind, status in (
            ("Ready", "True"),
            ("MemoryPressure", "False"),
            ("DiskPressure", "False"),
            ("PIDPressure", "False"),
        )
    ]
    return _stored(item)


def pod(number: int, nodes: int) -> tuple[str, str]:
    """Key and JSON of the n-th running pod, on the n-th worker."""
    workload = number // WORKLOAD
    namespace = f"scale-{number // PODS_PER_NAMESPACE:02d}"
    app, image = f"service-{workload:04d}", IMAGES[workload % len(IMAGES)]
    name = f"{app}-{uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex[:10]}"
    digest = uuid.uuid5(uuid.NAMESPACE_URL, image).hex * 2
    host = node_name(CONTROL_PLANE + number % max(1, nodes - CONTROL_PLANE))
    labels = {"app": app, "team": namespace, "tier": "backend"}
    address = f"10.{64 + number // 65536}.{number // 256 % 256}.{number % 256}"
    ours = {f"f:{word}": {} for word in ("image", "name", "resources", "imagePullPolicy")}
    fields = {"f:spec": {"f:containers": {'k:{"name":"main"}': {".": {}, **ours}}, **ours}}
    item = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
            "managedFields": [
                {
                    "manager": "bench",
                    "operation": "Update",
                    "apiVersion": "v1",
                    "time": STARTED,
                    "fieldsType": "FieldsV1",
                    "fieldsV1": fields,
                }
            ],
        },
        "spec": {
            "nodeName": host,
            "restartPolicy": "Always",
            "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler",
            "serviceAccountName": "default",
            "terminationGracePeriodSeconds": 30,
            "securityContext": {},
            "priority": 0,
            "tolerations": [
                {"key": f"node.kubernetes.io/{what}", "operator": "Exists", "effect": "NoExecute"}
                for what in ("not-ready", "unreachable")
            ],
            "containers": [
                {
                    "name": "main",
                    "image": f"registry.local/{image}:1.{workload % 9}.0",
                    "imagePullPolicy": "IfNotPresent",
                    "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                    "terminationMessagePath": "/dev/termination-log",
                    "terminationMessagePolicy": "File",
                }
            ],
        },
        "status": {
            "phase": "Running",
            "qosClass": "Burstable",
            "hostIP": "10.20.0.4",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": STARTED,
            "conditions": [
                {
                    "type": kind,
                    "status": "True",
                    "lastProbeTime": None,
                    "lastTransitionTime": STARTED,
                }
                for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
            ],
            "containerStatuses": [
                {
                    "name": "main",
                    "ready": True,
                    "started": True,
                    "restartCount": 0,
                    "image": f"registry.local/{image}:1.{workload % 9}.0",
                    "imageID": f"registry.local/{image}@sha256:{digest}",
                    "containerID": f"containerd://{digest}",
                    "state": {"running": {"startedAt": STARTED}},
                    "lastState": {},
                }
            ],
        },
    }
    return f"/registry/pods/{namespace}/{name}", _stored(item)


def changed_pod(item: str, restarts: int) -> str:
    """The pod (as JSON) after its container was started again for the n-th time."""
    return item.replace('"restartCount": 0', f'"restartCount": {restarts}')


async def _put_all(store: Store, items: dict[str, str]) -> None:
    names = list(items)
    for start in range(0, len(names), AT_ONCE):
        await store.put({name: items[name] for name in names[start : start + AT_ONCE]})


async def fill_nodes(store: Store, count: int) -> int:
    """Add what is missing of `count` nodes; how many that was."""
    held = await store.keys("/registry/minions/")
    wanted = {f"/registry/minions/{node_name(n)}": n for n in range(count)}
    missing = {key: ready_node(n) for key, n in wanted.items() if key not in held}
    await _put_all(store, missing)
    return len(missing)


async def fill_pods(store: Store, count: int, nodes: int) -> dict[str, str]:
    """Add what is missing of `count` pods; all of them by key."""
    held = await store.keys("/registry/pods/scale-")
    pods = dict(pod(number, nodes) for number in range(count))
    for namespace in sorted({key.split("/")[3] for key in pods}):
        key = f"/registry/namespaces/{namespace}"
        if not await store.keys(key):
            space = {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": namespace, "labels": {"team": namespace}},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
            await store.put({key: _stored(space)})
    await _put_all(store, {key: item for key, item in pods.items() if key not in held})
    return pods
