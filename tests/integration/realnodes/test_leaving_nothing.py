"""Whatever dies, and however: nothing of the real nodes outlives it, and they come back."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

import psutil
import pytest

from backend.stack.nodes.plan import tag_of
from tests.integration.realnodes.cluster import (
    NODES,
    inits,
    inside,
    is_ready,
    items,
    left_behind,
    real_nodes,
)
from tests.stackfixtures import REAL_READY_LIMIT, RunningStack, require_real_nodes

PARTS = ("machine", "containerd", "kubelet", "flanneld")


@pytest.fixture
def small(own_stack, monkeypatch) -> RunningStack:
    """A stack of the test's own: two real nodes, a pod on each, nothing else."""
    require_real_nodes()
    running: RunningStack = own_stack(real_nodes=2, nodes=0)
    running.wait_ready(limit=REAL_READY_LIMIT)
    # Pods of its namespace wait for it; the controller manager has only just started.
    running.wait(lambda _: items(running, "serviceaccounts", "-n", "default"), what="with accounts")
    for name in NODES:
        running.kubectl("apply", "-f", "-", stdin=json.dumps(_pod(running, name)))
    running.wait(lambda _: _running(running) == 2, what="running a pod on each node")
    return running


def _pod(stack: RunningStack, node: str) -> dict[str, object]:
    image = f"{stack.registry_url.removeprefix('http://')}/demo/pause:1.0.0"
    spec = {
        "nodeName": node,
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "main", "image": image}],
        "terminationGracePeriodSeconds": 3,
    }
    metadata = {"name": f"on-{node}", "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _running(stack: RunningStack) -> int:
    return sum(is_ready(pod) for pod in items(stack, "pods", "-n", "default"))


def _restarts(stack: RunningStack) -> dict[str, int]:
    return {
        pod["spec"]["nodeName"]: pod["status"]["containerStatuses"][0]["restartCount"]
        for pod in items(stack, "pods", "-n", "default")
    }


@pytest.mark.timeout(900)
def test_nothing_outlives_a_killed_supervisor_nor_a_stop(
    small: RunningStack, own_stack, real_stack: RunningStack
):
    """Beside another stack with real nodes, which is not touched."""
    others = inits(real_stack)
    processes = inside(small)
    names = Counter(process.name() for process in processes)
    wanted = ("containerd", "kubelet", "flanneld", "containerd-shim-runc-v2")
    assert [names[name] for name in wanted] == [2, 2, 2, 2], names

    small.process.send_signal(signal.SIGKILL)
    small.process.wait()
    _, alive = psutil.wait_procs(processes, 30)
    assert not alive
    # The bridge and the control groups stay for the next start, as nothing of a machine does.
    machines = [f"cr-{tag_of(small.home.resolve())}-{number}" for number in (1, 2)]
    machines += [str(small.paths.data(name)) for name in NODES]
    left = left_behind(small)
    assert [line for line in left if any(one in line for one in machines)] == []

    again: RunningStack = own_stack(small.home, real_nodes=2, nodes=0)
    again.wait_ready(limit=REAL_READY_LIMIT)
    again.wait(lambda _: _running(again) == 2, what="running its pods again")
    assert set(_restarts(again).values()) == {1}

    processes = inside(again)
    again.stop()
    _, alive = psutil.wait_procs(processes, 10)
    assert not alive
    assert left_behind(again) == []

    without: RunningStack = own_stack(small.home, real_nodes=0, nodes=0)
    without.wait_ready("kube-apiserver")
    without.wait(lambda _: real_nodes(without) == {}, what="without its real nodes")
    assert inits(real_stack) == others
    assert all(is_ready(node) for node in real_nodes(real_stack).values())


@pytest.mark.timeout(900)
def test_each_part_that_is_killed_comes_back_and_the_other_node_notices_nothing(
    small: RunningStack,
):
    for part in PARTS:
        name = f"{part}-1"
        before = small.component(name)
        os.kill(before.pid, signal.SIGKILL)
        small.wait(lambda _, name=name: small.component(name).restarts >= 1, what="restarting")
        small.wait_ready(*(f"{one}-1" for one in PARTS), limit=REAL_READY_LIMIT)
        small.wait(lambda _: _running(small) == 2, 120, f"running its pods after {part} was killed")
        assert is_ready(real_nodes(small)["real-1"]), part
    # Only the machine takes its containers with it.
    once = {"real-1": 1, "real-2": 0}
    small.wait(lambda _: _restarts(small) == once, 120, "running its pod again")
    assert not [
        small.component(f"{one}-2").restarts
        for one in PARTS
        if small.component(f"{one}-2").restarts
    ]
