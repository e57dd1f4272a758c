"""Routes of the Gateway API on a real API server: nobody takes them, one does, one refuses them
(issue 9, kind 7)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.summaries.routes import GATEWAY_API
from tests.contract.kubernetes.harness import RealCluster, unique, until
from tests.contract.kubernetes.server import ApiServer
from tests.unit.kubernetes.console import KubernetesFeatures

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

ORG = "org/main"
KINDS = {
    "httproutes": ResourceKind("httproutes", "HTTPRoute", GATEWAY_API, "v1", Metadata),
    "grpcroutes": ResourceKind("grpcroutes", "GRPCRoute", GATEWAY_API, "v1", Metadata),
}
TEXT = {"type": "string"}
OBJECT: dict[str, Any] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
REFERENCE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        **dict.fromkeys(("name", "namespace", "sectionName"), TEXT),
        "group": {**TEXT, "default": GATEWAY_API},
        "kind": {**TEXT, "default": "Gateway"},
    },
}
PARENT = {
    "type": "object",
    "required": ["parentRef", "controllerName"],
    "properties": {
        "parentRef": REFERENCE,
        "controllerName": TEXT,
        "conditions": {"type": "array", "items": OBJECT},
    },
}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {"parentRefs": listed(REFERENCE), "rules": listed(OBJECT)},
        },
        "status": {
            "type": "object",
            "required": ["parents"],
            "properties": {"parents": listed(PARENT)},
        },
    },
}


def definition(kind: ResourceKind) -> dict[str, Any]:
    approval = {"api-approved.kubernetes.io": "unapproved, a test's own"}
    names = {"plural": kind.plural, "kind": kind.kind, "singular": kind.kind.lower()}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    return {
        "metadata": {"name": f"{kind.plural}.{GATEWAY_API}", "annotations": approval},
        "spec": {
            "group": GATEWAY_API,
            "scope": "Namespaced",
            "names": {**names, "listKind": f"{kind.kind}List"},
            "versions": [{**version, "schema": {"openAPIV3Schema": SCHEMA}}],
        },
    }


class Place:
    """A console, and the cluster whose routes a test makes."""

    def __init__(self, cluster: RealCluster, console: KubernetesFeatures, namespace: str) -> None:
        self.cluster = cluster
        self.console = console
        self.namespace = namespace

    def route(self, plural: str, name: str, *parents: str) -> None:
        refs = [{"name": parent} for parent in parents]
        meta = {"namespace": self.namespace, "name": name}
        self.cluster.put(KINDS[plural], {"metadata": meta, "spec": {"parentRefs": refs}})

    def judge(self, plural: str, name: str, **parents: tuple[str, str]) -> None:
        """Write what the controllers of these parents would: accepted, resolved."""
        told = [
            {
                "parentRef": {"name": parent},
                "controllerName": "test.example/controller",
                "conditions": [
                    {"type": "Accepted", "status": accepted, "reason": "NoMatchingParent"},
                    {"type": "ResolvedRefs", "status": resolved, "message": "no Service cart"},
                ],
            }
            for parent, (accepted, resolved) in parents.items()
        ]
        path = f"{KINDS[plural].path(self.namespace, name)}/status"
        answer = self.cluster.http.patch(
            path,
            json={"status": {"parents": told}},
            headers={"content-type": "application/merge-patch+json"},
        )
        assert answer.status_code == 200, answer.text

    def problems(self) -> dict[str, Any]:
        rows = self.console.rows("problems").values()
        return {row.name: row for row in rows if row.namespace == self.namespace}

    async def detail(self, plural: str, name: str) -> dict[str, Any]:
        path = f"/clusters/test/{plural}.{GATEWAY_API}/{self.namespace}/{name}"
        answer = await self.console.get(path, ORG)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def place(api_server: ApiServer, tmp_path: Path) -> AsyncIterator[Place]:
    cluster, console = RealCluster(api_server, tmp_path), KubernetesFeatures()
    for kind in KINDS.values():
        cluster.put("customresourcedefinitions", definition(kind))
    for kind in KINDS.values():
        await cluster.settled(f"{kind.plural}.{GATEWAY_API}")
    namespace = unique("routes")
    cluster.put("namespaces", {"metadata": {"name": namespace}})
    connection = cluster.connection()
    await console.connect(connection)
    yield Place(cluster, console, namespace)
    await connection.stop()
    for kind in KINDS.values():
        cluster.delete("customresourcedefinitions", f"{kind.plural}.{GATEWAY_API}")
    await asyncio.to_thread(_gone, cluster.http)
    cluster.http.close()


def _gone(http: httpx2.Client) -> None:
    """The next test of this worker may define them again only when they are gone."""
    root = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        if all(http.get(f"{root}/{p}.{GATEWAY_API}").status_code == 404 for p in KINDS):
            return
        time.sleep(0.05)
    raise AssertionError("the definitions are still there")


def said(place: Place, name: str, cause: str) -> Callable[[], bool]:
    return lambda: name in place.problems() and place.problems()[name].cause == cause


async def test_what_the_parents_of_a_route_say_of_it(place: Place) -> None:
    for plural in KINDS:
        place.route(plural, f"{plural}-one", "public", "inner")
        place.route(plural, f"{plural}-none")
    one = "httproutes-one"
    new = await place.detail("httproutes", one)
    assert (new["status"], new["healthy"]) == ("Pending", None)
    assert new["summary"] == "Nothing has taken it: public, inner"
    assert (await place.detail("grpcroutes", "grpcroutes-none"))["status"] == "Detached"

    for plural in KINDS:
        place.judge(plural, f"{plural}-one", public=("False", "True"), inner=("False", "True"))
    await until(said(place, one, "Route is not taken"))
    await until(said(place, "grpcroutes-one", "Route is not taken"))
    assert place.problems()[one].severity == "error"
    assert "Accepted (public) is False: NoMatchingParent" in place.problems()[one].reason
    detail = await place.detail("httproutes", one)
    assert (detail["status"], detail["healthy"], detail["missing"]) == ("NotAccepted", False, [])
    good = {c["type"]: c["good"] for c in detail["conditions"]}
    assert good["Accepted (public)"] is False
    assert good["ResolvedRefs (inner)"] is True

    place.judge("httproutes", one, public=("True", "False"), inner=("True", "True"))
    await until(said(place, one, "UnresolvedRefs"))
    assert "ResolvedRefs (public) is False: no Service cart" in place.problems()[one].reason
    place.judge("httproutes", one, public=("True", "True"))
    await until(said(place, one, "PartlyAccepted"))
    assert place.problems()[one].reason == "inner says nothing of it"
    place.judge("httproutes", one, public=("True", "True"), inner=("True", "True"))
    await until(lambda: one not in place.problems())
    assert (await place.detail("httproutes", one))["healthy"] is True
    assert "httproutes-none" not in place.problems()
