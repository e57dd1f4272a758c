"""Changes to the many pods of a running local stack, without the cost of making them.

Two cores that measure a console cannot also run hundreds of patches a second through the API
server's handlers. Changed pods are therefore written into the API server's own etcd, in a
storage format it reads (JSON): from there on, API server, watch cache, watch streams and
console do exactly what they always do.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Self

import httpx2

from backend.stack.components.checks import tls
from backend.stack.paths import StackPaths
from backend.stack.pki import Pair

__all__ = ["Store", "api_client", "changed_pod", "load_pods", "objects"]

PAGE = 500


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

    async def put(self, items: dict[str, str]) -> None:
        """Write objects (JSON) by key, in one transaction (etcd takes 128)."""
        puts = [
            {"requestPut": {"key": _b64(key), "value": _b64(value)}} for key, value in items.items()
        ]
        response = await self._client.post("/txn", json={"success": puts})
        response.raise_for_status()


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def api_client(home: Path) -> httpx2.Client:
    """A client of the stack's API server, as its admin."""
    paths = StackPaths(home)
    port = json.loads(paths.ports.read_text())["kube-apiserver"]
    pair = Pair(paths.pki / "kube-admin.crt", paths.pki / "kube-admin.key")
    return httpx2.Client(
        base_url=f"https://127.0.0.1:{port}",
        verify=tls(paths.pki / "kubernetes-ca.crt", pair),
        timeout=60,
        trust_env=False,
    )


def objects(client: httpx2.Client, kind: str) -> int:
    """How many objects of a core kind ("pods") the API server has."""
    found = client.get(f"/api/v1/{kind}", params={"limit": 1}).raise_for_status().json()
    return len(found["items"]) + int(found["metadata"].get("remainingItemCount", 0))


def load_pods(client: httpx2.Client) -> dict[str, str]:
    """The running pods of the seed's load namespaces: their keys in etcd, and their JSON."""
    held: dict[str, str] = {}
    params: dict[str, str | int] = {"limit": PAGE, "fieldSelector": "status.phase=Running"}
    while True:
        page = client.get("/api/v1/pods", params=params).raise_for_status().json()
        for item in page["items"]:
            space, name = item["metadata"]["namespace"], item["metadata"]["name"]
            if space.startswith("load-"):
                item["metadata"].pop("resourceVersion")
                whole = {"apiVersion": "v1", "kind": "Pod", **item}
                held[f"/registry/pods/{space}/{name}"] = json.dumps(whole)
        token = page["metadata"].get("continue")
        if not token:
            return held
        params["continue"] = token


def changed_pod(item: str, restarts: int) -> str:
    """The pod (as JSON) after its container was started again for the n-th time."""
    return re.sub(r'"restartCount": \d+', f'"restartCount": {restarts}', item)
