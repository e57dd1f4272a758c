"""Services and ingresses as the real API server keeps them (issue 9, kind 7)."""

from __future__ import annotations

from typing import Any

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import ORG, SECONDS, create, problems_of
from tests.integration.kubernetes.test_live_rows import console, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]


async def test_services_say_where_they_listen_and_lead(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    async def put(name: str, **spec: Any) -> None:
        meta = {"name": name, "namespace": namespace}
        await create(stack, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})

    http = {"name": "http", "port": 80, "targetPort": "web"}
    await put("waiting", type="LoadBalancer", ports=[http])
    await put("given", type="LoadBalancer", ports=[http], externalIPs=["192.0.2.7"])
    await put("elsewhere", type="ExternalName", externalName="db.example.test")
    await put("headless", clusterIP="None", ports=[{"port": 5432}])

    def row(name: str) -> Any:
        return console.rows("services").get(f"local/{namespace}/{name}")

    await until(lambda: all(map(row, ("waiting", "given", "elsewhere", "headless"))), SECONDS)
    found = await problems_of(console, namespace, "Service/waiting")
    assert found["Service/waiting"].cause == "Load balancer is pending"
    (port,) = row("waiting").ports
    assert port.startswith("http 80:3"), port
    assert port.endswith("→web/TCP"), port
    assert (row("waiting").pending, row("waiting").addresses) == (True, ())
    # kubectl prints its external addresses, not that it is pending.
    assert (row("given").pending, row("given").addresses) == (False, ("192.0.2.7",))
    assert row("elsewhere").addresses == ("db.example.test",)
    assert row("headless").ip == "None"
    for name, sentence in (
        ("waiting", "No load balancer has given it an address yet"),
        ("elsewhere", "Is another name for db.example.test"),
        ("headless", "Headless: its name leads to endpoints that somebody else sets"),
    ):
        detail = (await console.get(f"/clusters/local/services/{namespace}/{name}", ORG)).json()
        assert detail["summary"] == sentence


async def test_ingresses_say_every_way_they_lead(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    bucket = {"resource": {"apiGroup": "storage.example", "kind": "Bucket", "name": "assets"}}
    cart = {"service": {"name": "cart", "port": {"name": "http"}}}
    paths = [
        {"path": "/static", "pathType": "ImplementationSpecific", "backend": bucket},
        {"path": "/cart", "pathType": "Exact", "backend": cart},
    ]
    shop = {
        "ingressClassName": "public",
        "defaultBackend": {"service": {"name": "front", "port": {"number": 80}}},
        "rules": [{"host": "shop.example", "http": {"paths": paths}}],
        "tls": [{"hosts": ["shop.example"], "secretName": "shop-tls"}],
    }
    bare = {"defaultBackend": bucket}
    for name, spec in (("shop", shop), ("bare", bare)):
        manifest = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": name, "namespace": namespace},
            "spec": spec,
        }
        await create(stack, manifest)
    key = f"local/{namespace}/shop"
    await until(lambda: key in console.rows("ingresses"), SECONDS)
    row = console.rows("ingresses")[key]
    assert row.paths == (
        "shop.example/static (ImplementationSpecific) → Bucket.storage.example/assets",
        "shop.example/cart (Exact) → cart:http",
        "everything else → front:80",
    )
    assert (row.ingress_class, row.tls) == ("public", True)
    detail = (await console.get(f"/clusters/local/ingresses/{namespace}/shop", ORG)).json()
    facts = [(fact["label"], fact["value"]) for fact in detail["facts"]]
    assert ("shop.example", "/cart (Exact) → cart:http") in facts
    assert ("Everything else", "front:80") in facts
    assert ("TLS", "shop.example, with secret shop-tls") in facts
    assert ("Address", "none yet") in facts
    detail = (await console.get(f"/clusters/local/ingresses/{namespace}/bare", ORG)).json()
    assert detail["summary"] == "Sends everything to Bucket.storage.example/assets"
