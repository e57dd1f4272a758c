"""Words for what runs pods and for nodes, and for selectors."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from integrations.concern import Concern
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.summaries import node_summary
from integrations.kubernetes.summaries.jobs import job_readiness
from integrations.kubernetes.summaries.nodes import os_version, roles_of
from integrations.kubernetes.summaries.selectors import selector_text, selects
from integrations.kubernetes.summaries.workloads import workload_summary

NOW = "2026-11-21T12:00:00Z"


def workload(plural: str, spec: dict[str, Any], status: dict[str, Any], generation: int = 1) -> Any:
    manifest = {"metadata": {"name": "w", "generation": generation}, "spec": spec, "status": status}
    return msgspec.convert(manifest, KINDS[plural].model, strict=False)


def rolled(replicas: int, ready: int, updated: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "observedGeneration": 1,
        "replicas": replicas,
        "readyReplicas": ready,
        "updatedReplicas": replicas if updated is None else updated,
        **more,
    }


def condition(name: str, status: str, reason: str = "", message: str = "") -> dict[str, Any]:
    return {"conditions": [{"type": name, "status": status, "reason": reason, "message": message}]}


STUCK = condition("Progressing", "False", "ProgressDeadlineExceeded")


ON_DELETE = {"type": "OnDelete"}
PARTITION = {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}
TWO = {"currentRevision": "a", "updateRevision": "b"}
BY_HAND = "(OnDelete: a pod is updated when it is deleted)"
COMPLETE_BY_DESIGN = [
    (
        "statefulsets", {"replicas": 4, "updateStrategy": PARTITION}, rolled(4, 4, 1, **TWO),
        "Healthy", "4 of 4 replicas ready, 1 of 4 updated (partition 3)",
    ),
    (
        "statefulsets", {"replicas": 4, "updateStrategy": PARTITION}, rolled(4, 4, 0, **TWO),
        "Progressing", "Rolling out, 0 of 1 updated; 4 of 4 replicas ready",
    ),
    (
        "statefulsets", {"replicas": 2, "updateStrategy": PARTITION}, rolled(2, 1, 0, **TWO),
        "Degraded", "1 of 2 replicas ready",
    ),
    (
        "statefulsets", {"replicas": 3, "updateStrategy": ON_DELETE}, rolled(3, 3, 0, **TWO),
        "Healthy", f"3 of 3 replicas ready, 0 of 3 updated {BY_HAND}",
    ),
    (
        "daemonsets", {"updateStrategy": ON_DELETE},
        {"observedGeneration": 1, "desiredNumberScheduled": 3, "numberReady": 3},
        "Healthy", f"Ready on 3 of 3 nodes, 0 of 3 updated {BY_HAND}",
    ),
    (
        "deployments", {"replicas": 2, "minReadySeconds": 30}, rolled(2, 2, availableReplicas=1),
        "Progressing", "2 of 2 replicas ready; waits until 1 pod stayed ready long enough",
    ),
    ("jobs", {"parallelism": 3}, {"active": 2, "succeeded": 1}, "Running",
     "Runs: 1 pod done, 2 active"),
    ("jobs", {"parallelism": 3}, {"succeeded": 3, **condition("Complete", "True")}, "Complete",
     "Completed, 3 pods"),
    ("jobs", {"completions": 6, "completionMode": "Indexed"},
     {"active": 1, "succeeded": 2, "failedIndexes": "1,3-4"}, "Degraded",
     "Runs: 2 of 6 done, 1 active, indexes 1, 3-4 failed"),
    ("jobs", {"completions": 6, "suspend": True}, {"succeeded": 2}, "Suspended",
     "Is suspended, 2 of 6 done"),
]  # fmt: skip
"""What controllers call complete although not all is new (issue 9, kind 2)."""


@pytest.mark.parametrize(
    ("plural", "spec", "status", "health", "reason"),
    [
        ("deployments", {"replicas": 3}, rolled(3, 3), "Healthy", "3 of 3 replicas ready"),
        ("deployments", {"replicas": 3}, rolled(3, 2), "Degraded", "2 of 3 replicas ready"),
        ("deployments", {"replicas": 1}, rolled(1, 0), "Failed", "0 of 1 replica ready"),
        ("deployments", {"replicas": 0}, rolled(0, 0), "Idle", "Scaled to zero"),
        (
            "deployments",
            {"replicas": 3},
            rolled(4, 3, 1),
            "Progressing",
            "Rolling out, 1 of 3 updated; 3 of 3 replicas ready",
        ),
        (
            "deployments",
            {"replicas": 2, "paused": True},
            rolled(2, 2),
            "Suspended",
            "2 of 2 replicas ready; the rollout is paused",
        ),
        (
            "deployments",
            {"replicas": 2, "paused": True},
            rolled(2, 0, 0),
            "Failed",
            "Rolling out, 0 of 2 updated; 0 of 2 replicas ready; the rollout is paused",
        ),
        (
            "deployments",
            {"replicas": 2, "paused": True},
            rolled(0, 0, 0),
            "Suspended",
            "Rolling out, 0 of 2 updated; 0 of 2 replicas ready; the rollout is paused",
        ),
        (
            "deployments",
            {"replicas": 2},
            rolled(2, 1, **STUCK),
            "Degraded",
            "1 of 2 replicas ready; the rollout is stuck",
        ),
        (
            "deployments",
            {"replicas": 2},
            rolled(2, 0, **STUCK),
            "Failed",
            "0 of 2 replicas ready; the rollout is stuck",
        ),
        (
            "deployments",
            {"replicas": 2},
            rolled(2, 2, **condition("ReplicaFailure", "True", "Q", "exceeded quota")),
            "Degraded",
            "2 of 2 replicas ready; exceeded quota",
        ),
        (
            "replicasets",
            {"replicas": 2},
            rolled(0, 0, **condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota")),
            "Failed",
            "Rolling out, 0 of 2 updated; 0 of 2 replicas ready; exceeded quota",
        ),
        ("statefulsets", {"replicas": 2}, rolled(2, 2, 0), "Healthy", "2 of 2 replicas ready"),
        (
            "statefulsets",
            {"replicas": 2},
            rolled(2, 2, 1, currentRevision="a", updateRevision="b"),
            "Progressing",
            "Rolling out, 1 of 2 updated; 2 of 2 replicas ready",
        ),
        (
            "daemonsets",
            {},
            {
                "observedGeneration": 1,
                "desiredNumberScheduled": 3,
                "updatedNumberScheduled": 3,
                "numberReady": 2,
            },
            "Degraded",
            "Ready on 2 of 3 nodes",
        ),
        ("daemonsets", {}, {"observedGeneration": 1}, "Idle", "No node is selected"),
        ("jobs", {}, {"active": 1}, "Running", "Runs: 0 of 1 done, 1 active"),
        (
            "jobs",
            {"completions": 4},
            {"active": 1, "failed": 1, "succeeded": 2},
            "Degraded",
            "Runs: 2 of 4 done, 1 active, 1 failed attempt",
        ),
        (
            "jobs",
            {},
            {"succeeded": 1, **condition("Complete", "True")},
            "Complete",
            "Completed, 1 of 1",
        ),
        (
            "jobs",
            {},
            {"failed": 7, **condition("Failed", "True", "B", "Job has reached its limit.")},
            "Failed",
            "Failed: Job has reached its limit",
        ),
        ("jobs", {"suspend": True}, {}, "Suspended", "Is suspended"),
        *COMPLETE_BY_DESIGN,
        ("cronjobs", {"suspend": True, "schedule": "@daily"}, {}, "Suspended", "Is suspended"),
        (
            "cronjobs",
            {"schedule": "@daily"},
            {},
            "Idle",
            "Runs at “@daily”; has not run yet",
        ),
        (
            "cronjobs",
            {"schedule": "@daily", "timeZone": "UTC"},
            {"lastScheduleTime": NOW, "lastSuccessfulTime": "2026-11-20T12:00:00Z"},
            "Degraded",
            "The last run did not succeed; Runs at “@daily” UTC",
        ),
    ],
)
def test_a_workload_in_words(
    plural: str, spec: dict[str, Any], status: dict[str, Any], health: str, reason: str
):
    words = workload_summary(workload(plural, spec, status))
    assert (words.health.value, words.reason) == (health, reason)
    assert words.healthy is (health not in {"Degraded", "Failed", "Progressing"})


def test_a_change_the_controller_has_not_seen_is_a_rollout():
    words = workload_summary(workload("deployments", {"replicas": 1}, rolled(1, 1), generation=2))
    assert words.health.value == "Progressing"


def node(ready: str | None, *more: dict[str, Any], **spec: Any) -> Node:
    first = [{"type": "Ready", "status": ready, "message": "kubelet is out."}] if ready else []
    manifest = {"metadata": {"name": "n"}, "spec": spec, "status": {"conditions": [*first, *more]}}
    return msgspec.convert(manifest, Node)


DISK = {"type": "DiskPressure", "status": "True"}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (node("True"), ("Ready", "", Concern.FINE)),
        (node("False"), ("NotReady", "Kubelet is out", Concern.ERROR)),
        (node("Unknown"), ("Unknown", "Its kubelet stopped reporting", Concern.ERROR)),
        (node(None), ("Unknown", "Its kubelet has not reported yet", Concern.ERROR)),
        (node("True", DISK), ("Pressure", "Disk space is short", Concern.WARNING)),
        (
            node("True", {"type": "KernelDeadlock", "status": "True", "message": "task hung."}),
            ("Problem", "KernelDeadlock: task hung", Concern.WARNING),
        ),
        (
            node("True", {"type": "RuntimeHealthy", "status": "False"}, DISK),
            ("Problem", "RuntimeHealthy, disk space is short", Concern.WARNING),
        ),
        (node("True", {"type": "NetworkReady", "status": "True"}), ("Ready", "", Concern.FINE)),
        (node("True", {"type": "Odd", "status": "Unknown"}), ("Ready", "", Concern.FINE)),
        (
            node("True", unschedulable=True),
            ("Cordoned", "Ready, but takes no new pods", Concern.HELD),
        ),
        (
            node("False", unschedulable=True),
            ("NotReady", "Kubelet is out; it is cordoned", Concern.ERROR),
        ),
    ],
)
def test_a_node_in_words(found: Node, words: tuple[str, str, Concern]):
    summary = node_summary(found)
    assert tuple(summary) == words
    assert summary.healthy is (words[2] >= Concern.HELD)


def test_roles_and_os_version():
    found = node("True")
    found.metadata.labels = {
        "node-role.kubernetes.io/worker": "",
        "node-role.kubernetes.io/control-plane": "",
        "kubernetes.io/role": "worker",
    }
    assert roles_of(found) == ["control-plane", "worker"]
    assert os_version("Flatcar Container Linux by Kinvolk 4459.2.1 (Oklo)") == "4459.2.1"
    assert os_version("Debian") == ""


def test_selectors():
    assert selects({"a": "1"}, {"a": "1", "b": "2"})
    assert not selects({"a": "1"}, {"a": "2"})
    assert not selects({}, {"a": "1"})
    deployment = workload(
        "deployments",
        {
            "selector": {
                "matchLabels": {"a": "1"},
                "matchExpressions": [
                    {"key": "b", "operator": "In", "values": ["x", "y"]},
                    {"key": "c", "operator": "NotIn", "values": ["z"]},
                    {"key": "d", "operator": "Exists"},
                    {"key": "e", "operator": "DoesNotExist"},
                ],
            }
        },
        {},
    )
    assert selector_text(deployment.spec.selector) == "a=1,b in (x,y),c notin (z),d,!e"


@pytest.mark.parametrize(
    ("spec", "succeeded", "shown"),
    [({"completions": 8}, 3, "3/8"), ({"parallelism": 5}, 0, "0/1 of 5"), ({}, 1, "1/1")],
)
def test_a_job_is_counted_as_kubectl_does(spec: dict[str, Any], succeeded: int, shown: str):
    assert job_readiness(workload("jobs", spec, {"succeeded": succeeded})) == shown
