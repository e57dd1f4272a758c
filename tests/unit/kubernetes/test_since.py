"""Since when something is not well is what the object itself tells, or nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.summaries.since import node_since, pod_since, workload_since

AT = "2025-11-21T12:00:00Z"
LATER = "2025-11-21T13:00:00Z"
UNIX = 1763726400.0


def condition(name: str, status: str, at: str | None = AT) -> dict[str, Any]:
    return {"type": name, "status": status, "lastTransitionTime": at}


def made(plural: str, status: dict[str, Any]) -> Any:
    return msgspec.convert({"status": status}, KINDS[plural].model, strict=False)


def with_conditions(plural: str, *conditions: dict[str, Any]) -> Any:
    return made(plural, {"conditions": list(conditions)})


@pytest.mark.parametrize(
    ("conditions", "since"),
    [
        ([condition("Ready", "False"), condition("DiskPressure", "True", LATER)], UNIX),
        ([condition("Ready", "Unknown")], UNIX),
        ([condition("Ready", "True", AT), condition("DiskPressure", "True", LATER)], UNIX + 3600),
        (
            [
                condition("Ready", "True"),
                condition("DiskPressure", "True", LATER),
                condition("MemoryPressure", "True", AT),
            ],
            UNIX,
        ),
        ([condition("Ready", "False", None)], None),
        ([], None),
    ],
)
def test_a_machine_tells_by_its_conditions(
    conditions: list[dict[str, Any]], since: float | None
) -> None:
    assert node_since(with_conditions("nodes", *conditions)) == since


def test_a_pod_tells_what_it_waits_for_first() -> None:
    unready = condition("Ready", "False", LATER)
    assert pod_since(with_conditions("pods", condition("PodScheduled", "False"), unready)) == UNIX
    assert pod_since(with_conditions("pods", condition("Initialized", "False"), unready)) == UNIX
    assert pod_since(with_conditions("pods", unready)) == UNIX + 3600
    assert pod_since(with_conditions("pods")) is None


def test_a_pod_that_crashes_again_and_again_knows_its_last_turn_only() -> None:
    loops = {"name": "web", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    pulls = {"name": "web", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    conditions = [condition("Ready", "False")]
    status = {"conditions": conditions, "containerStatuses": [loops]}
    assert pod_since(made("pods", status)) is None
    assert pod_since(made("pods", {**status, "containerStatuses": [pulls]})) == UNIX


@pytest.mark.parametrize(
    ("plural", "status", "since"),
    [
        (
            "deployments",
            {
                "conditions": [
                    condition("Available", "False", LATER),
                    condition("Progressing", "False"),
                ]
            },
            UNIX,
        ),
        ("deployments", {"conditions": [condition("Available", "False")]}, None),
        ("replicasets", {"conditions": [condition("ReplicaFailure", "True")]}, UNIX),
        ("jobs", {"conditions": [condition("Failed", "True")]}, UNIX),
        ("cronjobs", {"lastScheduleTime": AT}, UNIX),
        ("cronjobs", {}, None),
        ("daemonsets", {}, None),
    ],
)
def test_a_workload_tells_when_its_controller_gave_up(
    plural: str, status: dict[str, Any], since: float | None
) -> None:
    assert workload_since(made(plural, status)) == since
