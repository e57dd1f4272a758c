"""Detail routes over the fake API server: what they say, to whom, and when it does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from auth.role import compile_known
from backend.features.cluster.conditions import conditions
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.meta import Metadata
from tests.contract.kubernetes.harness import ACCESS, WIDGET_DEFINITION, WIDGETS
from tests.roles import CATALOGUE, ROLES
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_rows import node, owned
from tests.unit.kubernetes.test_summaries_owners import rolled
from tests.unit.kubernetes.test_watch_states import SETTINGS, impatient

ORG = "org/main"
SHOP = "org/main/cluster/fake/ns/shop"
DATA = "org/main/cluster/fake/ns/data"


class World:
    def __init__(self) -> None:
        self.store = Store()
        self.console = KubernetesFeatures()
        transport = StreamingTransport(FakeKubernetes(self.store))
        self.connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)
        self.console.upstreams.add("kubernetes", "fake", self.connection)

    async def get(self, path: str, *grants: str) -> Any:
        return await self.console.get(f"/clusters/fake/{path}", *(grants or (ORG,)))


def fill(store: Store) -> None:
    store.put("nodes", node("n1", kwok=True))
    selector = {"matchLabels": {"app": "web"}}
    labels = {"app": "web"}
    containers = [{"name": "main", "image": "web:2"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {"replicas": 1, "selector": selector, "template": template}
    meta: dict[str, Any] = {"namespace": "shop", "generation": 1}
    applied = "kubectl.kubernetes.io/last-applied-configuration"
    deployment = store.put(
        "deployments",
        {
            "metadata": {**meta, "name": "web", "annotations": {applied: "{}", "note": "mine"}},
            "spec": spec,
            "status": {
                **rolled(1, 0),
                "conditions": [{"type": "Available", "status": "False", "reason": "Short"}],
            },
        },
    )
    owner = owned("Deployment", "web")
    owner["ownerReferences"][0]["uid"] = deployment["metadata"]["uid"]
    made = store.put(
        "replicasets",
        {
            "metadata": {**meta, "name": "web-1", "labels": labels, **owner},
            "spec": spec,
            "status": rolled(1, 0),
        },
    )
    set_ = owned("ReplicaSet", "web-1", uid=made["metadata"]["uid"])
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
    store.put(
        "pods",
        {
            "metadata": {
                **meta,
                "name": "web-1-a",
                "labels": labels,
                **set_,
            },
            "spec": {"nodeName": "n1", "containers": [{"name": "main", "image": "web:2"}]},
            "status": {
                "phase": "Pending",
                "containerStatuses": [{"name": "main", "state": waiting}],
            },
        },
    )
    store.put(
        "services",
        {
            "metadata": {"namespace": "shop", "name": "web"},
            "spec": {"selector": labels, "ports": [{"port": 80}], "type": "ClusterIP"},
        },
    )
    store.put(
        "events",
        {
            "metadata": {"namespace": "shop", "name": "web-1-a.1"},
            "involvedObject": {
                "kind": "Pod",
                "name": "web-1-a",
                "namespace": "shop",
                "uid": store.objects["", "pods"]["shop/web-1-a"]["metadata"]["uid"],
            },
            "reason": "Failed",
            "type": "Warning",
            "message": "cannot pull",
            "count": 4,
            "lastTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    store.put(
        "secrets",
        {
            "metadata": {
                "namespace": "shop",
                "name": "keys",
                "annotations": {applied: "CANARY"},
            },
            "data": {"k": "CANARY"},
        },
    )


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    fill(made.store)
    yield made
    await made.connection.stop()


async def test_a_pod_says_everything(world: World):
    answer = await world.get("pods/shop/web-1-a")
    assert answer.status_code == 200
    detail = answer.json()
    assert detail["status"] == "ImagePullBackOff"
    assert detail["summary"] == "Image web:2 cannot be pulled: not found"
    assert detail["simulated"] is True
    assert [(o["kind"], o["name"]) for o in detail["owners"]] == [
        ("ReplicaSet", "web-1"),
        ("Deployment", "web"),
    ]
    assert {g["title"]: [i["name"] for i in g["items"]] for g in detail["related"]} == {
        "Machine": ["n1"],
        "Services": ["web"],
    }
    (container,) = detail["containers"]
    assert (container["image"], container["state"]) == ("web:2", "waiting")
    assert container["reason"] == "ImagePullBackOff: not found"
    (event,) = detail["events"]
    assert (event["reason"], event["severity"], event["count"]) == ("Failed", "warning", 4)
    assert detail["missing"] == []


async def test_a_deployment_is_explained_by_its_pods(world: World):
    detail = (await world.get("deployments/shop/web")).json()
    assert detail["status"] == "Failed"
    assert detail["summary"] == ("0 of 1 replica ready. Image web:2 cannot be pulled: not found")
    assert (detail["because"]["kind"], detail["because"]["name"]) == ("Pod", "web-1-a")
    assert [g["title"] for g in detail["related"]] == [
        "Replica sets",
        "Pods",
        "Machines",
        "Services",
    ]
    assert detail["annotations"] == {"note": "mine"}
    (condition,) = detail["conditions"]
    assert (condition["type"], condition["good"]) == ("Available", False)
    assert [c["image"] for c in detail["containers"]] == ["web:2"]


@pytest.mark.parametrize("name", ["nodes", "machines"])
async def test_a_machine_lists_its_pods(world: World, name: str):
    detail = (await world.get(f"{name}/-/n1")).json()
    assert detail["plural"] == "nodes"
    assert detail["related"][0]["items"][0]["name"] == "web-1-a"
    assert {"label": "Operating system", "value": "Flatcar 4459.2.1 (Oklo)"} in detail["facts"]
    labels = [fact["label"] for fact in detail["facts"]]
    assert "OS version" not in labels, "the operating system's name says it"
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("status", [True, {"conditions": True}, {"conditions": 5}, {}])
def test_conditions_that_are_no_list_are_none(status: Any):
    assert conditions({"status": status}, KINDS["pods"]) == []


async def test_yaml_is_the_object_without_managed_fields(world: World):
    answer = await world.get("pods/shop/web-1-a/yaml")
    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.text.startswith("apiVersion: v1\nkind: Pod\nmetadata:\n")
    assert "managedFields" not in answer.text


async def test_values_of_secrets_are_nowhere(world: World):
    for path in ("secrets/shop/keys", "secrets/shop/keys/yaml"):
        answer = await world.get(path)
        assert answer.status_code == 200
        assert "CANARY" not in answer.text
    assert "never reads the values" in answer.text


async def test_a_namespace_is_the_limit_of_who_holds_no_more(world: World):
    detail = (await world.get("pods/shop/web-1-a", SHOP)).json()
    assert [g["title"] for g in detail["related"]] == ["Services"], "the machine is not theirs"
    for path in (
        "pods/shop/web-1-a",
        "pods/shop/nobody",
        "pods/shop/web-1-a/yaml",
        "secrets/shop/keys/yaml",
        "nodes/-/n1",
        "customresourcedefinitions/-/x",
        "widgets.example.test/shop/one",
    ):
        assert (await world.get(path, DATA)).status_code == 404, path
    assert (await world.get("nodes/-/n1", SHOP)).status_code == 404
    assert (await world.get("pods/shop/web-1-a", "org/other")).status_code == 404


async def test_what_is_invisible_and_what_is_missing_look_the_same(world: World):
    world.store.requests.clear()
    there = (await world.get("pods/shop/web-1-a", DATA)).json()
    missing = (await world.get("pods/shop/nobody", DATA)).json()
    assert {**there, "instance": ""} == {**missing, "instance": ""}
    assert world.store.requests == [], "rights are decided before anything is asked"


@pytest.mark.parametrize(
    "path",
    [
        "pods/-/web",
        "nodes/shop/n1",
        "gadgets/shop/x",
        "gadgets.example.test/shop/x",
        "pods/shop/nobody",
        "pods/shop/..%2f..%2fsecrets",
        "pods/shop/a%20b",
    ],
)
async def test_what_cannot_be_there_is_404(world: World, path: str):
    answer = await world.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_cluster_is_404(world: World):
    answer = await world.console.get("/clusters/nowhere/pods/shop/web-1-a", ORG)
    assert answer.status_code == 404


async def test_upstream_down_is_503_and_silent_is_504(world: World):
    world.store.up = False
    answer = await world.get("pods/shop/web-1-a")
    assert answer.status_code == 503
    assert 'Kubernetes "fake"' in answer.json()["detail"]
    world.store.up = True
    world.connection.client.api._limits = impatient().limits
    world.store.freeze()
    assert (await world.get("pods/shop/web-1-a")).status_code == 504


async def test_a_part_that_is_refused_is_named_and_the_rest_is_there(world: World):
    world.store.denied = {"events"}
    detail = (await world.get("pods/shop/web-1-a")).json()
    assert detail["events"] == []
    assert len(detail["missing"]) == 1
    assert detail["missing"][0].startswith("Its events could not be read: events is forbidden")
    assert detail["owners"] != []


async def test_a_denied_object_is_502_and_says_who_denied(world: World):
    world.store.denied = {"pods"}
    answer = await world.get("pods/shop/web-1-a")
    assert answer.status_code == 502
    assert "forbidden" in answer.json()["detail"]


async def test_custom_resources(world: World):
    world.store.put("customresourcedefinitions", WIDGET_DEFINITION)
    kind = ResourceKind("widgets", "Widget", "example.test", "v1", Metadata)
    world.store.kinds["example.test", "widgets"] = kind
    for name in ("one", "two"):
        status = {"conditions": [{"type": "Ready", "status": "False", "message": "no disk"}]}
        world.store.put(
            "widgets",
            {
                "metadata": {"namespace": "shop", "name": name},
                "spec": {"size": 3, "parts": {"not": "plain"}, "paused": False},
                "status": status,
            },
            group=WIDGETS.group,
        )
    page = (await world.get("custom/widgets.example.test?limit=1")).json()
    assert [i["name"] for i in page["items"]] == ["one"]
    rest = (await world.get(f"custom/widgets.example.test?limit=1&cursor={page['next']}")).json()
    assert ([i["name"] for i in rest["items"]], rest["next"]) == (["two"], None)
    detail = (await world.get("widgets.example.test/shop/one")).json()
    assert (detail["kind"], detail["status"], detail["summary"]) == (
        "Widget",
        "NotReady",
        "no disk",
    )
    facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
    assert facts == {
        "Version": "example.test/v1",
        "spec.size": "3",
        "spec.paused": "false",
    }, "what is nested is in its YAML"
    path = "custom/widgets.example.test?namespace=shop"
    assert len((await world.get(path, SHOP)).json()["items"]) == 2
    assert (await world.get("custom/widgets.example.test", SHOP)).status_code == 404


async def test_a_right_in_a_namespace_is_none_on_custom_objects_of_the_cluster(world: World):
    spec = {**WIDGET_DEFINITION["spec"], "scope": "Cluster"}
    world.store.put("customresourcedefinitions", {**WIDGET_DEFINITION, "spec": spec})
    kind = ResourceKind("widgets", "Widget", "example.test", "v1", Metadata, namespaced=False)
    world.store.kinds["example.test", "widgets"] = kind
    world.store.put("widgets", {"metadata": {"name": "one"}}, group=WIDGETS.group)
    assert (await world.get("widgets.example.test/-/one")).status_code == 200
    assert len((await world.get("custom/widgets.example.test")).json()["items"]) == 1
    for path in (
        "widgets.example.test/shop/one",
        "widgets.example.test/shop/one/yaml",
        "widgets.example.test/-/one",
        "custom/widgets.example.test?namespace=shop",
    ):
        answer = await world.get(path, SHOP)
        assert answer.status_code == 404, path


async def test_a_cluster_that_is_not_theirs_and_none_look_the_same(world: World):
    async def ask(cluster: str) -> dict[str, Any]:
        answer = await world.console.get(f"/clusters/{cluster}/pods/shop/x", "org/main/cluster/c9")
        assert answer.status_code == 404
        return {**answer.json(), "instance": ""}

    assert await ask("fake") == await ask("nowhere")


async def test_what_pods_use_is_told_to_who_may_list_them(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """The sum of a workload's pods tells of each where there is one."""
    kinds = ("workload", "pod")
    for role, named in (("one", kinds[:1]), ("both", kinds)):
        rights = [f"{kind}:{verb}" for kind in named for verb in ("get", "list")]
        monkeypatch.setitem(ROLES, role, compile_known(role, role, rights, CATALOGUE))
    world.console.feeds(world.connection.settings)
    path = "/clusters/fake/deployments/shop/web"
    assert (await world.console.get(path, SHOP, role="one")).status_code == 200
    refused = await world.console.get(f"{path}/usage", SHOP, role="one")
    assert refused.status_code in {403, 404}, refused.text
    told = await world.console.get(f"{path}/usage", SHOP, role="both")
    assert told.status_code == 200, told.text
