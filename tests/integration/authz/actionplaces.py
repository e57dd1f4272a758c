"""Actions on the objects of a cluster."""

from __future__ import annotations

from typing import Any

from tests.integration.authz.place import CLUSTER, SHOP, LatePlace, OwnPlace, at

__all__ = ["ACTIONS"]

OBJECT = "/clusters/{cluster}/{kind}/{namespace}/{name}"
POD = "/clusters/fake/pods/shop/web-1-a"
NODE = "nodes/-/n1"
ENTRY = {"key": "a", "value": "b", "was": "c"}
TAINT = {"key": "a", "effect": "NoExecute"}
WEB = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}"
CRON = "cronjobs/shop/night"


def acting(action: str, verb: str, on: str = "deployments/shop/web", **body: Any) -> LatePlace:
    """An action on an object of the cluster. Nothing comes of it: it names no version, or one
    that is not there."""
    kind = {"pods": "pod", "nodes": "machine"}.get(on.partition("/")[0], "workload")
    scope = CLUSTER if kind == "machine" else SHOP
    address = f"/clusters/fake/{on}/{action}"
    return LatePlace(address, scope, kind, verb, body=body, ok=frozenset({412, 428}))


# Pods are read everywhere for it: the fake cluster lets anybody read them.
DRAIN_PLAN = LatePlace("/clusters/fake/nodes/-/n1/drain", CLUSTER, "machine", "drain")

ACTIONS = {
    f"GET {OBJECT}/actions": LatePlace(f"{POD}/actions", SHOP, "pod", "get"),
    f"GET {OBJECT}/revisions": LatePlace(
        "/clusters/fake/deployments/shop/web/revisions", SHOP, "workload", "get"
    ),
    f"POST {OBJECT}/scale": acting("scale", "scale", replicas=2),
    f"POST {OBJECT}/restart": acting("restart", "restart"),
    f"POST {OBJECT}/pause": acting("pause", "pause"),
    f"POST {OBJECT}/resume": acting("resume", "pause"),
    f"POST {OBJECT}/rollback": acting("rollback", "rollback", revision=1),
    f"POST {OBJECT}/suspend": acting("suspend", "pause", CRON),
    f"POST {OBJECT}/unsuspend": acting("unsuspend", "pause", CRON),
    f"POST {OBJECT}/run": acting("run", "create", CRON, key="abcde"),
    f"POST {OBJECT}/cordon": acting("cordon", "cordon", NODE),
    f"POST {OBJECT}/uncordon": acting("uncordon", "cordon", NODE),
    f"POST {OBJECT}/labels": acting("labels", "update", entries=[ENTRY]),
    f"POST {OBJECT}/taints": acting("taints", "update", NODE, taints=[], was=[TAINT]),
    "GET /clusters/{cluster}/logs/{namespace}": at(SHOP, "/clusters/fake/logs/shop?pod=web-1-a"),
    "GET /clusters/{cluster}/exec/{namespace}/{pod}": at(SHOP, "/clusters/fake/exec/shop/web-1-a"),
    "GET /clusters/{cluster}/nodes/-/{node}/drain": DRAIN_PLAN,
    "POST /clusters/{cluster}/nodes/-/{node}/drain": acting("drain", "drain", NODE),
    f"POST {OBJECT}/edit": acting("edit", "update", base=WEB, yaml=WEB),
    f"GET {OBJECT}/document": LatePlace(
        "/clusters/fake/deployments/shop/web/document", SHOP, "workload", "update"
    ),
    f"POST {OBJECT}/merge": LatePlace(
        "/clusters/fake/deployments/shop/web/merge",
        SHOP,
        "workload",
        "update",
        body={"base": WEB, "yaml": WEB},
    ),
    # whoever holds anything in it, as for its kubeconfig
    "GET /clusters/{cluster}/schemas": OwnPlace(
        "/clusters/none/schemas?api_version=apps/v1&kind=Deployment", 404
    ),
    "POST /clusters/{cluster}/objects": LatePlace(
        "/clusters/fake/objects?dry_run=true",
        SHOP,
        "configmap",
        "create",
        empty=lambda made: made["objects"][0]["outcome"] == "refused",
        body={
            "yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
            "namespace": "shop",
        },
    ),
    f"POST {OBJECT}/debug": LatePlace(
        "/clusters/fake/pods/shop/web-1-a/debug",
        SHOP,
        "pod",
        "exec",
        body={"image": "a/b", "target": "none"},
        ok=frozenset({422}),
    ),
    f"POST {OBJECT}/evict": acting("evict", "evict", "pods/shop/web-1-a"),
    f"POST {OBJECT}/delete": acting("delete", "delete", "pods/shop/web-1-a"),
}
