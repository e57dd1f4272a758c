"""Kinds without rows that say how a cluster is guarded, or hold what pods are made from, need a
right of their own: custom resources are what definitions add, and not these."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.features.cluster.kinds import permission_of
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.models.meta import Metadata
from tests.contract.kubernetes.harness import ACCESS, until
from tests.roles import CATALOGUE, OPERATOR, OWNER, VIEWER
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_metadata_watches import HELD
from tests.unit.kubernetes.test_watch_states import SETTINGS

RBAC = "rbac.authorization.k8s.io"
GUARDS = [
    (RBAC, "roles"),
    (RBAC, "rolebindings"),
    (RBAC, "clusterroles"),
    (RBAC, "clusterrolebindings"),
    ("certificates.k8s.io", "certificatesigningrequests"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("", "serviceaccounts"),
]
POD_SPECS = [("", "podtemplates"), ("", "replicationcontrollers"), ("apps", "controllerrevisions")]
OTHERS = [("", "limitranges"), ("networking.k8s.io", "networkpolicies"), ("example.org", "roles")]
BINDINGS = ResourceKind("rolebindings", "RoleBinding", RBAC, "v1", Metadata)
TEMPLATES = ResourceKind("podtemplates", "PodTemplate", "", "v1", Metadata)
ORG = "org/main"
SHOP = "org/main/cluster/fake/ns/shop"


def test_each_kind_needs_the_right_that_its_content_asks_for() -> None:
    assert {permission_of(plural, group) for group, plural in GUARDS} == {"cluster-access"}
    assert {permission_of(plural, group) for group, plural in POD_SPECS} == {"workload"}
    assert {permission_of(plural, group) for group, plural in OTHERS} == {"customresource"}


def test_no_star_means_what_guards_a_cluster() -> None:
    assert CATALOGUE.get("cluster-access").sensitive
    held = [any(kind == "cluster-access" for kind, _ in role.pairs) for role in (VIEWER, OPERATOR)]
    assert held == [False, False]
    assert any(kind == "cluster-access" for kind, _ in OWNER.pairs)


class World:
    """A console over a fake cluster with a held role binding and a pod template."""

    def __init__(self) -> None:
        self.store = Store()
        self.console = KubernetesFeatures()
        transport = StreamingTransport(FakeKubernetes(self.store))
        self.connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)
        for kind in (BINDINGS, TEMPLATES):
            self.store.kinds[kind.group, kind.plural] = kind
            meta = {"namespace": "shop", "name": "held", **HELD}
            content = {"metadata": meta, "subjects": [{"name": "CANARY"}]}
            self.store.put(kind.plural, content, group=kind.group)

    async def get(self, path: str, where: str, role: str) -> Any:
        return await self.console.get(f"/clusters/fake/{path}", where, role=role)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    await made.console.connect(made.connection)
    yield made
    await made.connection.stop()


async def test_a_viewer_reads_no_role_bindings(world: World) -> None:
    address = f"rolebindings.{RBAC}"
    for role, status in (("viewer", 404), ("operator", 404), ("owner", 200)):
        for path in (
            f"{address}/shop/held",
            f"{address}/shop/held/yaml",
            f"custom/{address}",
            f"custom/{address}?namespace=shop",
        ):
            answer = await world.get(path, ORG, role)
            assert answer.status_code == status, (role, path, answer.text)
            assert role == "owner" or "CANARY" not in answer.text


async def test_pod_templates_are_read_by_the_right_on_workloads(world: World) -> None:
    assert (await world.get("podtemplates/shop/held", SHOP, "viewer")).status_code == 200
    assert (await world.get("podtemplates/shop/held", f"{SHOP}x", "viewer")).status_code == 404


async def test_a_held_deletion_is_told_without_the_content(world: World) -> None:
    rows = world.console.rows
    await until(lambda: any(row.kind == "RoleBinding" for row in rows("problems").values()))
    (problem,) = [row for row in rows("problems").values() if row.kind == "RoleBinding"]
    assert "CANARY" not in str(problem)
