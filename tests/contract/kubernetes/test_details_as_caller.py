"""The console's pages over a cluster that decides too: who sees what, and what a refusal says."""

from __future__ import annotations

import pytest

from integrations.kubernetes.settings import RightsSource
from tests.contract.kubernetes.harness import (
    WIDGET_DEFINITION,
    WIDGETS,
    Cluster,
    Subject,
    pod,
    unique,
)
from tests.unit.kubernetes.console import KubernetesFeatures

ORG = "org/main"
USER = Subject("User", "craton:ada")


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = unique("ns")
    cluster.put("namespaces", {"metadata": {"name": name}})
    cluster.put("pods", pod(name, "web", app="web"))
    return name


@pytest.fixture
async def console(cluster: Cluster):
    """Details read from a connection whose cluster decides too."""
    found = KubernetesFeatures()
    connection = cluster.connection(RightsSource.BOTH)
    found.upstreams.add("kubernetes", connection.name, connection)
    yield found
    await connection.stop()


def refused(answer, missing: str) -> None:
    problem = answer.json()
    assert answer.status_code == 403, problem
    assert problem["needs"] == {"upstream": missing}
    assert f"craton:ada lacks the permission to {missing}" in problem["detail"]


async def test_who_has_no_right_in_the_cluster_is_told_which_is_missing(console, namespace):
    path = f"/clusters/test/pods/{namespace}/web"
    missing = f"get pods in the namespace {namespace}"
    refused(await console.get(path, ORG), missing)
    refused(await console.get(f"{path}/yaml", ORG), missing)
    refused(await console.get(path, ORG, role="owner"), missing)
    node = await console.get("/clusters/test/nodes/-/n1", ORG)
    refused(node, "get nodes in the whole cluster")


async def test_who_has_the_right_sees_it_and_the_rest_is_named(console, cluster, namespace):
    cluster.grant(USER, namespace, "pods", "get")
    path = f"/clusters/test/pods/{namespace}/web"
    found = await console.get(path, ORG)
    assert found.status_code == 200, found.text
    assert found.json()["name"] == "web"
    told = " ".join(found.json()["missing"])
    assert f"list events in the namespace {namespace}" in told
    assert f"list services in the namespace {namespace}" in told
    assert (await console.get(f"{path}/yaml", ORG)).text.startswith("apiVersion: v1")
    for plural in ("events", "services"):
        cluster.grant(USER, namespace, plural, "list")
    assert (await console.get(path, ORG)).json()["missing"] == []


async def test_roles_of_the_console_are_groups_of_the_cluster(console, cluster, namespace):
    path = f"/clusters/test/pods/{namespace}/web"
    here = f"{ORG}/cluster/test/ns/{namespace}"
    cluster.grant(Subject("Group", f"craton:viewer:{namespace}"), namespace, "pods", "get")
    assert (await console.get(path, here)).status_code == 200
    refused(await console.get(path, ORG), f"get pods in the namespace {namespace}")
    cluster.grant(Subject("Group", "craton:operator"), namespace, "pods", "get")
    whole = f"{ORG}/cluster/test"
    assert (await console.get(path, whole, role="operator")).status_code == 200
    assert (await console.get(path, f"{whole}/ns/other", role="owner")).status_code == 404


async def test_custom_objects_are_read_as_the_caller(console, cluster, namespace):
    cluster.put("customresourcedefinitions", WIDGET_DEFINITION)
    await cluster.settled("widgets.example.test")
    cluster.put(WIDGETS, {"metadata": {"namespace": namespace, "name": "one"}})
    path = "/clusters/test/custom/widgets.example.test"
    within = {"namespace": namespace}
    answer = await console.get(f"{path}?namespace={within['namespace']}", ORG)
    refused(answer, f"list widgets of example.test in the namespace {namespace}")
    one = await console.get(f"/clusters/test/widgets.example.test/{namespace}/one", ORG)
    refused(one, f"get widgets of example.test in the namespace {namespace}")


async def test_a_connection_that_may_not_impersonate_says_so(cluster, namespace):
    console = KubernetesFeatures()
    connection = cluster.connection(RightsSource.BOTH)
    limited = cluster.client(limited=True)
    limited.settings = limited.settings.model_copy(update={"rights": RightsSource.BOTH})
    connection.client = limited
    console.upstreams.add("kubernetes", "test", connection)
    answer = await console.get(f"/clusters/test/pods/{namespace}/web", ORG)
    assert answer.status_code == 502, answer.text
    assert "may not act as craton:ada" in answer.json()["detail"]
    assert "impersonate" in answer.json()["detail"]
    await connection.stop()
