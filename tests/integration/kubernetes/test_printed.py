"""What a list says beside what the real API server prints of the same objects for `kubectl get`, in
states no simulation comes into (issue 9, kinds 2, 3 and 7)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from integrations.kubernetes.kinds import KINDS
from tests.contract.kubernetes.harness import RealCluster, unique
from tests.contract.kubernetes.server import ApiServer
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.waiting import until

pytestmark = pytest.mark.stack

PRINTED = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
LONG_AGO = "2026-01-01T00:00:00Z"


class Place:
    """A namespace of an API server without controllers, and the rows a console has of it."""

    def __init__(self, cluster: RealCluster, console: KubernetesFeatures) -> None:
        self.cluster, self.console, self.name = cluster, console, unique("printed")
        cluster.put("namespaces", {"metadata": {"name": self.name}})

    def put(
        self, plural: str, name: str, spec: dict[str, Any], status: dict[str, Any] | None = None
    ) -> None:
        """The object, in the state its controller would have written."""
        meta = {"name": name, "namespace": self.name}
        self.cluster.put(plural, {"metadata": meta, "spec": spec})
        if status is None:
            return
        answer = self.cluster.http.patch(
            f"{KINDS[plural].path(self.name, name)}/status",
            content=json.dumps({"status": status}),
            headers={"content-type": "application/merge-patch+json"},
        )
        assert answer.status_code == 200, answer.text

    def delete(self, plural: str, name: str) -> None:
        """Ask for its deletion."""
        answer = self.cluster.http.delete(KINDS[plural].path(self.name, name))
        assert answer.status_code in {200, 202}, answer.text

    def printed(self, plural: str) -> dict[str, dict[str, str]]:
        """What `kubectl get` prints, by name and column."""
        table = self.cluster.http.get(KINDS[plural].path(self.name), headers=PRINTED).json()
        heads = [column["name"] for column in table["columnDefinitions"]]
        lines = [dict(zip(heads, map(str, row["cells"]), strict=True)) for row in table["rows"]]
        return {line["Name"]: line for line in lines}

    def rows(self, collection: str, kind: str = "") -> dict[str, Any]:
        """The rows, by name."""
        found = self.console.rows(collection).values()
        return {
            row.name: row
            for row in found
            if row.namespace == self.name and (not kind or row.plural == kind)
        }


@pytest.fixture
async def place(api_server: ApiServer, tmp_path: Path) -> AsyncIterator[Place]:
    cluster, console = RealCluster(api_server, tmp_path), KubernetesFeatures()
    connection = cluster.connection()
    await console.connect(connection)
    yield Place(cluster, console)
    await connection.stop()
    cluster.http.close()


def _container(name: str, state: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"name": name, "image": "i", "imageID": "", "ready": False, "restartCount": 0}
    return {**base, "state": state, **more}


def _ended(reason: str = "", code: int = 0, signal: int = 0) -> dict[str, Any]:
    return {"terminated": {"reason": reason, "exitCode": code, "signal": signal}}


RUNS: dict[str, Any] = {"running": {"startedAt": LONG_AGO}}
WAITS = {"waiting": {"reason": "PodInitializing"}}
SIDECAR = {"name": "proxy", "image": "i", "restartPolicy": "Always"}
INIT = {"name": "setup", "image": "i"}
READY = {"type": "Ready", "status": "True"}
NOT_READY = {"type": "Ready", "status": "False"}
INITIALIZED = {"type": "Initialized", "status": "True"}
PODS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "sidecar-not-ready": (
        [SIDECAR],
        {
            "phase": "Running",
            "conditions": [INITIALIZED, NOT_READY],
            "initContainerStatuses": [_container("proxy", RUNS, started=True)],
            "containerStatuses": [_container("main", RUNS, ready=True, started=True)],
        },
    ),
    "sidecar-not-started": (
        [SIDECAR, INIT],
        {
            "initContainerStatuses": [
                _container("proxy", RUNS, started=False),
                _container("setup", WAITS),
            ],
            "containerStatuses": [_container("main", WAITS)],
        },
    ),
    "sidecar-restarted": (
        [SIDECAR],
        {
            "conditions": [INITIALIZED, READY],
            "initContainerStatuses": [
                _container("proxy", RUNS, started=True, ready=True, restartCount=3)
            ],
            "containerStatuses": [_container("main", RUNS, ready=True, restartCount=2)],
        },
    ),
    "init-by-signal": (
        [INIT],
        {"initContainerStatuses": [_container("setup", _ended(signal=9, code=137))]},
    ),
    "init-by-code": (
        [INIT, {**INIT, "name": "second"}],
        {
            "initContainerStatuses": [
                _container("setup", _ended("Completed")),
                _container("second", _ended(code=3), restartCount=4),
            ],
        },
    ),
    "init-image": (
        [INIT],
        {
            "initContainerStatuses": [
                _container("setup", {"waiting": {"reason": "ErrImagePull", "message": "no"}})
            ],
        },
    ),
    "done": (
        [],
        {
            "phase": "Running",
            "conditions": [INITIALIZED, NOT_READY],
            "containerStatuses": [_container("main", _ended("Completed"))],
        },
    ),
    "evicted": ([], {"phase": "Failed", "reason": "Evicted", "message": "The node was low."}),
    "odd-reason": (
        [],
        {"phase": "Pending", "containerStatuses": [_container("main", {"waiting": {}})]},
    ),
    "by-signal": (
        [],
        {"phase": "Failed", "containerStatuses": [_container("main", _ended(signal=15, code=143))]},
    ),
    "gated": (
        [],
        {
            "phase": "Pending",
            "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
            ],
        },
    ),
    "held-by-a-gate": (
        [],
        {
            "phase": "Running",
            "conditions": [INITIALIZED, NOT_READY],
            "containerStatuses": [_container("main", RUNS, ready=True, started=True)],
        },
    ),
    "lost": (
        [],
        {
            "phase": "Running",
            "reason": "NodeLost",
            "containerStatuses": [_container("main", RUNS, ready=True)],
        },
    ),
    "leaving": (
        [],
        {"phase": "Running", "containerStatuses": [_container("main", RUNS, ready=True)]},
    ),
}


async def test_a_pod_in_any_state_is_called_what_kubectl_calls_it(place: Place) -> None:
    for name, (inits, status) in PODS.items():
        spec = {"nodeName": "none", "containers": [{"name": "main", "image": "i"}]}
        if inits:
            spec["initContainers"] = inits
        place.put("pods", name, spec, {"phase": "Pending", **status})
    for name in ("lost", "leaving"):
        place.delete("pods", name)
    theirs = {
        name: (line["Status"], line["Ready"], line["Restarts"].split(" ")[0])
        for name, line in place.printed("pods").items()
    }
    assert theirs.keys() == PODS.keys()

    def ours() -> dict[str, tuple[str, str, str]]:
        rows = place.rows("pods")
        return {name: (row.status, row.ready, str(row.restarts)) for name, row in rows.items()}

    await until(lambda: ours().keys() == theirs.keys())
    await until(lambda: ours() == theirs)
    rows = place.rows("pods")
    assert rows["sidecar-not-ready"].reason == "Readiness probe of proxy does not pass"
    assert rows["sidecar-not-started"].reason == "Waits for init container proxy"


def _condition(kind: str, **more: str) -> dict[str, str]:
    return {"type": kind, "status": "True", "lastTransitionTime": LONG_AGO, **more}


POD = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "i"}]}
INDEXED = {"completionMode": "Indexed", "backoffLimitPerIndex": 1}
STARTED = {"startTime": LONG_AGO}
JOBS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "plain": ({}, {**STARTED, "active": 1}, "Running", "Runs: 0 of 1 done, 1 active"),
    "queue": (
        {"parallelism": 5, "completions": None},
        {**STARTED, "active": 4, "succeeded": 1},
        "Running",
        "Runs: 1 pod done, 4 active",
    ),
    "suspended": (
        {"suspend": True, "completions": 3},
        {"conditions": [_condition("Suspended")]},
        "Suspended",
        "Is suspended",
    ),
    "indexes": (
        {**INDEXED, "completions": 6, "parallelism": 2},
        {**STARTED, "active": 2, "succeeded": 1, "failed": 4, "failedIndexes": "1,3"},
        "Degraded",
        "Runs: 1 of 6 done, 2 active, indexes 1, 3 failed, 4 failed attempts",
    ),
    "failing": (
        {**INDEXED, "completions": 2},
        {
            **STARTED,
            "active": 1,
            "failedIndexes": "0",
            "conditions": [_condition("FailureTarget", reason="FailedIndexes", message="One is.")],
        },
        "Degraded",
        "Runs: 0 of 2 done, 1 active, index 0 failed",
    ),
}


async def test_a_job_in_any_state_is_counted_as_kubectl_counts_it(place: Place) -> None:
    for name, (spec, status, *_) in JOBS.items():
        place.put("jobs", name, {"template": {"spec": POD}, **spec}, status)
    await until(lambda: place.rows("workloads").keys() == JOBS.keys())
    lines = place.printed("jobs")
    theirs = {name: line["Completions"] for name, line in lines.items()}
    right = {name: (health, reason) for name, (_, _, health, reason) in JOBS.items()}

    def said() -> dict[str, tuple[str, str]]:
        return {n: (row.status, row.reason) for n, row in place.rows("workloads").items()}

    # A row comes with the job, and what its status says a moment later.
    await until(lambda: said() == right)
    rows = place.rows("workloads")
    assert {name: row.readiness for name, row in rows.items()} == theirs
    assert lines["suspended"]["Status"] == rows["suspended"].status


SERVICES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "pending": ({"type": "LoadBalancer", "ports": [{"port": 80}]}, None),
    "by-name": (
        {"type": "LoadBalancer", "ports": [{"port": 80}]},
        {"loadBalancer": {"ingress": [{"hostname": "lb.example.test"}]}},
    ),
    "both": (
        {"type": "LoadBalancer", "ports": [{"port": 80}], "externalIPs": ["192.0.2.9"]},
        {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}, {"ip": "2001:db8::7"}]}},
    ),
    "node-port": ({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}, None),
    "external-ip": (
        {"ports": [{"port": 53, "protocol": "UDP"}], "externalIPs": ["192.0.2.8"]},
        None,
    ),
    "name": ({"type": "ExternalName", "externalName": "db.example.test"}, None),
    "headless": ({"clusterIP": "None", "ports": [{"port": 1}, {"port": 2, "name": "b"}]}, None),
    "inside": ({"ports": [{"port": 80}]}, None),
}


async def test_a_service_of_any_type_has_the_addresses_kubectl_prints(place: Place) -> None:
    for name, (spec, status) in SERVICES.items():
        ports = [{"name": f"p{one['port']}", **one} for one in spec.get("ports", [])]
        place.put("services", name, {**spec, **({"ports": ports} if ports else {})}, status)
    await until(lambda: place.rows("services").keys() == SERVICES.keys())
    theirs = {
        name: ",".join(sorted(line["External-IP"].split(",")))
        for name, line in place.printed("services").items()
    }

    def ours() -> dict[str, str]:
        return {
            name: "<pending>" if row.pending else ",".join(sorted(row.addresses)) or "<none>"
            for name, row in place.rows("services").items()
        }

    await until(lambda: ours() == theirs)
