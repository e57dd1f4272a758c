"""Rows from objects, and derived rows change by change."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.features.machines import Machines
from integrations.contract import FeedState
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.settings import ConnectionSettings, Limits
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.objects import (
    CREATED,
    Cluster,
    node,
    owned,
    pod,
    short,
)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


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


class TestOthers:
    def test_freshness_is_told_per_kind(self, cluster: Cluster):
        cluster.feeds["nodes"].state(FeedState.LIVE)
        cluster.feeds["pods"].state(FeedState.STALE, "gone")
        states = cluster.console.source("machines").states()
        assert states == {FeedState.LIVE: 1, FeedState.STALE: 1}

    def test_a_closed_connection_takes_its_rows_along(self, cluster: Cluster):
        other = cluster.console.feeds(ConnectionSettings(name="c2", in_cluster=True))
        other["nodes"].put("n1", msgspec.convert(node("n1"), KINDS["nodes"].model, strict=False))
        short(cluster)
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
        assert (service.ip, service.ports, service.addresses) == (
            "None",
            ("80:30080→http/TCP",),
            ("lb",),
        )
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
        assert (row.namespace, row.place) == ("default", "")
        assert (row.severity, row.count, row.last) == ("error", 7, 1795262400.0)
        places = cluster.console.source("events").collection.scopes
        assert ("org", "main", "cluster", "c1") in {place(row, "main") for place in places}


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
