"""The chart against a real API server: a server-side dry run under the restricted standard."""

import json
import time
import uuid
from pathlib import Path

import pytest

from tests.helm.render import CASES, load, only, render
from tests.stackfixtures import RunningStack


@pytest.fixture(scope="module")
def namespace(stack: RunningStack) -> str:
    """One of this worker's own: what the chart makes for the whole cluster is named after it,
    and another worker runs the other tests here on the same cluster."""
    name = f"craton-chart-{uuid.uuid4().hex[:8]}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    item = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels},
    }
    stack.kubectl("apply", "-f", "-", stdin=json.dumps(item))
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "craton", "namespace": name},
    }
    stack.kubectl("apply", "-f", "-", stdin=json.dumps(account))
    return name


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_api_server_accepts_every_object(stack: RunningStack, namespace: str, path: Path):
    items = {"apiVersion": "v1", "kind": "List", "items": render(load(path), namespace)}
    answer = stack.kubectl(
        "apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=json.dumps(items)
    )
    assert answer.count("(server dry run)") == len(items["items"])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_pods_are_admitted_as_restricted(stack: RunningStack, namespace: str, path: Path):
    template = only(render(load(path), namespace), "Deployment")["spec"]["template"]
    spec = {**template["spec"], "serviceAccountName": "craton"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": "console", "namespace": namespace},
        "spec": spec,
    }
    answer = stack.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    assert "created (server dry run)" in answer


def test_the_role_lets_the_console_watch_and_nothing_else(stack: RunningStack, namespace: str):
    items = [
        item
        for item in render({}, namespace)
        if item["kind"] in ("ClusterRole", "ClusterRoleBinding")
    ]
    everything = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    stack.kubectl("apply", "-f", "-", stdin=everything)
    try:
        account = f"system:serviceaccount:{namespace}:craton"
        for kind in ("nodes", "pods", "endpointslices.discovery.k8s.io", "leases"):
            _comes_to_hold(stack, account, "watch", kind)
        for verb, kind in (("list", "secrets"), ("delete", "pods"), ("patch", "nodes")):
            assert not _may(stack, account, verb, kind)
    finally:
        stack.kubectl("delete", "-f", "-", stdin=everything)


def test_the_role_lets_the_console_act_as_the_named_and_no_other(
    stack: RunningStack, namespace: str
):
    named = {"enabled": True, "users": ["craton:ada"], "groups": ["craton:viewer"]}
    items = [
        item
        for item in render({"rbac": {"impersonate": named}}, namespace)
        if item["kind"] in ("ClusterRole", "ClusterRoleBinding")
    ]
    everything = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    stack.kubectl("apply", "-f", "-", stdin=everything)
    try:
        account = f"system:serviceaccount:{namespace}:craton"
        _comes_to_hold(stack, account, "impersonate", "users", "craton:ada")
        _comes_to_hold(stack, account, "impersonate", "groups", "craton:viewer")
        _comes_to_hold(stack, account, "create", "subjectaccessreviews.authorization.k8s.io")
        for kind, name in (("users", "craton:eve"), ("users", ""), ("groups", "system:masters")):
            assert not _may(stack, account, "impersonate", kind, name)
    finally:
        stack.kubectl("delete", "-f", "-", stdin=everything)


def _comes_to_hold(stack: RunningStack, *right: str) -> None:
    """Fails unless the right is in force: of a new binding the API server hears a moment later."""
    ends = time.monotonic() + 60
    while not _may(stack, *right):
        assert time.monotonic() < ends, right
        time.sleep(0.1)


def _may(stack: RunningStack, account: str, verb: str, kind: str, name: str = "") -> bool:
    resource, _, group = kind.partition(".")
    attributes = {"verb": verb, "resource": resource, "group": group, "name": name}
    if kind == "leases":
        attributes["group"] = "coordination.k8s.io"
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": account, "resourceAttributes": attributes},
    }
    answer = stack.kubectl("create", "-o", "json", "-f", "-", stdin=json.dumps(review))
    return json.loads(answer)["status"]["allowed"]
