"""First data of the operators' etcd: what applications keep there."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from backend.stack.components.context import MEMBERS, Context
from backend.stack.components.etcd_gateway import EtcdGateway
from backend.stack.errors import StackError
from backend.stack.seed.tell import Tell

MARKER = "/craton/seed"
MARKER_VALUE = "1"
LEASE_ID = 7_310_000_000_000_001
LEASE_SECONDS = 3600
BATCH = 50
RETRY = 10.0


def _b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def entries() -> dict[str, str | bytes]:
    """Give every key and value: settings trees, JSON, plain text, binary, credentials."""
    found: dict[str, str | bytes] = {}
    for team, services in {
        "shop": ("frontend", "cart", "search"),
        "payments": ("api", "ledger"),
        "data": ("database", "importer"),
        "ml": ("trainer", "inference"),
    }.items():
        for service in services:
            found |= _service(team, service)
    for name, on in {"new-checkout": True, "dark-mode": True, "instant-refunds": False}.items():
        value = {"enabled": on, "percent": 25 if on else 0, "owner": "shop"}
        found[f"/features/{name}"] = json.dumps(value, indent=2)
    for number in range(1, 41):
        found[f"/routes/eu/{number:03d}"] = f"10.20.{number}.0/24 via gw-{number % 3 + 1}"
    found["/notices/maintenance"] = "Storage is moved on Sunday, 02:00 to 04:00 UTC.\n"
    found["/assets/logo.png"] = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    found["/assets/greeting"] = "Grüße aus Köln, ¡hola!, こんにちは\n"
    found["/locks/reconciler/leader"] = json.dumps({"holder": "payments-reconciler-0"})
    return found


def _service(team: str, service: str) -> Mapping[str, str | bytes]:
    base = f"/config/{team}/{service}"
    settings = {"logLevel": "info", "timeoutSeconds": 15, "upstreams": [f"{service}-db:5432"]}
    return {
        f"{base}/settings.json": json.dumps(settings, indent=2),
        f"{base}/replicas": "3",
        f"{base}/log-level": "info",
        f"{base}/limits/requests-per-second": "250",
        f"{base}/limits/burst": "500",
        f"{base}/database/host": f"{service}-db.{team}.svc",
        f"{base}/database/password": f"example-only-{team}-{service}",
    }


class EtcdSeeder:
    """Writes keys that are not there yet."""

    def __init__(self, gateway: EtcdGateway) -> None:
        self._gateway = gateway

    async def is_seeded(self) -> bool:
        """Tell whether the first data was written before."""
        answer = await self._gateway.call("kv/range", {"key": _b64(MARKER), "keys_only": True})
        return bool(answer.get("kvs"))

    async def create_missing(self, wanted: Mapping[str, str | bytes]) -> None:
        """Write the keys that do not exist, one transaction for each."""
        await asyncio.gather(*(self._create(key, value) for key, value in wanted.items()))

    async def _create(self, key: str, value: str | bytes, lease: int = 0) -> None:
        put: dict[str, Any] = {"key": _b64(key), "value": _b64(value)}
        if lease:
            put["lease"] = str(lease)
        compare = {"key": _b64(key), "target": "CREATE", "result": "EQUAL", "create_revision": "0"}
        body = {"compare": [compare], "success": [{"request_put": put}]}
        await self._gateway.call("kv/txn", body)

    async def hold_lease(self) -> None:
        """Keep a lease and the key on it alive until cancelled."""
        while True:
            answer = await self._gateway.call("lease/keepalive", {"ID": str(LEASE_ID)})
            if not answer.get("result", {}).get("TTL"):
                grant = {"ID": str(LEASE_ID), "TTL": str(LEASE_SECONDS)}
                await self._gateway.call("lease/grant", grant)
            holder = json.dumps({"address": "10.20.1.15:8080", "zone": "fra-1"})
            await self._create("/services/payments/api/instances/payments-api-0", holder, LEASE_ID)
            await asyncio.sleep(LEASE_SECONDS / 3)


async def seed_etcd(context: Context, tell: Tell) -> None:
    """Write the first data once; afterwards people's changes are left alone."""
    async with EtcdGateway(context, MEMBERS) as gateway:
        seeder = EtcdSeeder(gateway)
        if await seeder.is_seeded():
            return
        wanted = list(entries().items())
        for start in range(0, len(wanted), BATCH):
            tell(start / len(wanted), f"writing key {start} of {len(wanted)}")
            await seeder.create_missing(dict(wanted[start : start + BATCH]))
        await seeder.create_missing({MARKER: MARKER_VALUE})


async def hold_lease(context: Context) -> None:
    """Keep the leased key alive for as long as the stack runs."""
    async with EtcdGateway(context, MEMBERS) as gateway:
        seeder = EtcdSeeder(gateway)
        while True:
            with contextlib.suppress(StackError):
                await seeder.hold_lease()
            await asyncio.sleep(RETRY)
