"""Changing objects, on the fake and the real server alike."""

from __future__ import annotations

import pytest

from integrations.caller import Impersonation
from integrations.contract import CallerDenied, Invalid, NotFound, UpstreamConflict, UpstreamRefused
from integrations.kubernetes import KINDS
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.writes import ObjectWriter, PatchType, Precondition
from tests.contract.kubernetes.harness import Cluster, Subject, unique

LEASES: ResourceKind = KINDS["leases"]
MAPS: ResourceKind = KINDS["configmaps"]


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = unique("ns")
    cluster.put("namespaces", {"metadata": {"name": name}})
    return name


@pytest.fixture
async def client(cluster: Cluster):
    client = cluster.client()
    yield client
    await client.aclose()


@pytest.fixture
def writer(client) -> ObjectWriter:
    return ObjectWriter(client)


def config(name: str, **data: str):
    """Something that has no more than a name and what is noted on it."""
    metadata = {"name": name, "annotations": data}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}


def noted(**data: str | None):
    return {"metadata": {"annotations": data}}


async def test_an_object_is_made_changed_and_removed(client, writer, namespace):
    made = await writer.create(LEASES, namespace, config("a", x="1"), as_=None)
    assert made.object["metadata"]["uid"]
    patched = await writer.patch(
        LEASES, namespace, "a", noted(x=None, y="2"), PatchType.MERGE, as_=None
    )
    assert patched.object["metadata"]["annotations"] == {"y": "2"}
    replaced = patched.object
    replaced["metadata"].pop("managedFields", None)
    replaced["metadata"]["annotations"] = {"z": "3"}
    again = await writer.replace(LEASES, namespace, "a", replaced, as_=None)
    assert again.object["metadata"]["annotations"] == {"z": "3"}
    await writer.delete(LEASES, namespace, "a", as_=None)
    with pytest.raises(NotFound):
        await client.get(LEASES, namespace, "a")
    with pytest.raises(NotFound):
        await writer.delete(LEASES, namespace, "a", as_=None)


async def test_preconditions_hold_or_nothing_happens(client, writer, namespace):
    made = (await writer.create(LEASES, namespace, config("a", x="1"), as_=None)).object
    with pytest.raises(UpstreamConflict):
        await writer.create(LEASES, namespace, config("a"), as_=None)
    await writer.patch(LEASES, namespace, "a", noted(x="2"), PatchType.MERGE, as_=None)
    stale = {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}}
    with pytest.raises(UpstreamConflict):
        await writer.patch(LEASES, namespace, "a", stale, PatchType.MERGE, as_=None)
    with pytest.raises(UpstreamConflict):
        await writer.replace(LEASES, namespace, "a", made, as_=None)
    with pytest.raises(UpstreamRefused, match="resourceVersion"):
        await writer.replace(LEASES, namespace, "a", config("a"), as_=None)
    for wrong in (
        Precondition(uid="00000000-0000-0000-0000-000000000000"),
        Precondition(resource_version=made["metadata"]["resourceVersion"]),
    ):
        with pytest.raises(UpstreamConflict):
            await writer.delete(LEASES, namespace, "a", as_=None, precondition=wrong)
    right = Precondition(uid=made["metadata"]["uid"])
    await writer.delete(LEASES, namespace, "a", as_=None, precondition=right)
    page = await client.list_page(LEASES, namespace, model=Metadata)
    assert "a" not in {item.metadata.name for item in page.items}


async def test_a_dry_run_leaves_nothing(client, writer, namespace):
    made = await writer.create(LEASES, namespace, config("a"), as_=None, dry_run=True)
    assert made.object["metadata"]["name"] == "a"
    with pytest.raises(NotFound):
        await client.get(LEASES, namespace, "a")
    await writer.create(LEASES, namespace, config("a"), as_=None)
    await writer.delete(LEASES, namespace, "a", as_=None, dry_run=True)
    await client.get(LEASES, namespace, "a")


async def test_what_is_wrong_is_named_by_field(writer, namespace):
    with pytest.raises(Invalid) as wrong:
        await writer.create(LEASES, namespace, config("Not_A_Name"), as_=None)
    assert [field for field, _ in wrong.value.causes] == ["metadata.name"]


async def test_changes_are_made_as_the_caller(cluster, writer, namespace):
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    caller = Impersonation(f"craton:{unique('maya')}")
    with pytest.raises(CallerDenied) as refused:
        await writer.create(MAPS, namespace, made, as_=caller)
    assert refused.value.missing == f"create configmaps in the namespace {namespace}"
    cluster.grant(Subject("User", caller.user), namespace, "configmaps", "create")
    await writer.create(MAPS, namespace, made, as_=caller)
    with pytest.raises(CallerDenied) as refused:
        await writer.delete(MAPS, namespace, "a", as_=caller)
    assert refused.value.missing == f"delete configmaps in the namespace {namespace}"


@pytest.mark.parametrize("name", ["..", "a/b", "a%2fb", "", "a?x=1", "a\nb", "ä"])
async def test_names_that_are_none_never_reach_the_network(writer, namespace, name):
    with pytest.raises(NotFound):
        await writer.delete(LEASES, namespace, name, as_=None)
    with pytest.raises(NotFound):
        await writer.create(LEASES, name or "..", config("a"), as_=None)


async def test_nothing_but_metadata_comes_of_what_holds_values(cluster, writer, namespace):
    values = {"metadata": {"name": "a", "namespace": namespace}, "data": {"x": "CANARY"}}
    cluster.put("configmaps", values)
    labelled = {"metadata": {"labels": {"tier": "front"}}}
    for dry_run in (True, False):
        told = await writer.patch(
            MAPS, namespace, "a", labelled, PatchType.MERGE, as_=None, dry_run=dry_run
        )
        assert told.object["metadata"]["labels"] == {"tier": "front"}
        assert "CANARY" not in str(told.object)
    gone = await writer.delete(MAPS, namespace, "a", as_=None)
    assert "CANARY" not in str(gone.object)
