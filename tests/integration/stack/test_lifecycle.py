"""What the supervisor does when things die, move or are missing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from backend.stack.paths import cache_root
from backend.stack.status import ComponentState
from tests.consoleprocess import ConsoleProcess
from tests.processes import has_ended
from tests.stackfixtures import REPOSITORY, RunningStack

MEMBERS = ("etcd-1", "etcd-2", "etcd-3")


def _pids(stack: RunningStack) -> list[int]:
    return [entry.pid for entry in stack.status().components if entry.pid]


def test_a_killed_component_comes_back(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready()
    before = stack.component("etcd-2")
    os.kill(before.pid, signal.SIGKILL)
    stack.wait(lambda _: stack.component("etcd-2").restarts >= 1, what="restarting")
    stack.wait_ready("etcd-2")
    after = stack.component("etcd-2")
    assert after.pid != before.pid
    assert after.endpoint == before.endpoint
    stack.wait(lambda _: "member" not in stack.component("etcd-2").detail, what="a member again")


def test_a_right_that_was_taken_away_stays_away_when_the_api_server_returns(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready("kube-apiserver")
    binding = ("rolebinding", "craton-viewer-view", "-n", "default")
    stack.wait(
        lambda _: "craton-viewer-view" in stack.kubectl("get", "rolebindings", "-n", "default"),
        what="granting",
    )
    stack.kubectl("delete", *binding)
    os.kill(stack.component("kube-apiserver").pid, signal.SIGKILL)
    stack.wait(lambda _: stack.component("kube-apiserver").restarts >= 1, what="restarting")
    stack.wait_ready("kube-apiserver")
    assert "craton-viewer-view" not in stack.kubectl("get", "rolebindings", "-n", "default")


def test_nothing_outlives_a_killed_supervisor_and_the_data_is_kept(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready()
    stack.etcdctl("put", "/kept", "yes")
    stack.kubectl("create", "configmap", "kept", "--from-literal=a=b")
    pids = _pids(stack)
    assert len(pids) == 9
    stack.process.send_signal(signal.SIGKILL)
    stack.process.wait()
    _, alive = psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], 60)
    assert not alive
    again: RunningStack = own_stack(stack.home)
    again.wait_ready()
    assert again.etcdctl("get", "/kept", "--print-value-only").strip() == "yes"
    assert "kept" in again.kubectl("get", "configmaps", "-o", "name")


def test_down_stops_everything_by_pid(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready()
    processes = [psutil.Process(pid) for pid in _pids(stack)]
    command = [sys.executable, "-m", "backend.stack.cli"]
    home = ["--home", str(stack.home)]
    shown = subprocess.run(
        [*command, "status", *home], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert f"export KUBECONFIG={stack.kubeconfig}" in shown.stdout
    done = subprocess.run(
        [*command, "down", *home], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not [process for process in processes if not has_ended(process)]
    assert {entry.state for entry in stack.status().components if entry.kind != "tool"} == {
        ComponentState.STOPPED
    }
    assert stack.status().connections.etcd == []
    stack.process.wait()


def test_a_second_supervisor_of_the_same_directory_is_refused(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready("etcd-1")
    second = subprocess.run(
        [sys.executable, "-m", "backend.stack.cli", "up", "--home", str(stack.home)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr


def test_a_taken_port_is_replaced_and_said(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready()
    ports = {name: _port(stack, name) for name in ("registry", "kube-apiserver", "etcd-1")}
    stack.etcdctl("put", "/kept", "yes")
    stack.stop()
    sockets = [_occupy(port) for port in ports.values()]
    try:
        again: RunningStack = own_stack(stack.home)
        again.wait_ready()
        assert {name: _port(again, name) for name in ports}.items().isdisjoint(ports.items())
        assert f"port {ports['registry']} is taken" in again.component("registry").detail
        assert again.etcdctl("get", "/kept", "--print-value-only").strip() == "yes"
        assert again.kubectl("get", "namespaces", "-o", "name")
    finally:
        for entry in sockets:
            entry.close()


def test_taken_peer_ports_do_not_lose_the_etcd_cluster(own_stack):
    stack: RunningStack = own_stack()
    stack.wait_ready()
    stack.etcdctl("put", "/kept", "yes")
    stack.stop()
    remembered = stack.paths.ports.read_text()
    sockets = [
        _occupy(port) for name, port in json.loads(remembered).items() if name.endswith("-peer")
    ]
    try:
        again: RunningStack = own_stack(stack.home)
        again.wait_ready(*MEMBERS, "kube-apiserver")
        assert again.etcdctl("get", "/kept", "--print-value-only").strip() == "yes"
        again.wait(lambda _: _healthy(again) == 3, what="healthy")
    finally:
        for entry in sockets:
            entry.close()


def _healthy(stack: RunningStack) -> int:
    """How many members of etcd say so; none while one is too busy to say it."""
    try:
        return stack.etcdctl("endpoint", "health", "--cluster").count("is healthy")
    except AssertionError:
        return 0


def _port(stack: RunningStack, name: str) -> int:
    return int((stack.component(name).endpoint or "").rpartition(":")[2])


def _occupy(port: int) -> socket.socket:
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen(1)
    return taken


@pytest.mark.timeout(540)
def test_a_program_that_cannot_be_had_fails_alone(own_stack, tmp_path: Path, monkeypatch):
    cache = tmp_path / "cache"
    (cache / "programs").mkdir(parents=True)
    real = cache_root() / "programs"
    for program in real.iterdir():
        if program.name != "registry":
            (cache / "programs" / program.name).symlink_to(program)
    monkeypatch.setenv("CRATON_CACHE", str(cache))
    monkeypatch.setenv("GOFLAGS", "")
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "empty"))
    stack: RunningStack = own_stack()
    stack.wait(lambda _: stack.component("registry").state is ComponentState.FAILED, 200, "failed")
    reason = stack.component("registry").reason or ""
    assert reason.startswith("The module proxy cannot be reached.")
    assert "GOPROXY" in reason
    assert "\n" not in reason
    assert len(reason) < 450
    stack.wait_ready(*MEMBERS, "kube-apiserver", "kwok")
    assert stack.status().connections.registry == []
    pids = {entry.name: entry.pid for entry in stack.status().components if entry.pid}
    _retry_from_the_page(stack)
    shutil.rmtree(cache / "programs" / "registry")
    (cache / "programs" / "registry").symlink_to(real / "registry")
    for _ in range(2):
        retry = subprocess.run(
            [sys.executable, "-m", "backend", "stack", "retry", "--home", str(stack.home)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert retry.returncode == 0, retry.stderr
        stack.wait_ready("registry")
    assert "No component has failed" in retry.stdout
    assert len(stack.status().connections.registry) == 1
    now = {entry.name: entry.pid for entry in stack.status().components}
    assert {name: now[name] for name in pids} == pids


def _retry_from_the_page(stack: RunningStack) -> None:
    """What the page asks is what `craton stack retry` asks: tried anew, the others go on."""
    console = ConsoleProcess(stack.home)
    console.start()
    try:
        with console.caller() as owner:
            shown = owner.get("/stack").json()["components"]
            failed = next(one for one in shown if one["name"] == "registry")
            assert failed["state"] == "failed", failed
            refused = owner.post("/stack/components/kwok/retry")
            assert refused.status_code == 409
            assert "is ready" in refused.json()["detail"]
            asked = owner.post("/stack/components/registry/retry")
            assert asked.status_code == 202, asked.text
            stack.wait(
                lambda _: (
                    stack.component("registry").state is ComponentState.FAILED
                    and stack.component("registry").since > failed["since"]
                ),
                200,
                "tried again",
            )
            told = owner.get("/collections/activity?filter=target_kind=stack").json()["rows"]
            assert [(row["action"], row["target"]) for row in told] == [
                ("stack:retry", "Image registry")
            ], told
    finally:
        console.stop()


def test_a_second_start_may_be_smaller(own_stack):
    stack: RunningStack = own_stack(seed=True, nodes=12, pods=120)
    stack.wait_ready()
    load = ("get", "deployments", "-A", "-l", "craton-load=true", "-o", "name")
    assert stack.kubectl(*load).split()
    stack.kubectl("scale", "-n", "shop", "deployment/search", "--replicas=1")
    stack.stop()
    again: RunningStack = own_stack(stack.home, seed=True, nodes=10, pods=76)
    again.wait_ready()
    assert not again.kubectl(*load).split()
    assert len(again.kubectl("get", "nodes", "-o", "name").split()) == 10
    wanted = again.kubectl(
        "get", "-n", "shop", "deployment/search", "-o", "jsonpath={.spec.replicas}"
    )
    assert wanted == "1"
