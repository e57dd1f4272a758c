"""What a page says of the parts of a document that are not as declared (issue 9, kind 8)."""

from __future__ import annotations

from typing import Any

import pytest

from backend.features.cluster.unread import unread_parts
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.models.meta import Metadata
from tests.contract.kubernetes.harness import ACCESS
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_watch_states import SETTINGS

THING = ResourceKind("things", "Thing", "ops.example", "v1", Metadata)
ROUTE = ResourceKind("httproutes", "HTTPRoute", "gateway.networking.k8s.io", "v1", Metadata)
LIST, TEXT = "expected `array`, got `str`", "expected `object`, got `str`"


def conditions(*listed: Any) -> dict[str, Any]:
    return {"status": {"conditions": list(listed)}}


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        (THING, {}, []),
        (THING, {"spec": None, "status": None}, []),
        (THING, conditions(None, {"type": "Ready", "status": True, "reason": None}), []),
        (THING, {"spec": "x"}, [f"spec could not be read: {TEXT}"]),
        (THING, {"status": "x"}, [f"status could not be read: {TEXT}"]),
        (
            THING,
            {"spec": [1], "status": {"conditions": "x"}},
            [
                "spec could not be read: expected `object`, got `array`",
                f"status.conditions could not be read: {LIST}",
            ],
        ),
        (THING, conditions("x"), [f"status.conditions[0] could not be read: {TEXT}"]),
        (ROUTE, {"spec": {"rules": "x"}}, [f"spec.rules could not be read: {LIST}"]),
        (ROUTE, {"status": {"parents": "x"}}, [f"status.parents could not be read: {LIST}"]),
    ],
)
def test_what_is_not_as_declared_is_named(
    kind: ResourceKind, raw: dict[str, Any], said: list[str]
) -> None:
    assert unread_parts(raw, kind, ()) == said


def test_a_date_that_is_none_is_named_and_costs_only_itself() -> None:
    raw = conditions({"type": "Ready", "lastTransitionTime": "soon"})
    (said,) = unread_parts(raw, THING, ())
    assert said.startswith("status.conditions[0].lastTransitionTime could not be read: ")


def test_of_a_document_of_another_kind_altogether_that_is_said() -> None:
    (said,) = unread_parts(conditions(*[1] * 50), THING, ())
    assert said.startswith("more than 20 parts of its spec and status could not be read: ")


@pytest.mark.parametrize(
    ("plural", "namespace", "raw", "said"),
    [
        ("deployments", "shop", {"spec": "x"}, "spec"),
        ("deployments", "shop", {"spec": {"replicas": 1}, "status": [1]}, "status"),
        ("pods", "shop", {"status": {"conditions": {}}}, "status.conditions"),
        ("pods", "shop", {"spec": {"containers": [{"name": "a"}, 7]}}, "spec.containers[1]"),
        ("nodes", "", {"status": {"capacity": "much"}}, "status.capacity"),
        ("services", "shop", {"spec": {"ports": [{"port": {}}]}}, "spec.ports[0].port"),
        ("ingresses", "shop", {"spec": {"rules": "all"}}, "spec.rules"),
        ("persistentvolumeclaims", "shop", {"status": {"phase": 5.5}}, "status.phase"),
        ("cronjobs", "shop", {"spec": {"schedule": ["x"]}}, "spec.schedule"),
        ("configmaps", "shop", {"metadata": {"labels": "x"}}, "metadata.labels"),
    ],
)
async def test_the_page_of_every_kind_names_what_it_could_not_read(
    plural: str, namespace: str, raw: dict[str, Any], said: str
) -> None:
    store, console = Store(), KubernetesFeatures()
    transport = StreamingTransport(FakeKubernetes(store))
    connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)
    console.upstreams.add("kubernetes", "fake", connection)
    meta = {"name": "odd", **({"namespace": namespace} if namespace else {})}
    store.put(plural, {**raw, "metadata": {**meta, **raw.get("metadata", {})}})
    path = f"/clusters/fake/{plural}/{namespace or '-'}/odd"
    answer = await console.get(path, "org/main")
    assert answer.status_code == 200, answer.text
    words = answer.json()["missing"]
    assert [sentence.partition(" could not be read: ")[0] for sentence in words] == [said]
    await connection.stop()
