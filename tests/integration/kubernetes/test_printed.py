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
ANY_INDEX = {"successPolicy": {"rules": [{"succeededCount": 1}]}}
STARTED: dict[str, Any] = {"startTime": LONG_AGO}
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
        "Is failing: One is; 0 of 2 done, 1 active, index 0 failed",
    ),
    "successful": (
        {"completionMode": "Indexed", "completions": 5, **ANY_INDEX},
        {
            **STARTED,
            "active": 3,
            "succeeded": 1,
            "failed": 1,
            "completedIndexes": "0",
            "conditions": [_condition("SuccessCriteriaMet", reason="SuccessPolicy")],
        },
        "Running",
        "Has met its criteria of success; 1 of 5 done, 3 active",
    ),
    "held-at-none": (
        {"completions": 3, "parallelism": 0},
        STARTED,
        "Running",
        "Starts no pod, its parallelism is 0; 0 of 3 done, 0 active",
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
    # Of these kubectl has a word of its own: the reason says what it stands for.
    assert lines["failing"]["Status"] == "FailureTarget"
    assert lines["successful"]["Status"] == "SuccessCriteriaMet"


BY_HAND = {"updateStrategy": {"type": "OnDelete"}}
AGENTS: dict[str, tuple[dict[str, Any], dict[str, int], str, str]] = {
    "by-hand": (
        BY_HAND,
        {"numberReady": 3, "numberAvailable": 3},
        "Healthy",
        "0 of 3 updated (OnDelete: a pod is updated when it is deleted)",
    ),
    "by-hand-broken": (
        BY_HAND,
        {"numberReady": 1, "numberAvailable": 1},
        "Degraded",
        "Waits for 2 pods to be ready",
    ),
    "young": (
        {"minReadySeconds": 60},
        {"numberReady": 3, "numberAvailable": 1, "updatedNumberScheduled": 3},
        "Progressing",
        "Waits until 2 pods stayed ready long enough",
    ),
    "rolling": (
        {},
        {"numberReady": 3, "numberAvailable": 3, "updatedNumberScheduled": 2},
        "Progressing",
        "Rolling out, 2 of 3 updated",
    ),
}


async def test_a_daemon_set_is_complete_when_its_strategy_says_so(place: Place) -> None:
    labels = {"app": "agent"}
    pods = {"metadata": {"labels": labels}, "spec": {"containers": POD["containers"]}}
    for name, (spec, status, *_) in AGENTS.items():
        whole = {"selector": {"matchLabels": labels}, "template": pods, **spec}
        counted = {"desiredNumberScheduled": 3, "currentNumberScheduled": 3}
        state = {"numberMisscheduled": 0, "observedGeneration": 1, **counted, **status}
        place.put("daemonsets", name, whole, state)
    right = {name: (word, why) for name, (_, _, word, why) in AGENTS.items()}

    def said() -> dict[str, tuple[str, str]]:
        return {n: (row.status, row.reason) for n, row in place.rows("workloads").items()}

    await until(lambda: said() == right)
    rows = place.rows("workloads")
    assert {n: (str(r.desired), str(r.ready), str(r.updated)) for n, r in rows.items()} == {
        name: (line["Desired"], line["Ready"], line["Up-to-date"])
        for name, line in place.printed("daemonsets").items()
    }


NODES: dict[str, tuple[list[tuple[str, str, str]], str, str]] = {
    "problems": (
        [("KernelDeadlock", "True", "a task hangs."), ("GPUHealthy", "False", "Xid 79")],
        "Problem",
        "KernelDeadlock: a task hangs, GPUHealthy: Xid 79",
    ),
    "good-news": (
        [
            ("KernelHasNoDeadlock", "True", "fine"),
            ("ContainerRuntimeUnhealthy", "False", "fine"),
            ("Schedulable", "True", "fine"),
            ("KubeProxyRunning", "True", "fine"),
            ("MemoryPressure", "Unknown", ""),
        ],
        "Ready",
        "",
    ),
    "written-small": ([("NetworkReady", "false", "no route")], "Problem", "NetworkReady: no route"),
    "unheard-of": (
        [("VMEventScheduled", "True", "Freeze"), ("TimeSynchronized", "False", "2 s")],
        "Problem",
        "VMEventScheduled: Freeze, TimeSynchronized: 2 s",
    ),
    "short": ([("DiskPressure", "True", "is full")], "Pressure", "Disk space is short"),
    "down": ([("Ready", "False", "PLEG is not healthy")], "NotReady", "PLEG is not healthy"),
}
TAINTS = [
    {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"},
    {"key": "example.test/only", "effect": "NoExecute"},
]


async def test_a_node_is_judged_by_conditions_of_any_type_and_either_way(place: Place) -> None:
    cluster, named = place.cluster, {name: f"{place.name}-{name}" for name in NODES}
    for name, (conditions, *_) in NODES.items():
        cluster.put("nodes", {"metadata": {"name": named[name]}, "spec": {"taints": TAINTS}})
        listed = [("Ready", "True", "")] if "Ready" not in {c[0] for c in conditions} else []
        found = [
            {**_condition(kind, message=why), "status": status}
            for kind, status, why in [*listed, *conditions]
        ]
        answer = cluster.http.patch(
            f"{KINDS['nodes'].path('', named[name])}/status",
            content=json.dumps({"status": {"conditions": found}}),
            headers={"content-type": "application/strategic-merge-patch+json"},
        )
        assert answer.status_code == 200, answer.text

    def said() -> dict[str, tuple[str, str]]:
        rows = {row.name: row for row in place.console.rows("machines").values()}
        return {
            name: (rows[full].status, rows[full].reason)
            for name, full in named.items()
            if full in rows
        }

    try:
        await until(lambda: said() == {name: (word, why) for name, (_, word, why) in NODES.items()})
        rows = {row.name: row for row in place.console.rows("machines").values()}
        for name, full in named.items():
            wrong = NODES[name][0] if NODES[name][1] != "Ready" else []
            assert rows[full].conditions == tuple(kind for kind, *_ in wrong)
            # The API server itself taints what is new.
            assert {"dedicated=gpu:NoSchedule", "example.test/only:NoExecute"} <= {
                *rows[full].taints
            }
        theirs = place.printed("nodes")
        ready = {name: theirs[full]["Status"].split(",")[0] for name, full in named.items()}
        assert ready == {name: "NotReady" if name == "down" else "Ready" for name in NODES}
    finally:
        for full in named.values():
            cluster.delete("nodes", full)


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
