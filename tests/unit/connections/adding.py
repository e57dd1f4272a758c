"""An etcd that nobody runs, added over the API as its owner."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from tests.console import ConsoleApp

CANARY = "canary-secret-7f3a"
ETCD: dict[str, Any] = {
    "kind": "etcd",
    "name": "far",
    "way": "endpoints",
    "values": {"endpoints": ["https://etcd.invalid:2379"], "username": "u", "password": CANARY},
    "untested": True,
}
CLUSTER: dict[str, Any] = {
    "kind": "kubernetes",
    "name": "c1",
    "way": "token",
    "values": {"server": "https://c1.invalid:6443", "token": CANARY},
}


async def add(console: ConsoleApp, **changes: Any) -> httpx2.Response:
    owner = await console.owner()
    return await owner.post("/connections", json={**ETCD, **changes})


async def names(console: ConsoleApp) -> set[str]:
    owner = await console.owner()
    rows = (await owner.get("/collections/connections")).json()["rows"]
    return {row["key"] for row in rows}


def kubeconfig(user: dict[str, Any], **more: Any) -> str:
    document = {
        "current-context": "a",
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in "ab"],
        "clusters": [{"name": "c", "cluster": {"server": "https://k.invalid:6443"}}],
        "users": [{"name": "u", "user": user}],
    }
    return json.dumps({**document, **more})
