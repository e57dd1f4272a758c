"""Rows of workloads, services and claims: what is wrong with them, in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backend.features.cluster.describe_network import describe_service
from integrations.concern import Concern
from integrations.kubernetes.models.network import Service
from tests.unit.kubernetes.objects import (
    CREATED,
    Cluster,
    crashing,
    owned,
    pod,
    short,
    workload,
)
from tests.unit.kubernetes.test_summaries_owners import condition, rolled


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


class TestWorkloads:
    KEY = "c1/deployments/ns/web"

    def test_a_deployment_is_explained_by_its_pods(self, cluster: Cluster):
        short(cluster)
        row = cluster.row("workloads", self.KEY)
        assert (row.kind, row.plural, row.status, row.healthy) == (
            "Deployment",
            "deployments",
            "Degraded",
            False,
        )
        assert row.reason == "Keeps crashing (2 pods)"
        assert (row.cause, row.culprit, row.readiness) == ("Keeps crashing", "web-1-a", "1/2")

    def test_the_worst_pod_explains_a_rollout_that_is_stuck(self, cluster: Cluster):
        status = {**rolled(2, 1), **condition("Progressing", "False", "ProgressDeadlineExceeded")}
        cluster.put("deployments", workload("web", status))
        cluster.put("replicasets", workload("web-1", rolled(2, 1), **owned("Deployment", "web")))
        unready = pod("web-1-a", **owned("ReplicaSet", "web-1"))
        unready["status"]["containerStatuses"][0]["ready"] = False
        cluster.put("pods", unready)
        cluster.put("pods", crashing("web-1-b", "web-1"))
        row = cluster.row("workloads", self.KEY)
        assert row.reason == "Keeps crashing; 1 more otherwise not well"
        assert row.culprit == "web-1-b"

    def test_a_job_whose_pods_cannot_run_says_so_though_its_controller_does_not(
        self, cluster: Cluster
    ):
        job = {"metadata": {"name": "j", "namespace": "ns"}, "spec": {}, "status": {"active": 1}}
        cluster.put("jobs", job)
        stuck = crashing("j-1", "j")
        stuck["metadata"]["ownerReferences"] = owned("Job", "j")["ownerReferences"]
        cluster.put("pods", pod("j-0", phase="Failed", **owned("Job", "j")))
        row = cluster.row("workloads", "c1/jobs/ns/j")
        assert (row.status, row.healthy) == ("Running", True)
        cluster.put("pods", stuck)
        row = cluster.row("workloads", "c1/jobs/ns/j")
        assert (row.status, row.healthy, row.concern) == ("Degraded", False, Concern.ERROR)
        assert row.reason.startswith("Keeps crashing")

    def test_and_no_longer_once_they_are_well_or_gone(self, cluster: Cluster):
        short(cluster)
        cluster.put("pods", pod("web-1-a", **owned("ReplicaSet", "web-1")))
        assert cluster.row("workloads", self.KEY).culprit == "web-1-b"
        cluster.delete("pods", "ns/web-1-b")
        assert cluster.row("workloads", self.KEY).reason == "Waits for 1 pod to be ready"

    def test_the_order_of_arrival_does_not_matter(self, cluster: Cluster):
        cluster.put("pods", crashing("web-1-a", "web-1"))
        cluster.put("replicasets", workload("web-1", rolled(2, 1), **owned("Deployment", "web")))
        cluster.put("deployments", workload("web", rolled(2, 1)))
        assert cluster.row("workloads", self.KEY).culprit == "web-1-a"

    def test_an_owned_replica_set_is_no_row_and_a_free_one_is(self, cluster: Cluster):
        short(cluster)
        cluster.put("replicasets", workload("free", rolled(2, 2)))
        keys = set(cluster.console.rows("workloads"))
        assert keys == {self.KEY, "c1/replicasets/ns/free"}
        cluster.put("replicasets", workload("web-1", rolled(2, 1)))
        assert "c1/replicasets/ns/web-1" in cluster.console.rows("workloads")
        assert cluster.row("workloads", self.KEY).reason == "Waits for 1 pod to be ready"

    def test_a_healthy_workload_needs_no_excuse(self, cluster: Cluster):
        complete = {"succeeded": 1, "failed": 1, **condition("Complete", "True")}
        job = {"metadata": {"namespace": "ns", "name": "j"}, "status": complete}
        cluster.put("jobs", job)
        failed = pod("j-1", phase="Failed", **owned("Job", "j"))
        failed["status"]["containerStatuses"] = []
        cluster.put("pods", failed)
        assert cluster.row("workloads", "c1/jobs/ns/j").reason == "Completed, 1 of 1"

    def test_a_deleted_deployment_leaves_nothing(self, cluster: Cluster):
        short(cluster)
        cluster.delete("deployments", "ns/web")
        cluster.delete("replicasets", "ns/web-1")
        for name in ("a", "b"):
            cluster.delete("pods", f"ns/web-1-{name}")
        assert cluster.console.rows("workloads") == {}


def service(selector: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "ns", "name": "web"},
        "spec": {"selector": {"app": "web"} if selector is None else selector, **spec},
    }


def part(name: str, *ready: bool, family: str = "IPv4") -> dict[str, Any]:
    labels = {"kubernetes.io/service-name": "web"}
    return {
        "metadata": {"namespace": "ns", "name": name, "labels": labels},
        "addressType": family,
        "endpoints": [{"addresses": ["x"], "conditions": {"ready": each}} for each in ready],
    }


class TestServices:
    def test_nothing_ready_behind_it_is_an_error_and_nothing_at_all_a_warning(
        self, cluster: Cluster
    ):
        cluster.put("services", service())
        row = cluster.row("services", "c1/ns/web")
        assert (row.status, row.healthy, row.concern) == ("No endpoints", False, Concern.WARNING)
        cluster.put("endpointslices", part("web-a", False, False))
        row = cluster.row("services", "c1/ns/web")
        assert (row.status, row.readiness, row.concern) == ("Unreachable", "0/2", Concern.ERROR)
        assert row.reason == "None of its 2 endpoints is ready"
        cluster.put("endpointslices", part("web-b", True))
        row = cluster.row("services", "c1/ns/web")
        assert (row.status, row.readiness, row.healthy) == ("Reachable", "1/3", True)
        cluster.delete("endpointslices", "ns/web-b")
        cluster.delete("endpointslices", "ns/web-a")
        assert cluster.row("services", "c1/ns/web").status == "No endpoints"

    def test_both_families_of_addresses_are_counted_once(self, cluster: Cluster):
        cluster.put("endpointslices", part("web-a", True, True))
        cluster.put("endpointslices", part("web-b", True, True, family="IPv6"))
        cluster.put("services", service())
        assert cluster.row("services", "c1/ns/web").readiness == "2/2"

    @pytest.mark.parametrize(
        "manifest", [service({}), service({"a": "b"}, type="ExternalName", externalName="x")]
    )
    def test_nothing_is_said_where_nothing_selects(self, cluster: Cluster, manifest: Any):
        cluster.put("services", manifest)
        row = cluster.row("services", "c1/ns/web")
        assert (row.status, row.healthy, row.readiness) == ("", True, "")

    @pytest.mark.parametrize(
        ("outside", "points", "pending"),
        [
            ([], [], True),
            ([], [{}], True),
            (["192.0.2.9"], [], False),
            ([], [{"hostname": "lb.example"}], False),
        ],
    )
    def test_external_addresses_wait_for_no_load_balancer(
        self, cluster: Cluster, outside: list[str], points: list[Any], pending: bool
    ):
        manifest = service(type="LoadBalancer", externalIPs=outside)
        manifest["status"] = {"loadBalancer": {"ingress": points}}
        cluster.put("services", manifest)
        cluster.put("endpointslices", part("web-a", True))
        row = cluster.row("services", "c1/ns/web")
        assert (row.pending, row.status == "Pending") == (pending, pending)
        words = describe_service(msgspec.convert(manifest, Service, strict=False))
        assert (words.status, words.healthy) == (("Pending", False) if pending else ("", None))


def said(name: str, reason: str, kind: str = "Warning", **more: Any) -> dict[str, Any]:
    about = {"kind": "PersistentVolumeClaim", "namespace": "ns", "name": "data", "uid": "u1"}
    return {
        "metadata": {"namespace": "ns", "name": name},
        "involvedObject": about,
        "reason": reason,
        "message": f"{reason} happened",
        "type": kind,
        "lastTimestamp": CREATED,
        **more,
    }


class TestClaims:
    KEY = "c1/ns/data"

    def claim(self, phase: str = "Pending", uid: str = "u1") -> dict[str, Any]:
        meta = {"namespace": "ns", "name": "data", "uid": uid}
        return {"metadata": meta, "spec": {}, "status": {"phase": phase}}

    @pytest.mark.parametrize("event_first", [True, False])
    def test_why_it_waits_stands_in_its_events(self, cluster: Cluster, event_first: bool):
        if event_first:
            cluster.put("events", said("e1", "ProvisioningFailed"))
        cluster.put("persistentvolumeclaims", self.claim())
        cluster.put("events", said("e1", "ProvisioningFailed"))
        row = cluster.row("persistentvolumeclaims", self.KEY)
        assert row.reason == "Cannot be bound: ProvisioningFailed happened"
        assert (row.healthy, row.concern, row.capacity) == (False, Concern.ERROR, None)

    def test_the_newest_word_counts_and_a_bound_one_needs_none(self, cluster: Cluster):
        cluster.put("persistentvolumeclaims", self.claim())
        cluster.put("events", said("e1", "ProvisioningFailed"))
        later = "2026-11-21T12:05:00Z"
        waits = said("e2", "WaitForFirstConsumer", "Normal", lastTimestamp=later)
        cluster.put("events", waits)
        row = cluster.row("persistentvolumeclaims", self.KEY)
        assert (row.healthy, row.concern) == (True, Concern.HELD)
        cluster.delete("events", "ns/e2")
        assert cluster.row("persistentvolumeclaims", self.KEY).healthy is False
        cluster.put("persistentvolumeclaims", self.claim("Bound"))
        row = cluster.row("persistentvolumeclaims", self.KEY)
        assert (row.reason, row.healthy) == ("", True)

    def test_a_claim_made_again_hears_nothing_of_the_old_one(self, cluster: Cluster):
        cluster.put("events", said("e1", "ProvisioningFailed"))
        cluster.put("persistentvolumeclaims", self.claim(uid="u2"))
        row = cluster.row("persistentvolumeclaims", self.KEY)
        assert (row.reason, row.healthy) == ("Waits for a volume", True)


def test_a_workload_is_not_well_since_the_first_of_its_pods(cluster: Cluster):
    cluster.put("deployments", workload("web", rolled(2, 0)))
    cluster.put("replicasets", workload("web-1", rolled(2, 0), **owned("Deployment", "web")))
    for name, hour in (("a", 13), ("b", 12)):
        waits = pod(f"web-1-{name}", "", phase="Pending", **owned("ReplicaSet", "web-1"))
        at = f"2026-11-21T{hour}:00:00Z"
        unplaced = {"type": "PodScheduled", "status": "False", "lastTransitionTime": at}
        waits["status"].update(containerStatuses=[], conditions=[unplaced])
        cluster.put("pods", waits)
    assert cluster.row("workloads", TestWorkloads.KEY).since == 1795262400.0
    cluster.put("pods", crashing("web-1-a", "web-1"))
    cluster.put("pods", crashing("web-1-b", "web-1"))
    assert cluster.row("workloads", TestWorkloads.KEY).since is None
