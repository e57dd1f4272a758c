from __future__ import annotations

import pytest

from integrations.contract import NotFound, UpstreamDenied
from integrations.kubernetes import KINDS, Behind, KubernetesClient, custom_kind
from integrations.kubernetes.errors import Status, from_status
from integrations.kubernetes.models.core import CustomResourceDefinition, Node
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.models.pods import Pod
from tests.contract.kubernetes.harness import (
    WIDGET_DEFINITION,
    WIDGETS,
    Cluster,
    pod,
    unique,
)


@pytest.fixture
async def client(cluster: Cluster):
    client = cluster.client()
    yield client
    await client.aclose()


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = unique("ns")
    cluster.put("namespaces", {"metadata": {"name": name}})
    return name


async def test_says_its_version_and_that_it_is_ready(client: KubernetesClient):
    version = await client.version()
    assert version.git_version.startswith("v1.")
    assert version.number >= (1, 27)
    assert await client.failing_checks() == []


async def test_an_object_is_read_typed(cluster: Cluster, client: KubernetesClient, namespace: str):
    cluster.put("pods", pod(namespace, "web", app="web"))
    found = await client.get(KINDS["pods"], namespace, "web")
    assert isinstance(found, Pod)
    assert found.metadata.namespace == namespace
    assert found.metadata.labels == {"app": "web"}
    assert found.metadata.creation_timestamp is not None
    assert [c.image for c in found.spec.containers] == ["web:1"]


async def test_a_cluster_scoped_object_is_read(cluster: Cluster, client: KubernetesClient):
    name = unique("node")
    cluster.put("nodes", {"metadata": {"name": name, "annotations": {"a": "b"}}})
    found = await client.get(KINDS["nodes"], "", name)
    assert isinstance(found, Node)
    assert found.metadata.annotations["a"] == "b"


async def test_what_is_not_there_is_said_so(client: KubernetesClient, namespace: str):
    with pytest.raises(NotFound, match="not found"):
        await client.get(KINDS["pods"], namespace, "nobody")


async def test_a_version_of_the_future_is_no_silence(client: KubernetesClient):
    future = {"resourceVersion": "99999999999", "resourceVersionMatch": "NotOlderThan"}
    with pytest.raises(Behind, match="99999999999 was asked for") as failed:
        await client.api.get("/api/v1/namespaces", future, deadline=60.0)
    assert failed.value.retry_after == 1.0
    initial = {"sendInitialEvents": "true", "allowWatchBookmarks": "true", **future}
    decoders = client.decoders(KINDS["namespaces"].model)
    async with client.watch(KINDS["namespaces"], initial) as chunks:
        said = decoders.event((await anext(chunks)).strip())
    assert isinstance(said, Status)
    assert isinstance(from_status("c", said), Behind)


@pytest.mark.parametrize("name", ["..", "a/b", "", "a?x", "%2e%2e", "a b", "x" * 300])
async def test_a_name_that_is_a_path_never_leaves_the_process(
    client: KubernetesClient, namespace: str, name: str
):
    with pytest.raises(NotFound, match="cannot be"):
        await client.raw(KINDS["pods"], namespace, name)


async def test_a_listing_comes_in_pages(cluster: Cluster, client: KubernetesClient, namespace: str):
    for number in range(5):
        cluster.put("pods", pod(namespace, f"web-{number}", part=str(number % 2)))
    names, token, sizes = [], "", []
    while True:
        page = await client.list_page(KINDS["pods"], namespace, limit=2, continue_=token)
        names += [item.metadata.name for item in page.items]
        sizes.append(len(page.items))
        token = page.next
        if not token:
            break
    assert names == [f"web-{n}" for n in range(5)]
    assert sizes == [2, 2, 1]
    odd = await client.list_page(KINDS["pods"], namespace, labels="part=1")
    assert [item.metadata.name for item in odd.items] == ["web-1", "web-3"]


async def test_raw_has_no_managed_fields(
    cluster: Cluster, client: KubernetesClient, namespace: str
):
    cluster.put("pods", pod(namespace, "web"))
    found = await client.raw(KINDS["pods"], namespace, "web")
    assert found["kind"] == "Pod"
    assert "managedFields" not in found["metadata"]
    assert found["spec"]["containers"][0]["image"] == "web:1"
    text = await client.yaml(KINDS["pods"], namespace, "web")
    assert text.startswith("apiVersion: v1\nkind: Pod\n") or "kind: Pod" in text


@pytest.mark.parametrize("plural", ["secrets", "configmaps"])
async def test_values_never_enter_the_process(
    cluster: Cluster, client: KubernetesClient, namespace: str, plural: str
):
    data = "data" if plural == "configmaps" else "stringData"
    annotation = "kubectl.kubernetes.io/last-applied-configuration"
    cluster.put(
        plural,
        {
            "metadata": {
                "namespace": namespace,
                "name": "keys",
                "labels": {"a": "b"},
                "annotations": {annotation: "CANARY", "note": "kept"},
            },
            data: {"password": "CANARY"},
        },
    )
    kind = KINDS[plural]
    found = await client.raw(kind, namespace, "keys")
    assert set(found) == {"apiVersion", "kind", "metadata"}
    assert found["kind"] == kind.kind
    assert found["metadata"]["annotations"] == {"note": "kept"}
    assert "CANARY" not in await client.yaml(kind, namespace, "keys")
    typed = await client.get(kind, namespace, "keys")
    assert isinstance(typed, Metadata)
    page = await client.list_page(kind, namespace)
    assert "CANARY" not in repr(typed) + repr(page)
    assert "keys" in [item.metadata.name for item in page.items]


async def test_events_of_one_object(cluster: Cluster, client: KubernetesClient, namespace: str):
    for name in ("web", "other"):
        cluster.put(
            "events",
            {
                "metadata": {"namespace": namespace, "name": f"{name}.1"},
                "involvedObject": {
                    "kind": "Pod",
                    "namespace": namespace,
                    "name": name,
                    "uid": f"uid-{name}",
                },
                "reason": "BackOff",
                "message": f"{name} fails",
                "type": "Warning",
                "count": 3,
                "lastTimestamp": "2026-11-21T12:00:00Z",
            },
        )
    found = await client.events_of(namespace, "web", "uid-web")
    assert [(e.reason, e.count, e.involved_object.name) for e in found] == [("BackOff", 3, "web")]


async def test_a_credential_without_rights_is_told_so(cluster: Cluster):
    client = cluster.client(limited=True)
    with pytest.raises(UpstreamDenied, match="forbidden"):
        await client.list_page(KINDS["pods"])
    await client.aclose()


async def test_custom_resources_are_listed_by_metadata_and_read_whole(
    cluster: Cluster, client: KubernetesClient, namespace: str
):
    cluster.put("customresourcedefinitions", WIDGET_DEFINITION)
    definition = await client.get(KINDS["customresourcedefinitions"], "", "widgets.example.test")
    assert isinstance(definition, CustomResourceDefinition)
    kind = custom_kind(definition)
    assert (kind.path(), kind.namespaced) == ("/apis/example.test/v1/widgets", True)

    await cluster.settled("widgets.example.test")
    cluster.put(WIDGETS, {"metadata": {"namespace": namespace, "name": "one"}, "spec": {"size": 3}})
    page = await client.list_page(kind, namespace, model=Metadata)
    assert [item.metadata.name for item in page.items] == ["one"]
    assert (await client.raw(kind, namespace, "one"))["spec"] == {"size": 3}
