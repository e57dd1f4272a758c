"""Rows from objects, and derived rows change by change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.features.machines import Machines
from integrations.concern import Concern
from integrations.contract import Feed, FeedState
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.settings import ConnectionSettings, Limits
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_summaries_owners import condition, rolled

CREATED = "2026-11-21T12:00:00Z"


class Cluster:
    """Feeds objects to the features as a watch would, without a loop: joins work at once."""

    def __init__(self, feeds: Mapping[str, Feed[Any]] | None = None) -> None:
        if feeds is None:
            self.console = KubernetesFeatures()
            feeds = self.console.feeds(ConnectionSettings(name="c1", in_cluster=True))
        self.feeds = feeds

    def put(self, plural: str, manifest: dict[str, Any]) -> None:
        meta = manifest["metadata"]
        meta.setdefault("creationTimestamp", CREATED)
        found = msgspec.convert(manifest, KINDS[plural].model, strict=False)
        self.feeds[plural].put(self.key(meta), found)

    def delete(self, plural: str, key: str) -> None:
        self.feeds[plural].delete(key)

    def key(self, meta: dict[str, Any]) -> str:
        return f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]

    def row(self, collection: str, key: str) -> Any:
        return self.console.rows(collection).get(key)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def node(name: str, *, kwok: bool = False, cpu: str = "4", **more: Any) -> dict[str, Any]:
    labels = {"topology.kubernetes.io/zone": "z1", **({"type": "kwok"} if kwok else {})}
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {
            "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"osImage": "Flatcar 4459.2.1 (Oklo)", "kubeletVersion": "v1.36.3"},
            **more,
        },
    }


def pod(
    name: str, node_name: str = "n1", *, phase: str = "Running", cpu: str = "500m", **meta: Any
) -> dict[str, Any]:
    container = {"name": "main", "image": "web:1"}
    requests = {"resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    running = {"name": "main", "ready": True, "state": {"running": {}}}
    return {
        "metadata": {"namespace": "ns", "name": name, **meta},
        "spec": {"nodeName": node_name, "containers": [{**container, **requests}]},
        "status": {"phase": phase, "containerStatuses": [running]},
    }


def owned(kind: str, name: str) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True, "uid": "u"}]}


class TestMachines:
    def test_a_machine_counts_its_pods_whatever_comes_first(self, cluster: Cluster):
        cluster.put("pods", pod("a"))
        cluster.put("nodes", node("n1"))
        cluster.put("pods", pod("b"))
        cluster.put("pods", pod("ended", phase="Succeeded"))
        cluster.put("pods", pod("elsewhere", "n2"))
        row = cluster.row("machines", "c1/n1")
        assert (row.pods, row.cpu_requested, row.cpu_percent) == (2, 1.0, 25.0)
        assert (row.memory_requested, row.memory_percent) == (2 * 2**30, 25.0)
        assert (row.os_version, row.zone, row.status) == ("4459.2.1", "z1", "Ready")
        assert row.created == 1795262400.0

    def test_a_pod_that_ends_moves_or_goes_is_taken_off(self, cluster: Cluster):
        cluster.put("nodes", node("n1"))
        cluster.put("nodes", node("n2"))
        for name in ("a", "b", "c"):
            cluster.put("pods", pod(name))
        cluster.put("pods", pod("a", phase="Failed"))
        cluster.put("pods", pod("b", "n2"))
        cluster.delete("pods", "ns/c")
        assert cluster.row("machines", "c1/n1").pods == 0
        assert cluster.row("machines", "c1/n1").cpu_requested == 0.0
        assert cluster.row("machines", "c1/n2").pods == 1

    def test_a_machine_that_goes_and_returns_still_has_its_pods(self, cluster: Cluster):
        cluster.put("nodes", node("n1"))
        cluster.put("pods", pod("a"))
        cluster.delete("nodes", "n1")
        assert cluster.row("machines", "c1/n1") is None
        cluster.put("nodes", node("n1"))
        assert cluster.row("machines", "c1/n1").pods == 1

    def test_a_relist_takes_away_what_it_does_not_hold(self, cluster: Cluster):
        cluster.put("nodes", node("n1"))
        cluster.put("pods", pod("a"))
        cluster.put("pods", pod("b"))
        pods = cluster.feeds["pods"]
        pods.begin()
        cluster.put("pods", pod("b"))
        assert cluster.row("machines", "c1/n1").pods == 2, "not before the end of the listing"
        pods.commit()
        assert cluster.row("machines", "c1/n1").pods == 1
        assert set(cluster.console.rows("pods")) == {"c1/ns/b"}

    def test_nothing_allocatable_is_no_division(self, cluster: Cluster):
        cluster.put("nodes", node("n1", cpu="0"))
        cluster.put("pods", pod("a"))
        assert cluster.row("machines", "c1/n1").cpu_percent == 0.0

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["put", "delete", "end", "node", "lost"]),
                st.sampled_from(["a", "b", "c"]),
                st.sampled_from(["n1", "n2"]),
                st.sampled_from(["0", "100m", "333m", "1.5"]),
            ),
            max_size=40,
        )
    )
    def test_change_by_change_equals_counted_at_once(self, steps: list[tuple[str, ...]]):
        machines = Machines(async_sessionmaker())
        cluster = Cluster(machines.feeds("c1"))
        nodes: set[str] = set()
        pods: dict[str, tuple[str, str]] = {}
        for step, name, where, cpu in steps:
            if step == "node":
                cluster.put("nodes", node(where))
                nodes.add(where)
            elif step == "lost":
                cluster.delete("nodes", where)
                nodes.discard(where)
            elif step == "delete":
                cluster.delete("pods", f"ns/{name}")
                pods.pop(name, None)
            elif step == "end":
                cluster.put("pods", pod(name, where, phase="Succeeded", cpu=cpu))
                pods.pop(name, None)
            else:
                cluster.put("pods", pod(name, where, cpu=cpu))
                pods[name] = (where, cpu)
        rows = {row.key: row for row in machines.rows}
        assert set(rows) == {f"c1/{name}" for name in nodes}
        sizes = {"0": 0, "100m": 100, "333m": 333, "1.5": 1500}
        for name in nodes:
            mine = [cpu for where, cpu in pods.values() if where == name]
            row = rows[f"c1/{name}"]
            assert row.pods == len(mine)
            assert row.cpu_requested == sum(sizes[cpu] for cpu in mine) / 1000


class TestPods:
    def test_the_owner_is_the_workload_a_person_knows(self, cluster: Cluster):
        labels = {"labels": {"pod-template-hash": "7c9"}}
        cluster.put("pods", pod("a", **owned("ReplicaSet", "web-7c9"), **labels))
        cluster.put("pods", pod("b", **owned("ReplicaSet", "handmade")))
        cluster.put("pods", pod("c", **owned("StatefulSet", "db")))
        cluster.put("pods", pod("d"))
        rows = cluster.console.rows("pods")
        owners = [(rows[f"c1/ns/{n}"].owner_kind, rows[f"c1/ns/{n}"].owner) for n in "abcd"]
        assert owners == [
            ("Deployment", "web"),
            ("ReplicaSet", "handmade"),
            ("StatefulSet", "db"),
            ("", ""),
        ]

    @pytest.mark.parametrize("pods_first", [True, False])
    def test_simulated_is_known_whatever_comes_first(self, cluster: Cluster, pods_first: bool):
        if pods_first:
            cluster.put("pods", pod("a"))
        cluster.put("nodes", node("n1", kwok=True))
        cluster.put("pods", pod("a"))
        cluster.put("pods", pod("b", "real"))
        assert cluster.row("pods", "c1/ns/a").simulated is True
        assert cluster.row("pods", "c1/ns/b").simulated is False
        assert cluster.row("machines", "c1/n1").simulated is True

    def test_images_and_the_digests_that_run(self, cluster: Cluster):
        manifest = pod("a")
        status = manifest["status"]["containerStatuses"][0]
        status["imageID"] = "127.0.0.1:5000/web@sha256:abc"
        cluster.put("pods", manifest)
        row = cluster.row("pods", "c1/ns/a")
        assert (row.images, row.digests) == (("web:1",), ("sha256:abc",))

    def test_equal_labels_are_held_once(self, cluster: Cluster):
        for name in ("a", "b"):
            cluster.put("pods", pod(name, labels={"app": "web", "team": "shop"}))
        rows = cluster.console.rows("pods")
        assert rows["c1/ns/a"].labels is rows["c1/ns/b"].labels


def workload(name: str, status: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "ns", "name": name, "generation": 1, **meta},
        "spec": {"replicas": 2},
        "status": status,
    }


def crashing(name: str, owner: str) -> dict[str, Any]:
    manifest = pod(name, **owned("ReplicaSet", owner))
    manifest["status"]["containerStatuses"] = [
        {"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    ]
    return manifest


class TestWorkloads:
    KEY = "c1/deployments/ns/web"

    def short(self, cluster: Cluster) -> None:
        cluster.put("deployments", workload("web", rolled(2, 1)))
        cluster.put("replicasets", workload("web-1", rolled(2, 1), **owned("Deployment", "web")))
        cluster.put("pods", crashing("web-1-b", "web-1"))
        cluster.put("pods", crashing("web-1-a", "web-1"))

    def test_a_deployment_is_explained_by_its_pods(self, cluster: Cluster):
        self.short(cluster)
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

    def test_and_no_longer_once_they_are_well_or_gone(self, cluster: Cluster):
        self.short(cluster)
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
        self.short(cluster)
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
        self.short(cluster)
        cluster.delete("deployments", "ns/web")
        cluster.delete("replicasets", "ns/web-1")
        for name in ("a", "b"):
            cluster.delete("pods", f"ns/web-1-{name}")
        assert cluster.console.rows("workloads") == {}


class TestOthers:
    def test_freshness_is_told_per_kind(self, cluster: Cluster):
        cluster.feeds["nodes"].state(FeedState.LIVE)
        cluster.feeds["pods"].state(FeedState.STALE, "gone")
        states = cluster.console.source("machines").states()
        assert states == {FeedState.LIVE: 1, FeedState.STALE: 1}

    def test_a_closed_connection_takes_its_rows_along(self, cluster: Cluster):
        other = cluster.console.feeds(ConnectionSettings(name="c2", in_cluster=True))
        other["nodes"].put("n1", msgspec.convert(node("n1"), KINDS["nodes"].model, strict=False))
        TestWorkloads().short(cluster)
        cluster.put("nodes", node("n1"))
        for feed in cluster.feeds.values():
            feed.close()  # type: ignore[attr-defined]
        assert set(cluster.console.rows("machines")) == {"c2/n1"}
        for name in ("pods", "workloads", "namespaces"):
            assert cluster.console.rows(name) == {}
        # What is left are the other cluster's pods, and its nodes, which they are joined with.
        assert cluster.console.source("pods").states().total() == 2

    def test_the_plain_kinds(self, cluster: Cluster):
        meta = {"namespace": "ns", "name": "x", "labels": {"kubernetes.io/service-name": "web"}}
        cluster.put(
            "services",
            {
                "metadata": dict(meta),
                "spec": {
                    "type": "NodePort",
                    "clusterIP": "None",
                    "ports": [{"port": 80, "nodePort": 30080, "targetPort": "http"}],
                },
                "status": {"loadBalancer": {"ingress": [{"hostname": "lb"}]}},
            },
        )
        cluster.put(
            "endpointslices",
            {
                "metadata": dict(meta),
                "endpoints": [
                    {"addresses": ["10.0.0.1"]},
                    {"addresses": ["10.0.0.2"], "conditions": {"ready": False}},
                ],
                "ports": [{"port": 8080}],
            },
        )
        cluster.put(
            "ingresses",
            {
                "metadata": dict(meta),
                "spec": {
                    "tls": [{}],
                    "rules": [
                        {
                            "host": "a.example",
                            "http": {"paths": [{"backend": {"service": {"name": "web"}}}]},
                        }
                    ],
                },
            },
        )
        cluster.put(
            "persistentvolumeclaims",
            {
                "metadata": dict(meta),
                "spec": {"resources": {"requests": {"storage": "1Gi"}}, "volumeName": "pv"},
                "status": {"phase": "Bound"},
            },
        )
        cluster.put(
            "persistentvolumes",
            {
                "metadata": {"name": "pv"},
                "spec": {
                    "capacity": {"storage": "2Gi"},
                    "claimRef": {"namespace": "ns", "name": "x"},
                },
            },
        )
        service = cluster.row("services", "c1/ns/x")
        assert (service.ip, service.ports, service.addresses) == ("", ("80:30080/TCP",), ("lb",))
        part = cluster.row("endpointslices", "c1/ns/x")
        assert (part.service, part.ready, part.endpoints) == ("web", 1, 2)
        ingress = cluster.row("ingresses", "c1/ns/x")
        assert (ingress.hosts, ingress.services, ingress.tls) == (("a.example",), ("web",), True)
        claim = cluster.row("persistentvolumeclaims", "c1/ns/x")
        assert (claim.status, claim.requested, claim.volume) == ("Bound", 2.0**30, "pv")
        volume = cluster.row("persistentvolumes", "c1/pv")
        assert (volume.claim, volume.capacity, volume.status) == ("ns/x", 2.0**31, "Unknown")

    def test_an_event_lies_where_its_object_lies(self, cluster: Cluster):
        event = {
            "metadata": {"namespace": "default", "name": "n1.1"},
            "involvedObject": {"kind": "Node", "name": "n1"},
            "reason": "NodeNotReady",
            "type": "Warning",
            "series": {"count": 7, "lastObservedTime": CREATED},
        }
        cluster.put("events", event)
        (row,) = cluster.console.rows("events").values()
        assert (row.namespace, row.severity, row.count, row.last) == ("", "error", 7, 1795262400.0)
        places = cluster.console.source("events").collection.scopes
        assert ("org", "main", "cluster", "c1") in {place(row, "main") for place in places}


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


def test_the_records_own_limit_of_events_is_kept() -> None:
    console = KubernetesFeatures()
    limits = Limits(events_kept=2)
    record = ConnectionSettings(name="c1", in_cluster=True, limits=limits)
    cluster = Cluster(console.feeds(record))
    for number in range(4):
        last = f"2026-11-21T12:00:0{number}Z"
        event = {"metadata": {"name": f"e{number}", "namespace": "n"}, "lastTimestamp": last}
        cluster.put("events", event)
    assert {row.key.rpartition("/")[2] for row in console.source("events")} == {"e2", "e3"}
