"""A console on a real etcd of a test's own, which it may change."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Any

import httpx2

from integrations.etcd.models import Header
from integrations.etcd.transport import Gateway
from integrations.etcd.txn import PutRequest
from tests.console import Caller, ConsoleApp
from tests.contract.etcd.real import RealCluster

__all__ = ["NAME", "KeyBench", "connected", "fresh"]

NAME = "store"


@dataclass
class KeyBench:
    """`owner` owns the organisation; the connection is called `NAME`."""

    cluster: RealCluster
    console: ConsoleApp
    owner: Caller

    async def put(self, key: bytes, value: bytes, lease: str = "0") -> None:
        """Somebody else's blind put, of any bytes."""
        gateway = Gateway(self.cluster.settings())
        try:
            await gateway.call("kv/put", PutRequest(key=key, value=value, lease=lease), Header)
        finally:
            await gateway.aclose()

    async def state(self, key: str, caller: Caller | None = None) -> dict[str, Any]:
        answer = await (caller or self.owner).get(f"/etcd/{NAME}/key", params={"key": key})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(
        self,
        action: str,
        key: str,
        *,
        version: str | None = None,
        caller: Caller | None = None,
        **body: Any,
    ) -> httpx2.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await (caller or self.owner).post(
            f"/etcd/{NAME}/key/{action}", json={"key": key, **body}, headers=headers
        )

    async def act(self, action: str, key: str, **more: Any) -> dict[str, Any]:
        answer = await self.ask(action, key, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def value(self, key: str) -> bytes:
        return base64.b64decode((await self.state(key))["base64"])

    async def entries(self, target: str) -> list[dict[str, Any]]:
        """What the record says of a key, the newest first."""
        query = {"filter": f"target={NAME}:{target}", "limit": 200, "sort": "-at"}
        found = await self.owner.get("/collections/activity", params=query)
        assert found.status_code == 200, found.text
        return found.json()["rows"]

    async def change(self, caller: Caller | None = None, **values: Any) -> httpx2.Response:
        """Change the settings of the connection."""
        path = f"/connections/etcd/{NAME}"
        now = await self.owner.get(path)
        body = {"way": "endpoints", "values": {**now.json()["values"], **values}}
        return await (caller or self.owner).put(
            path, json=body, headers={"If-Match": now.headers["etag"]}
        )


async def connected(cluster: RealCluster, console: ConsoleApp, **values: Any) -> KeyBench:
    """Connect it in the console, changes allowed unless `values` say otherwise."""
    settings = cluster.settings()
    files = {
        "ca_data": settings.ca.read_text() if settings.ca else "",
        "cert_data": settings.cert.read_text() if settings.cert else "",
        "key_data": settings.key.read_text() if settings.key else "",
    }
    given = {"endpoints": list(cluster.endpoints), **files, "changes": "allowed", **values}
    draft = {"kind": "etcd", "name": NAME, "way": "endpoints", "values": given}
    owner = await console.owner()
    made = await owner.post("/connections", json=draft)
    assert made.status_code == 201, made.text
    return KeyBench(cluster, console, owner)


def fresh(folder: str = "/edit") -> str:
    """A key of nobody else."""
    return f"{folder}/{uuid.uuid4().hex[:8]}"
