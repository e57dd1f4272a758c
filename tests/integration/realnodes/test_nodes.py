"""What runs on the real nodes is real: images by digest, logs, commands, the network."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx2
import pytest

from backend.stack.nodes.plan import LABEL
from backend.stack.seed.oci import MANIFEST
from tests.integration.realnodes.cluster import (
    NODES,
    inits,
    is_ready,
    items,
    pods_of,
    real_nodes,
)
from tests.stackfixtures import RunningStack


def test_both_are_ready_and_have_a_network_of_their_own(real_stack: RunningStack):
    nodes = real_nodes(real_stack)
    assert set(nodes) == set(NODES)
    assert all(is_ready(node) for node in nodes.values())
    told = [node["metadata"]["annotations"] for node in nodes.values()]
    assert {notes["flannel.alpha.coreos.com/backend-type"] for notes in told} == {"vxlan"}
    addresses = [node["status"]["addresses"][0]["address"] for node in nodes.values()]
    assert [notes["flannel.alpha.coreos.com/public-ip"] for notes in told] == addresses
    networks = {node["spec"]["podCIDR"] for node in nodes.values()}
    assert networks == {"10.244.1.0/24", "10.244.2.0/24"}
    assert len({node["status"]["nodeInfo"]["machineID"] for node in nodes.values()}) == 2
    assert all("type" not in node["metadata"]["labels"] for node in nodes.values())


def test_what_is_simulated_and_what_is_real_do_not_mix(real_stack: RunningStack):
    pods_of(real_stack, "web")
    for pod in items(real_stack, "pods", "-A"):
        node, real = pod["spec"].get("nodeName"), LABEL in (pod["spec"].get("nodeSelector") or {})
        # Other tests have real pods too, in namespaces of their own.
        assert real or pod["metadata"]["namespace"] != "demo"
        assert node is None or (node in NODES) is real, pod["metadata"]["name"]


def test_an_image_is_the_registrys_by_its_digest(real_stack: RunningStack):
    for pod in pods_of(real_stack, "web"):
        status = pod["status"]["containerStatuses"][0]
        name, _, digest = status["imageID"].partition("@")
        assert name == f"{real_stack.registry_url.removeprefix('http://')}/demo/web"
        answer = httpx2.head(
            f"{real_stack.registry_url}/v2/demo/web/manifests/1.0.0", headers={"Accept": MANIFEST}
        )
        assert answer.headers["Docker-Content-Digest"] == digest
        assert status["containerID"].startswith("containerd://")


def test_logs_come_from_the_container(real_stack: RunningStack):
    pods_of(real_stack, "logger")

    def lines(_: object = None) -> list[str]:
        said = real_stack.kubectl("logs", "-n", "demo", "deployment/logger", "--tail=30")
        return said.splitlines()

    real_stack.wait(lambda _: len(lines()) >= 6, what="talking")
    told = [json.loads(line) for line in lines() if line.startswith("{")]
    assert {"time", "level", "message", "order"} <= set(told[0])
    assert any("plain line" in line for line in lines())


def test_the_last_words_of_what_crashed_are_kept(real_stack: RunningStack):
    def crashed(_: object) -> bool:
        found = items(real_stack, "pods", "-n", "demo", "-l", "app.kubernetes.io/name=crasher")
        status = found[0]["status"]["containerStatuses"][0]
        # Until it is to be started again, the one before it is the last, and already thrown away.
        ended = status["lastState"].get("terminated", {})
        return bool(ended.get("exitCode") == 3 and "terminated" not in status["state"])

    real_stack.wait(crashed, what="crashing")
    said = real_stack.kubectl("logs", "-n", "demo", "deployment/crasher", "--previous")
    assert "no configuration at /etc/demo/settings.json" in said


def test_a_command_runs_in_the_container(real_stack: RunningStack):
    pod = pods_of(real_stack, "web")[0]["metadata"]["name"]
    said = real_stack.kubectl("exec", "-n", "demo", pod, "--", "sh", "-c", "id -u; hostname; ps")
    assert said.splitlines()[:2] == ["65534", pod]
    assert "httpd -f" in said


def test_pods_of_two_machines_reach_each_other_over_flannel(real_stack: RunningStack):
    pods = {pod["spec"]["nodeName"]: pod for pod in pods_of(real_stack, "guarded")}
    assert set(pods) == set(NODES), "they are to be spread over both"
    here, there = (pods[name] for name in NODES)
    before = _sent_by_flannel(real_stack)
    said = real_stack.kubectl(
        *("exec", "-n", "demo", here["metadata"]["name"], "--"),
        *("wget", "-qO-", f"http://{there['status']['podIP']}:8080/"),
    )
    assert "Served by a real pod, version 1.0.0" in said
    assert _sent_by_flannel(real_stack) > before


def _sent_by_flannel(stack: RunningStack) -> int:
    """Packets the first machine has sent into the tunnel."""
    lines = Path(f"/proc/{inits(stack)[0]}/net/dev").read_text().splitlines()
    [device] = [line.split() for line in lines if line.strip().startswith("flannel.1:")]
    return int(device[10])


def test_the_budget_lets_nothing_go(real_stack: RunningStack):
    pod = pods_of(real_stack, "guarded")[0]["metadata"]["name"]
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": "demo"},
    }
    with pytest.raises(AssertionError, match="disruption budget"):
        real_stack.kubectl(
            *("create", "--raw", f"/api/v1/namespaces/demo/pods/{pod}/eviction", "-f", "-"),
            stdin=json.dumps(eviction),
        )


def test_a_container_obeys_when_it_is_asked_to_end(real_stack: RunningStack):
    pod = pods_of(real_stack, "web")[0]["metadata"]["name"]
    started = time.monotonic()
    real_stack.kubectl("delete", "pod", "-n", "demo", pod, "--grace-period=40")
    assert time.monotonic() - started < 20
    pods_of(real_stack, "web")
