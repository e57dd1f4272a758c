"""What is said of the Gateway API's objects."""

from __future__ import annotations

from typing import Any

from backend.features.cluster.conditions import conditions
from backend.features.cluster.custom import custom_summary
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.meta import Metadata


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
    assert (words.healthy, words.summary) == (
        False,
        "Accepted (public) is False: no listener fits",
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
