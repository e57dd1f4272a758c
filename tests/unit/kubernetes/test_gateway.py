"""What is said of the Gateway API's objects."""

from __future__ import annotations

from typing import Any

import pytest

from backend.features.cluster.conditions import conditions
from backend.features.cluster.custom import custom_summary
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.summaries.routes import GATEWAY_API
from tests.contract.kubernetes.harness import ACCESS, until
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_watch_states import SETTINGS


def kind(name: str) -> ResourceKind:
    group = "gateway.networking.k8s.io"
    return ResourceKind(f"{name.lower()}s", name, group, "v1", Metadata)


def test_a_route_says_where_it_leads_and_what_its_parents_say_of_it() -> None:
    refused = {"type": "Accepted", "status": "False", "message": "no listener fits"}
    raw: dict[str, Any] = {
        "spec": {
            "hostnames": ["shop.example"],
            "parentRefs": [{"name": "public", "namespace": "edge", "sectionName": "https"}],
            "rules": [
                {
                    "matches": [{"path": {"type": "Exact", "value": "/cart"}, "method": "GET"}],
                    "backendRefs": [
                        {"name": "cart", "port": 80, "weight": 9},
                        {"name": "cart-next", "port": 80, "weight": 1},
                        {"name": "odd", "port": [80], "weight": [9]},
                    ],
                },
                {"filters": [{"type": "RequestRedirect"}]},
                None,
            ],
        },
        "status": {"parents": [{"parentRef": {"name": "public"}, "conditions": [refused, None]}]},
    }
    words = custom_summary(kind("HTTPRoute"), raw)
    facts = [fact for fact in words.facts if fact[0] in {"Hosts", "Attached to", "Route"}]
    assert facts == [
        ("Hosts", "shop.example"),
        ("Attached to", "edge/public, https"),
        ("Route", "GET, /cart (Exact) → cart:80 (weight 9), cart-next:80, odd:[80] (weight [9])"),
        ("Route", "everything → RequestRedirect"),
    ]
    (view,) = conditions(raw, kind("HTTPRoute"))
    assert (view.type, view.good) == ("Accepted (public)", False)
    assert (words.status, words.healthy, words.summary) == (
        "NotAccepted",
        False,
        "Accepted (public) is False: no listener fits; edge/public, https says nothing of it",
    )


def test_a_gateway_says_its_class_listeners_and_addresses() -> None:
    raw = {
        "spec": {
            "gatewayClassName": "envoy",
            "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}],
        },
        "status": {"addresses": [{"value": "192.0.2.1"}]},
    }
    facts = dict(custom_summary(kind("Gateway"), raw).facts)
    assert facts["Listener"] == "http: HTTP 80, every host"
    assert (facts["Class"], facts["Address"]) == ("envoy", "192.0.2.1")
    assert custom_summary(kind("HTTPRoute"), {"spec": {"rules": 5}}).healthy is None


PUBLIC, INNER = {"name": "public"}, {"name": "inner", "namespace": "edge"}


def judged(ref: dict[str, str], accepted: str, resolved: str = "True") -> dict[str, Any]:
    listed = [
        {"type": "Accepted", "status": accepted, "reason": "NoMatchingParent"},
        {"type": "ResolvedRefs", "status": resolved, "message": "backend cart not found"},
    ]
    return {"parentRef": ref, "controllerName": "x.example/c", "conditions": listed}


NOT_TAKEN = "Accepted (edge/inner) is False: NoMatchingParent"
LOST = "ResolvedRefs (public) is False: backend cart not found"


