"""Status words against kubectl's own, and the sentences beside them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from integrations.kubernetes.models.pods import Pod, PodSpec, PodStatus
from integrations.kubernetes.summaries import Requests, pod_requests, pod_summary

NOW = "2026-11-21T12:00:00Z"
RUNNING = {"running": {"startedAt": NOW}}


def done(code: int = 0, reason: str = "Completed", **more: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "finishedAt": NOW, **more}}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def container(state: dict[str, Any], name: str = "main", **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "image": f"{name}:1", **more}


def pod(
    phase: str = "Running",
    containers: list[dict[str, Any]] | None = None,
    init: list[dict[str, Any]] | None = None,
    status: dict[str, Any] | None = None,
    spec: dict[str, Any] | None = None,
    **meta: Any,
) -> Pod:
    containers, init = containers or [], init or []
    return msgspec.convert(
        {
            "metadata": {"name": "p", "namespace": "ns", **meta},
            "spec": {
                "nodeName": "n1",
                "containers": [{"name": c["name"]} for c in containers] or [{"name": "main"}],
                "initContainers": [
                    {"name": c["name"], "restartPolicy": c.get("policy", "")} for c in init
                ],
                **(spec or {}),
            },
            "status": {
                "phase": phase,
                "containerStatuses": containers,
                "initContainerStatuses": init,
                **(status or {}),
            },
        },
        Pod,
        strict=False,
    )


UP = container(RUNNING, ready=True)
UNPLACED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
CRASH = container(
    waiting("CrashLoopBackOff", "back-off 40s"), restartCount=3, lastState=done(1, "Error")
)
OOM = container(
    waiting("CrashLoopBackOff"), restartCount=1, lastState=done(137, "OOMKilled", signal=9)
)
SIDECAR = container(RUNNING, "proxy", ready=True, started=True, policy="Always", restartCount=2)

CASES: list[tuple[str, Pod, str, str, bool, str]] = [
    ("running", pod(containers=[UP]), "Running", "1/1", True, ""),
    (
        "not ready",
        pod(containers=[UP, container(RUNNING, "b")]),
        "Running",
        "1/2",
        False,
        "Readiness probe of b does not pass",
    ),
    ("pending", pod("Pending"), "Pending", "0/1", False, "Starts on n1"),
    (
        "unschedulable",
        pod(
            "Pending",
            spec={"nodeName": ""},
            status={"conditions": [{**UNPLACED, "message": "0/3 nodes: Insufficient memory. x"}]},
        ),
        "Pending",
        "0/1",
        False,
        "No machine fits: 0/3 nodes: Insufficient memory",
    ),
    (
        "gated",
        pod(
            "Pending",
            spec={"nodeName": "", "schedulingGates": [{"name": "quota"}]},
            status={"conditions": [{**UNPLACED, "reason": "SchedulingGated"}]},
        ),
        "SchedulingGated",
        "0/1",
        False,
        "Held back by a scheduling gate: quota",
    ),
    (
        "creating",
        pod("Pending", [container(waiting("ContainerCreating"))]),
        "ContainerCreating",
        "0/1",
        False,
        "Starts on n1",
    ),
    (
        "crash loop",
        pod(containers=[CRASH]),
        "CrashLoopBackOff",
        "0/1",
        False,
        "Exits with code 1, 3 restarts",
    ),
    (
        "crash loop by memory",
        pod(containers=[OOM]),
        "CrashLoopBackOff",
        "0/1",
        False,
        "Runs out of memory, 1 restart",
    ),
    (
        "image",
        pod("Pending", [container(waiting("ImagePullBackOff", "Back-off pulling. More"))]),
        "ImagePullBackOff",
        "0/1",
        False,
        "Image main:1 cannot be pulled: Back-off pulling",
    ),
    (
        "config",
        pod("Pending", [container(waiting("CreateContainerConfigError", 'secret "x" not found'))]),
        "CreateContainerConfigError",
        "0/1",
        False,
        'Cannot be started: secret "x" not found',
    ),
    ("completed", pod("Succeeded", [container(done())]), "Completed", "0/1", True, ""),
    (
        "error",
        pod("Failed", [container(done(3, "Error", message="no such table"))]),
        "Error",
        "0/1",
        False,
        "Ended with code 3: no such table",
    ),
    (
        "exit code without a reason",
        pod("Failed", [container(done(2, ""))]),
        "ExitCode:2",
        "0/1",
        False,
        "Ended with code 2",
    ),
    (
        "signal without a reason",
        pod("Failed", [container(done(137, "", signal=9))]),
        "Signal:9",
        "0/1",
        False,
        "Ended with signal 9",
    ),
    (
        "one completed, one runs, ready",
        pod(
            containers=[container(done()), container(RUNNING, "b", ready=True)],
            status={"conditions": [{"type": "Ready", "status": "True"}]},
        ),
        "Running",
        "1/2",
        False,
        "Ended with code 0 (main)",
    ),
    (
        "one completed, one runs, not ready",
        pod(containers=[container(done()), container(RUNNING, "b", ready=True)]),
        "NotReady",
        "1/2",
        False,
        "Ended with code 0 (main)",
    ),
    (
        "evicted",
        pod("Failed", status={"reason": "Evicted", "message": "The node was low on memory."}),
        "Evicted",
        "0/1",
        False,
        "The node was low on memory",
    ),
    (
        "terminating",
        pod(containers=[UP], deletionTimestamp=NOW),
        "Terminating",
        "1/1",
        True,
        "Is being deleted",
    ),
    (
        "node lost",
        pod(containers=[UP], status={"reason": "NodeLost"}, deletionTimestamp=NOW),
        "Unknown",
        "1/1",
        False,
        "Its machine n1 does not answer",
    ),
    (
        "deleted when done",
        pod("Succeeded", [container(done())], deletionTimestamp=NOW),
        "Completed",
        "0/1",
        True,
        "",
    ),
    (
        "init runs",
        pod("Pending", init=[container(done(), "a"), container(RUNNING, "b")]),
        "Init:1/2",
        "0/1",
        False,
        "Waits for init container b",
    ),
    (
        "init failed",
        pod("Pending", init=[container(done(1, "Error"), "a")]),
        "Init:Error",
        "0/1",
        False,
        "Init container a: exits with code 1",
    ),
    (
        "init ended without a reason",
        pod("Pending", init=[container(done(4, ""), "a")]),
        "Init:ExitCode:4",
        "0/1",
        False,
        "Init container a: exits with code 4",
    ),
    (
        "init crash loop",
        pod("Pending", init=[container(waiting("CrashLoopBackOff"), "a", lastState=done(1))]),
        "Init:CrashLoopBackOff",
        "0/1",
        False,
        "Exits with code 1 (a)",
    ),
    (
        "init waits its turn",
        pod("Pending", init=[container(waiting("PodInitializing"), "a")]),
        "Init:0/1",
        "0/1",
        False,
        "Waits for init container a",
    ),
    ("sidecar", pod(containers=[UP], init=[SIDECAR]), "Running", "2/2", True, ""),
    (
        "sidecar that is not ready",
        pod(containers=[UP], init=[{**SIDECAR, "ready": False}]),
        "Running",
        "1/2",
        False,
        "Readiness probe of proxy does not pass",
    ),
    (
        "marked by the node controller",
        pod(containers=[UP], status={"conditions": [{"type": "Ready", "status": "False"}]}),
        "Running",
        "1/1",
        False,
        "Its machine n1 does not answer",
    ),
    (
        "readiness gate",
        pod(
            containers=[UP],
            status={
                "conditions": [
                    {
                        "type": "Ready",
                        "status": "False",
                        "reason": "ReadinessGatesNotReady",
                        "message": "condition lb does not exist",
                    }
                ]
            },
        ),
        "Running",
        "1/1",
        False,
        "condition lb does not exist",
    ),
    (
        "no machine fits",
        pod(
            "Pending",
            spec={"nodeName": ""},
            status={
                "conditions": [
                    {
                        **UNPLACED,
                        "message": "0/12 nodes are available: 1 node(s) were unschedulable, "
                        "11 Insufficient cpu. no",
                    }
                ]
            },
        ),
        "Pending",
        "0/1",
        False,
        "None of 12 machines fits: 11 lack cpu, 1 is cordoned",
    ),
    (
        "not looked at by the scheduler",
        pod("Pending", spec={"nodeName": ""}),
        "Pending",
        "0/1",
        False,
        "Waits for the scheduler, which has not looked at it yet",
    ),
    (
        "an image that backs off",
        pod(
            "Pending",
            [
                container(
                    waiting(
                        "ImagePullBackOff", 'Back-off pulling image "main:1": ErrImagePull: no such'
                    )
                )
            ],
        ),
        "ImagePullBackOff",
        "0/1",
        False,
        "Image main:1 cannot be pulled: ErrImagePull: no such",
    ),
    ("unknown phase", pod(""), "Unknown", "0/1", False, "Its machine n1 does not answer"),
]


@pytest.mark.parametrize(
    ("found", "status", "ready", "healthy", "reason"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_pod_in_words(found: Pod, status: str, ready: str, healthy: bool, reason: str):
    words = pod_summary(found)
    assert words.status == status
    assert f"{words.ready}/{words.containers}" == ready
    assert words.reason == reason
    assert words.healthy is healthy


def test_restarts_are_the_containers_and_sidecars_with_the_last_time():
    words = pod_summary(pod(containers=[CRASH], init=[SIDECAR, container(done(), "a")]))
    assert words.restarts == 5
    assert words.last_restart == 1795262400.0


def test_a_reason_is_one_short_line():
    text = "line one\n  line two " * 100
    reason = pod_summary(pod("Failed", status={"reason": "Evicted", "message": text})).reason
    assert "\n" not in reason
    assert len(reason) == 240


def amount(cpu: str, memory: str) -> dict[str, Any]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}}


def test_requests_are_what_the_scheduler_counts():
    spec = msgspec.convert(
        {
            "containers": [{"name": "a", **amount("100m", "1Gi")}, {"name": "b"}],
            "initContainers": [
                {"name": "proxy", "restartPolicy": "Always", **amount("50m", "64Mi")},
                {"name": "big", **amount("2", "128Mi")},
            ],
            "overhead": {"cpu": "10m"},
        },
        PodSpec,
    )
    wanted = pod_requests(spec)
    assert wanted.cpu == pytest.approx(2.05 + 0.01)
    assert wanted.memory == 1024**3 + 64 * 1024**2
    assert pod_requests(PodSpec()) == Requests(0.0, 0.0)


def test_what_is_asked_for_the_whole_pod_takes_the_place_of_its_containers():
    spec = msgspec.convert(
        {
            "resources": {"requests": {"cpu": "2"}},
            "containers": [{"name": "a", **amount("100m", "1Gi")}],
            "overhead": {"cpu": "10m", "memory": "1Mi"},
        },
        PodSpec,
    )
    assert pod_requests(spec) == Requests(2.01, 1025 * 1024**2)


@pytest.mark.parametrize(
    ("allocated", "in_force", "infeasible", "cores"),
    [
        ("1", "1", False, 2.0),
        ("3", "1", False, 3.0),
        ("1", "1", True, 1.0),
        ("1", "4", True, 4.0),
    ],
)
def test_a_resize_under_way_counts_the_most_the_node_may_have_to_give(
    allocated: str, in_force: str, infeasible: bool, cores: float
):
    spec = msgspec.convert({"containers": [{"name": "a", **amount("2", "1Gi")}]}, PodSpec)
    pending = [{"type": "PodResizePending", "status": "True", "reason": "Infeasible"}]
    held = {"name": "a", "allocatedResources": {"cpu": allocated, "memory": "1Gi"}}
    status = msgspec.convert(
        {
            "containerStatuses": [{**held, **amount(in_force, "1Gi")}],
            "conditions": pending if infeasible else [],
        },
        PodStatus,
    )
    assert pod_requests(spec, status) == Requests(cores, 1024**3)
