"""Actions on the objects of a real cluster: done, guarded, recorded, undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.features.cluster.text.paths import REPEATED
from tests.integration.console.bench import CLUSTER, IMAGE, Bench, cron, workload
from tests.integration.console.conftest import ConsoleProcess
from tests.waiting import until_sync

pytestmark = pytest.mark.timeout(300)


def offered(state: dict[str, Any]) -> dict[str, bool]:
    return {offer["id"]: offer["allowed"] for offer in state["offers"]}


def test_a_deployment_is_scaled_and_the_way_back_is_told(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=2))
    tried = bench.act("deployments", "web", "scale", {"replicas": 5}, dry_run=True)
    assert tried["dry_run"]
    assert tried["undo"] is None
    assert bench.read("deployments", "web")["spec"]["replicas"] == 2
    assert bench.entries("web") == []
    done = bench.act("deployments", "web", "scale", {"replicas": 5})
    (change,) = done["changes"]
    assert (change["path"], change["before"], change["after"]) == ("spec.replicas", "2", "5")
    assert change["managers"] == ["kubectl-client-side-apply"]
    assert done["undo"] == {"action": "scale", "body": {"replicas": 2}}
    assert bench.read("deployments", "web")["spec"]["replicas"] == 5
    back = bench.act("deployments", "web", "scale", done["undo"]["body"], version=done["version"])
    assert bench.read("deployments", "web")["spec"]["replicas"] == 2
    assert back["changes"][0]["after"] == "2"
    outcomes = [(one["action"], one["outcome"]) for one in bench.entries("web")]
    assert (
        sorted(outcomes) == [("workload:scale", "begun")] * 2 + [("workload:scale", "success")] * 2
    )


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    seen = bench.state("deployments", "web")["version"]
    bench.stack.kubectl("scale", "deployment", "web", "--replicas=4", "-n", bench.namespace)
    refused = bench.ask("deployments", "web", "scale", {"replicas": 2}, version=seen)
    assert refused.status_code == 412, refused.text
    assert refused.json()["current"]["replicas"] == 4
    assert bench.read("deployments", "web")["spec"]["replicas"] == 4
    bare = bench.http.post(f"{bench.at('deployments', 'web')}/scale", json={"replicas": 2})
    assert bare.status_code == 428
    assert bench.entries("web") == []
    # Another object of that name is another object.
    bench.stack.kubectl("delete", "deployment", "web", "-n", bench.namespace)
    bench.apply(workload("Deployment", "web", replicas=1))
    other = bench.ask("deployments", "web", "delete", version=seen)
    assert other.status_code == 412, other.text


def test_a_change_of_the_status_is_no_conflict(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=3))
    seen = bench.state("deployments", "web")["version"]
    until_sync(lambda: bench.read("deployments", "web")["status"].get("readyReplicas") == 3)
    assert (
        bench.act("deployments", "web", "scale", {"replicas": 4}, version=seen)["version"] != seen
    )


def test_restart_pause_and_resume(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    first = bench.act("deployments", "web", "restart")
    second = bench.act("deployments", "web", "restart")
    stamps = [one["changes"][0]["after"] for one in (first, second)]
    assert stamps[0] != stamps[1], "the same value would restart nothing"
    assert "resume" not in offered(bench.state("deployments", "web"))
    paused = bench.act("deployments", "web", "pause")
    assert paused["undo"]["action"] == "resume"
    assert bench.state("deployments", "web")["paused"] is True
    told = bench.act("deployments", "web", "restart")
    assert "paused" in told["notes"][0]
    again = bench.ask("deployments", "web", "pause")
    assert again.status_code == 409, again.text
    bench.act("deployments", "web", "resume")
    assert "paused" not in bench.read("deployments", "web")["spec"]


def test_a_deployment_goes_back_to_a_revision(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", f"{IMAGE}:1", replicas=1))
    until_sync(lambda: len(_revisions(bench, "deployments", "web")) == 1, 30)
    bench.apply(workload("Deployment", "web", f"{IMAGE}:2", replicas=1))
    until_sync(lambda: len(_revisions(bench, "deployments", "web")) == 2, 30)
    newest, oldest = _revisions(bench, "deployments", "web")
    assert newest["current"]
    assert newest["images"] == [f"{IMAGE}:2"]
    assert newest["changes"] == []
    assert oldest["changes"] == [
        {
            "path": "template.spec.containers[name=main].image",
            "before": f"{IMAGE}:2",
            "after": f"{IMAGE}:1",
            "managers": [],
        }
    ]
    body = {"revision": oldest["number"]}
    tried = bench.act("deployments", "web", "rollback", body, dry_run=True)
    assert [one["after"] for one in tried["changes"]] == [f"{IMAGE}:1"]
    bench.act("deployments", "web", "rollback", body)
    spec = bench.read("deployments", "web")["spec"]["template"]
    assert spec["spec"]["containers"][0]["image"] == f"{IMAGE}:1"
    assert "pod-template-hash" not in spec["metadata"]["labels"]
    until_sync(lambda: _revisions(bench, "deployments", "web")[0]["number"] == 3, 30)
    gone = bench.ask("deployments", "web", "rollback", body)
    assert gone.status_code == 404, gone.text
    present = bench.ask("deployments", "web", "rollback", {"revision": 3})
    assert present.status_code == 409, present.text


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_what_controller_revisions_keep_is_gone_back_to(bench: Bench, kind: str) -> None:
    plural = f"{kind.lower()}s"
    more = {"serviceName": "db"} if kind == "StatefulSet" else {}
    bench.apply(workload(kind, "db", f"{IMAGE}:1", **more))
    until_sync(lambda: len(_revisions(bench, plural, "db")) == 1, 30)
    bench.apply(workload(kind, "db", f"{IMAGE}:2", **more))
    until_sync(lambda: len(_revisions(bench, plural, "db")) == 2, 30)
    oldest = _revisions(bench, plural, "db")[-1]
    bench.act(plural, "db", "rollback", {"revision": oldest["number"]})
    containers = bench.read(plural, "db")["spec"]["template"]["spec"]["containers"]
    assert containers[0]["image"] == f"{IMAGE}:1"


def _revisions(bench: Bench, kind: str, name: str) -> list[dict[str, Any]]:
    answer = bench.http.get(f"{bench.at(kind, name)}/revisions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_cron_job_is_run_once_for_a_key_and_suspended(bench: Bench) -> None:
    bench.apply(cron("night"))
    done = bench.act("cronjobs", "night", "run", {"key": "abcde"})
    assert done["made"] == "night-abcde"
    job = bench.read("jobs", "night-abcde")
    assert job["metadata"]["ownerReferences"][0]["name"] == "night"
    twice = bench.ask("cronjobs", "night", "run", {"key": "abcde"})
    assert twice.status_code == 409, twice.text
    bench.act("cronjobs", "night", "suspend")
    state = bench.state("cronjobs", "night")
    assert state["suspended"] is True
    assert "unsuspend" in offered(state)
    bench.act("cronjobs", "night", "unsuspend")
    assert bench.read("cronjobs", "night")["spec"]["suspend"] is False


def test_a_node_is_cordoned_and_tainted(bench: Bench) -> None:
    node = json.loads(bench.stack.kubectl("get", "nodes", "-o", "json"))["items"][0]
    name = node["metadata"]["name"]
    cordoned = bool(node["spec"].get("unschedulable"))
    first, second = ("uncordon", "cordon") if cordoned else ("cordon", "uncordon")
    bench.act("nodes", name, first)
    assert bool(bench.read("nodes", name)["spec"].get("unschedulable")) is not cordoned
    bench.act("nodes", name, second)
    was = bench.state("nodes", name)["taints"]
    taint = {"key": "craton.test/held", "value": "yes", "effect": "PreferNoSchedule"}
    done = bench.act("nodes", name, "taints", {"taints": [*was, taint], "was": was})
    assert any("craton.test/held" in json.dumps(one) for one in done["changes"])
    stale = bench.ask("nodes", name, "taints", {"taints": [], "was": was})
    assert stale.status_code == 412, stale.text
    bench.act("nodes", name, "taints", done["undo"]["body"])
    assert bench.state("nodes", name)["taints"] == was


def test_labels_are_set_each_guarded_by_what_it_was(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=0))
    entry = {"among": "labels", "key": "tier", "value": "front", "was": None}
    done = bench.act("deployments", "web", "labels", {"entries": [entry]})
    assert bench.read("deployments", "web")["metadata"]["labels"]["tier"] == "front"
    stale = bench.ask("deployments", "web", "labels", {"entries": [entry]})
    assert stale.status_code == 412, stale.text
    assert stale.json()["current"]["labels"]["tier"] == "front"
    note = {"among": "annotations", "key": "note", "value": "CANARY-of-a-note", "was": None}
    bench.act("deployments", "web", "labels", {"entries": [note]})
    again = bench.ask("deployments", "web", "labels", {"entries": [note]})
    assert again.status_code == 412, again.text
    assert "CANARY" not in json.dumps(bench.entries("web"))
    kubectls = {"among": "annotations", "key": REPEATED, "value": None, "was": "x"}
    assert bench.ask("deployments", "web", "labels", {"entries": [kubectls]}).status_code == 422
    bad = {"among": "labels", "key": "tier", "value": "no spaces please", "was": "front"}
    wrong = bench.ask("deployments", "web", "labels", {"entries": [bad]})
    assert wrong.status_code == 422, wrong.text
    bench.act("deployments", "web", "labels", done["undo"]["body"])
    assert "tier" not in bench.read("deployments", "web")["metadata"]["labels"]


def test_nothing_of_a_secret_is_told_when_it_is_labelled(bench: Bench) -> None:
    bench.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "keys"},
            "stringData": {"word": "CANARY-of-a-secret"},
        }
    )
    entry = {"among": "labels", "key": "tier", "value": "front", "was": None}
    answers = [
        bench.ask("secrets", "keys", "labels", {"entries": [entry]}, dry_run=True),
        bench.ask("secrets", "keys", "labels", {"entries": [entry]}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    told = "".join(answer.text for answer in answers) + json.dumps(bench.entries("keys"))
    told += json.dumps(bench.state("secrets", "keys"))
    assert "CANARY" not in told
    assert "Q0FOQVJZ" not in told
    assert answers[1].json()["changes"] == [
        {"path": "metadata.labels.tier", "before": None, "after": "front", "managers": []}
    ]


def test_pods_are_evicted_as_budgets_allow_and_things_deleted(bench: Bench) -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    }
    bench.apply(workload("Deployment", "web", replicas=1), budget)
    until_sync(lambda: bench.read("deployments", "web")["status"].get("readyReplicas") == 1, 60)
    pods = json.loads(bench.stack.kubectl("get", "pods", "-n", bench.namespace, "-o", "json"))
    pod = pods["items"][0]["metadata"]["name"]
    until_sync(
        lambda: bench.read("poddisruptionbudgets", "web")["status"].get("currentHealthy") == 1, 60
    )
    refused = bench.ask("pods", pod, "evict")
    assert refused.status_code == 409, refused.text
    assert "budget" in refused.json()["detail"]
    bench.stack.kubectl("delete", "pdb", "web", "-n", bench.namespace)
    assert bench.act("pods", pod, "evict")["undo"] is None
    gone = bench.act("deployments", "web", "delete", {"dependents": "foreground"})
    assert gone["leaving"] is True
    until_sync(
        lambda: bench.http.get(f"{bench.at('deployments', 'web')}/actions").status_code == 404, 60
    )
    failed = [one for one in bench.entries(pod) if one["outcome"] == "failed"]
    assert len(failed) == 1


def test_who_may_not_is_told_so_and_nothing_happens(
    bench: Bench, server: ConsoleProcess, member: Any
) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    version = bench.state("deployments", "web")["version"]
    scope = f"org/main/cluster/{CLUSTER}/ns/{bench.namespace}"
    viewer, stranger = member(("viewer", scope)), member()
    state = viewer.http.get(f"{bench.at('deployments', 'web')}/actions").json()
    assert offered(state)
    assert not any(offered(state).values())
    assert all(offer["why"] for offer in state["offers"])
    headers = {"If-Match": f'"{version}"'}
    path = f"{bench.at('deployments', 'web')}/scale"
    body = {"replicas": 9}
    assert viewer.http.post(path, json=body, headers=headers).status_code == 403
    assert stranger.http.post(path, json=body, headers=headers).status_code == 404
    assert bench.read("deployments", "web")["spec"]["replicas"] == 1
    developer = member(("developer", scope))
    done = developer.http.post(path, json=body, headers=headers)
    assert done.status_code == 200, done.text


def test_an_autoscaler_is_told_of_before_its_number_is_changed(bench: Bench) -> None:
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "by-load"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 7,
        },
    }
    bench.apply(workload("Deployment", "web", replicas=2), autoscaler)
    notes = bench.state("deployments", "web")["notes"]
    assert notes == ["The autoscaler by-load sets how many pods it has: between 2 and 7."]


def test_a_custom_kind_called_as_a_built_in_one_has_none_of_its_actions(bench: Bench) -> None:
    group = f"{bench.namespace}.example.com"
    names = {"plural": "nodes", "singular": "node", "kind": "Node", "listKind": "NodeList"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    bench.apply(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"nodes.{group}"},
            "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
        }
    )
    try:
        bench.stack.kubectl("wait", "--for=condition=Established", "crd", f"nodes.{group}")
        bench.apply(
            {
                "apiVersion": f"{group}/v1",
                "kind": "Node",
                "metadata": {"name": "n1"},
                "spec": "no mapping",
                "status": ["neither"],
            }
        )
        general = {"labels": True, "edit": True, "delete": True}
        assert offered(bench.state(f"nodes.{group}", "n1")) == general
        assert bench.ask(f"nodes.{group}", "n1", "cordon").status_code == 404
        bench.act(f"nodes.{group}", "n1", "delete")
    finally:
        bench.stack.kubectl("delete", "crd", f"nodes.{group}", "--wait=false")


def test_the_labels_of_a_namespace_are_set_by_who_may_in_the_whole_cluster(
    bench: Bench, member: Any
) -> None:
    version = bench.state("namespaces", bench.namespace)["version"]
    inside = member(("operator", f"org/main/cluster/{CLUSTER}/ns/{bench.namespace}"))
    path = f"{bench.at('namespaces', bench.namespace)}/labels"
    body = {"entries": [{"among": "labels", "key": "team", "value": "mine", "was": None}]}
    headers = {"If-Match": f'"{version}"'}
    assert inside.http.post(path, json=body, headers=headers).status_code == 403
    everywhere = member(("operator", f"org/main/cluster/{CLUSTER}"))
    state = everywhere.http.get(f"{bench.at('namespaces', bench.namespace)}/actions").json()
    assert "labels" in offered(state)
