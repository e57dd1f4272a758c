"""Services and ingresses as the real API server keeps them (issue 9, kind 7)."""

from __future__ import annotations

from typing import Any

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import ORG, SECONDS, create, problems_of, set_status
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


async def test_ingresses_that_lead_to_what_is_not_there_are_problems(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    def to(name: str, port: str | int) -> dict[str, Any]:
        found = {"number": port} if isinstance(port, int) else {"name": port}
        backend = {"service": {"name": name, "port": found}}
        return {"path": f"/{name}", "pathType": "Prefix", "backend": backend}

    async def put(name: str, *paths: dict[str, Any]) -> None:
        await create(
            stack,
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"rules": [{"http": {"paths": list(paths)}}]},
            },
        )

    async def serve(name: str, **spec: Any) -> None:
        meta = {"name": name, "namespace": namespace}
        await create(stack, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})

    def told(name: str) -> tuple[str, str]:
        row = console.rows("ingresses").get(f"local/{namespace}/{name}")
        return (row.status, row.reason) if row else ("", "")

    await serve("web", ports=[{"name": "http", "port": 80}])
    await serve("far", type="ExternalName", externalName="db.example.test")
    await put("well", to("web", "http"), to("web", 80), to("far", 5432))
    await put("aside", to("redirect", "use-annotation"), to("web", 80))
    await put("lost", to("gone", 80), to("web", "grpc"), to("web", 80))
    missing = "There is no service gone; Service web has no port grpc"
    await until(lambda: told("lost") == ("Unresolved", missing), SECONDS)
    await until(lambda: told("well") == told("aside") == ("Resolved", ""), SECONDS)
    found = await problems_of(console, namespace, "Ingress/lost")
    assert found["Ingress/lost"].cause == "Backend is missing"
    assert not {"Ingress/well", "Ingress/aside"} & {*found}
    detail = (await console.get(f"/clusters/local/ingresses/{namespace}/lost", ORG)).json()
    (services,) = [group for group in detail["related"] if group["title"] == "Services"]
    assert {item["name"]: item["status"] for item in services["items"]} == {
        "gone": "Missing",
        "web": None,
    }
    await serve("gone", ports=[{"port": 80}])
    await until(lambda: told("lost")[1] == "Service web has no port grpc", SECONDS)


async def test_a_load_balancer_s_port_that_is_not_served_is_a_problem(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    meta = {"name": "half", "namespace": namespace}
    spec = {"type": "LoadBalancer", "ports": [{"name": "http", "port": 80}]}
    await create(stack, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})
    port = {"port": 80, "protocol": "TCP", "error": "MixedProtocolNotSupported"}
    points = [{"ip": "192.0.2.9", "ports": [port]}]
    await set_status(stack, namespace, "service/half", {"loadBalancer": {"ingress": points}})
    found = await problems_of(console, namespace, "Service/half")
    said = "Its load balancer does not serve port 80/TCP: MixedProtocolNotSupported"
    assert (found["Service/half"].cause, found["Service/half"].reason) == ("Port not served", said)
    detail = (await console.get(f"/clusters/local/services/{namespace}/half", ORG)).json()
    assert detail["summary"] == said
