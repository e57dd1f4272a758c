"""metrics-server measures what runs on the real nodes, and is asked through the API server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from backend.stack.nodes.metrics import NAME
from backend.stack.status import ComponentState
from integrations.kubernetes.quantity import parse_quantity
from tests.integration.realnodes.cluster import NODES, pods_of
from tests.stackfixtures import RunningStack

METRICS = "/apis/metrics.k8s.io/v1beta1"


def asked(stack: RunningStack, path: str, *who: str) -> list[dict[str, Any]]:
    """What the API server passes on from metrics-server."""
    found: list[dict[str, Any]] = json.loads(
        stack.kubectl("get", "--raw", f"{METRICS}/{path}", *who)
    )["items"]
    return found


def measuring(stack: RunningStack) -> None:
    """Wait until it has measured the nodes and what runs there, which takes two rounds."""

    def measured(_: object) -> bool:
        try:
            nodes, pods = asked(stack, "nodes"), asked(stack, "namespaces/demo/pods")
            return len(nodes) == len(NODES) and bool(pods)
        except AssertionError:  # nobody serves the API yet
            return False

    stack.wait(measured, what="measuring")


def test_only_real_nodes_have_numbers_and_those_are_measured(real_stack: RunningStack):
    assert real_stack.component(NAME).state is ComponentState.READY
    measuring(real_stack)
    found = {item["metadata"]["name"]: item["usage"] for item in asked(real_stack, "nodes")}
    assert set(found) == set(NODES), "what is simulated has no numbers"
    for usage in found.values():
        assert parse_quantity(usage["cpu"]) > 0
        assert parse_quantity(usage["memory"]) > 1 << 20


def test_pods_are_measured_by_container(real_stack: RunningStack):
    measuring(real_stack)
    [pod] = pods_of(real_stack, "logger")
    name = pod["metadata"]["name"]

    def measured(_: object) -> bool:
        return name in {item["metadata"]["name"] for item in asked(real_stack, "pods")}

    real_stack.wait(measured, what="measuring the logger")
    [item] = [one for one in asked(real_stack, "pods") if one["metadata"]["name"] == name]
    assert [one["name"] for one in item["containers"]] == [
        one["name"] for one in pod["spec"]["containers"]
    ]
    assert parse_quantity(item["containers"][0]["usage"]["memory"]) > 1 << 16


def test_whoever_may_view_may_see_numbers(real_stack: RunningStack):
    measuring(real_stack)
    viewer = ("--as=ada", "--as-group=craton:viewer")
    assert asked(real_stack, "nodes", *viewer)
    in_demo = ("--as=ada", "--as-group=craton:viewer:demo")
    assert asked(real_stack, "namespaces/demo/pods", *in_demo)
    with pytest.raises(AssertionError, match="forbidden"):
        asked(real_stack, "nodes", *in_demo)


def test_it_comes_back_when_it_is_killed(real_stack: RunningStack):
    before = real_stack.component(NAME)
    assert before.pid
    os.kill(before.pid, signal.SIGKILL)

    def back(_: object) -> bool:
        now = real_stack.component(NAME)
        return now.state is ComponentState.READY and now.restarts > before.restarts

    real_stack.wait(back, what="back")
    measuring(real_stack)


def test_an_api_nobody_answers_is_taken_away(own_stack: Callable[..., RunningStack]):
    """Left in the cluster by a start that had real nodes, it kept namespaces from going."""
    first = own_stack()
    first.wait_ready("kube-apiserver", "kube-controller-manager")
    service = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {
            "group": "metrics.k8s.io",
            "version": "v1beta1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": NAME, "namespace": "kube-system"},
        },
    }
    first.kubectl("apply", "-f", "-", stdin=json.dumps(service))
    first.stop()
    second = own_stack(home=first.home)
    second.wait_ready("kube-apiserver", "kube-controller-manager")
    second.wait(
        lambda _: service["metadata"]["name"] not in second.kubectl("get", "apiservices"),
        what="rid of it",
    )
    second.kubectl("create", "namespace", "short-lived")
    second.kubectl("delete", "namespace", "short-lived", "--timeout=30s")