@pytest.mark.parametrize(
    ("asked", "told", "words"),
    [
        ([PUBLIC], [judged(PUBLIC, "True")], ("Accepted", True, "")),
        ([PUBLIC], [judged(PUBLIC, "Unknown")], ("Pending", None, "")),
        ([PUBLIC], [judged(PUBLIC, "True", "False")], ("UnresolvedRefs", False, LOST)),
        (
            [PUBLIC, INNER],
            [judged(PUBLIC, "True"), judged(INNER, "False")],
            ("PartlyAccepted", False, NOT_TAKEN),
        ),
        (
            [PUBLIC, INNER],
            [judged({**PUBLIC, "namespace": "shop", "kind": "Gateway"}, "True")],
            ("PartlyAccepted", False, "edge/inner says nothing of it"),
        ),
        ([PUBLIC, INNER], [], ("Pending", False, "Nothing has taken it: public, edge/inner")),
        ([PUBLIC, INNER], None, ("Pending", False, "Nothing has taken it: public, edge/inner")),
        ([], [], ("Detached", None, "Is attached to nothing: no request comes to it")),
        ("x", "y", ("Detached", None, "Is attached to nothing: no request comes to it")),
    ],
)
def test_a_route_is_as_well_as_everything_it_is_attached_to_says(
    asked: Any, told: Any, words: tuple[str, bool | None, str]
) -> None:
    meta = {"namespace": "shop", "name": "cart", "creationTimestamp": "2026-11-01T00:00:00Z"}
    raw = {"metadata": meta, "spec": {"parentRefs": asked}, "status": {"parents": told}}
    for name in ("HTTPRoute", "GRPCRoute", "TLSRoute"):
        assert custom_summary(kind(name), raw)[:3] == words


def test_a_new_route_may_wait_for_its_controller() -> None:
    meta = {"namespace": "shop", "name": "cart", "creationTimestamp": "2099-01-01T00:00:00Z"}
    raw = {"metadata": meta, "spec": {"parentRefs": [PUBLIC]}}
    words = custom_summary(kind("HTTPRoute"), raw)
    assert (words.status, words.healthy) == ("Pending", None)


HTTP_ROUTES = ResourceKind("httproutes", "HTTPRoute", GATEWAY_API, "v1", Metadata)
NAMES = {"plural": "httproutes", "kind": "HTTPRoute", "singular": "httproute"}
DEFINITION: dict[str, Any] = {
    "metadata": {"name": f"httproutes.{GATEWAY_API}"},
    "spec": {
        "group": GATEWAY_API,
        "scope": "Namespaced",
        "names": NAMES,
        "versions": [{"name": "v1", "served": True, "storage": True}],
    },
    "status": {"conditions": [{"type": "Established", "status": "True"}]},
}


async def test_a_route_that_nothing_has_taken_is_a_problem_while_it_is_so() -> None:
    store, console = Store(), KubernetesFeatures()
    store.kinds[GATEWAY_API, "httproutes"] = HTTP_ROUTES
    transport = StreamingTransport(FakeKubernetes(store))
    connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)
    store.put("customresourcedefinitions", DEFINITION)

    def put(name: str, created: str, *parents: dict[str, Any]) -> None:
        meta = {"namespace": "shop", "name": name, "creationTimestamp": created}
        spec = {"parentRefs": [PUBLIC]}
        route = {"metadata": meta, "spec": spec, "status": {"parents": list(parents)}}
        store.put("httproutes", route, group=GATEWAY_API)

    put("alone", "2026-11-01T00:00:00Z")
    put("refused", "2026-11-01T00:00:00Z", judged(PUBLIC, "False"))
    put("taken", "2026-11-01T00:00:00Z", judged(PUBLIC, "True"))
    put("new", "2099-01-01T00:00:00Z")
    await console.connect(connection)

    def problems() -> dict[str, Any]:
        rows = console.rows("problems").values()
        return {row.name: row for row in rows if row.kind == "HTTPRoute"}

    await until(lambda: set(problems()) == {"alone", "refused"})
    found = problems()["alone"]
    assert (found.cause, found.severity) == ("Route is not taken", "error")
    assert found.reason == "Nothing has taken it: public"
    assert found.link == f"/clusters/fake/httproutes.{GATEWAY_API}/shop/alone"
    put("alone", "2026-11-01T00:00:00Z", judged(PUBLIC, "True", "False"))
    await until(lambda: problems()["alone"].severity == "warning")
    assert problems()["alone"].cause == "UnresolvedRefs"
    put("alone", "2026-11-01T00:00:00Z", judged(PUBLIC, "True"))
    await until(lambda: set(problems()) == {"refused"})
    store.delete("httproutes", "shop/refused", group=GATEWAY_API)
    await until(lambda: not problems())
    put("alone", "2026-11-01T00:00:00Z")
    await until(lambda: set(problems()) == {"alone"})
    store.delete("customresourcedefinitions", f"httproutes.{GATEWAY_API}")
    await until(lambda: not problems())
    await connection.stop()
