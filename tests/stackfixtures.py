"""Fixtures of the real local stack (a pytest plugin).

- `stack`: one seeded stack for the whole test run, shared by all xdist workers.
  Do not kill its components; use `own_stack` for that.
- `own_stack`: a factory of stacks of one's own, ended after the test.
- `real_stack`: a second shared one, with two real nodes (namespaces, kubelet, containerd, flannel)
  beside the simulated ones, and the demo workloads on them. Where the machine does not allow real
  nodes, tests that ask for it are skipped with the reason; in CI they fail.

A server that does not come up fails the test; nothing is skipped. Programs that
still have to be built fail it too: `craton stack build` builds them beforehand.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backend.stack.cli import stop_supervisor
from backend.stack.errors import NotRunning
from backend.stack.nodes.allowed import obstacle
from backend.stack.paths import StackPaths
from backend.stack.process.logs import tail
from backend.stack.status import Component, ComponentState, LocalEtcd, StackStatus, read_status
from tests.ports import given
from tests.processes import CONTROLLER_VARIABLE, controller

ROOT_VARIABLE = "CRATON_TEST_STACK_ROOT"
REPOSITORY = Path(__file__).resolve().parent.parent
READY_LIMIT = 100.0
REAL_READY_LIMIT = 200.0


@dataclass
class RunningStack:
    """A running stack, and hands to touch it from outside."""

    home: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def paths(self) -> StackPaths:
        return StackPaths(self.home)

    def status(self) -> StackStatus:
        found = read_status(self.paths.status)
        assert found is not None, f"no status in {self.paths.status}"
        return found

    def component(self, name: str) -> Component:
        return next(entry for entry in self.status().components if entry.name == name)

    @property
    def kubeconfig(self) -> Path:
        return Path(self.status().connections.kubernetes[0].kubeconfig)

    @property
    def etcd(self) -> LocalEtcd:
        return self.status().connections.etcd[0]

    @property
    def registry_url(self) -> str:
        return self.status().connections.registry[0].url

    @property
    def webhook_secret(self) -> str:
        return Path(self.status().connections.registry[0].webhook_secret_file).read_text().strip()

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as the administrator; give what it printed."""
        tool = self.component("kubectl").endpoint or "kubectl"
        return _run([tool, "--kubeconfig", str(self.kubeconfig), *arguments], stdin)

    def etcdctl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run etcdctl against the operators' cluster; give what it printed."""
        etcd, tool = self.etcd, self.component("etcdctl").endpoint or "etcdctl"
        files = ["--cacert", etcd.ca, "--cert", etcd.cert, "--key", etcd.key]
        return _run([tool, "--endpoints", ",".join(etcd.endpoints), *files, *arguments], stdin)

    def wait(
        self, wanted: Callable[[StackStatus], bool], limit: float = READY_LIMIT, what: str = ""
    ) -> StackStatus:
        """Wait until the status is as wanted; fail with the whole status otherwise."""
        deadline = time.monotonic() + limit
        found = None
        while time.monotonic() < deadline:
            found = read_status(self.paths.status)
            if found is not None and self._is_of_this_run(found) and wanted(found):
                return found
            if self.process is not None and self.process.poll() is not None:
                pytest.fail(f"the stack ended: {tail(self.home / 'runner.log')}")
            time.sleep(0.1)
        pytest.fail(f"the stack is not {what or 'as wanted'} after {limit} s: {found}")

    def _is_of_this_run(self, status: StackStatus) -> bool:
        """A killed supervisor leaves its last status behind until the next one writes."""
        return self.process is None or status.pid == self.process.pid

    def wait_ready(self, *names: str, limit: float = READY_LIMIT) -> StackStatus:
        """Wait until the named components (else all) are ready."""

        def ready(status: StackStatus) -> bool:
            entries = [entry for entry in status.components if not names or entry.name in names]
            for entry in entries:
                if entry.state in (ComponentState.FAILED, ComponentState.BUILDING):
                    pytest.fail(f"{entry.name} is {entry.state}: {entry.reason or BUILD_FIRST}")
            return bool(entries) and all(entry.state is ComponentState.READY for entry in entries)

        return self.wait(ready, limit, "ready")

    def stop(self) -> None:
        """Stop it and wait until it is down."""
        with suppress(NotRunning):
            stop_supervisor(self.paths)
        if self.process is not None:
            self.process.wait(timeout=60)


BUILD_FIRST = "its program still has to be built; run `craton stack build` before the tests"


def _run(argv: list[str], stdin: str | None) -> str:
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{argv[0]} {argv[-3:]} failed: {done.stderr}"
    return done.stdout


def launch_stack(home: Path, ends_with: int | None = None, **options: Any) -> RunningStack:
    """Start a stack as a process of its own; it ends with the process `ends_with` (this one) at
    the latest."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "runner.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.stackrunner"),
                *(
                    str(home),
                    str(ends_with or os.getpid()),
                    json.dumps(
                        {"durable": False, "known_ports": False, "real_nodes": 0, **options}
                    ),
                ),
            ],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return RunningStack(home, process)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the place of the shared stack once, before xdist's workers inherit it."""
    if not hasattr(config, "workerinput"):
        name = f"craton-stack-{os.getpid()}-{secrets.token_hex(4)}"
        os.environ[ROOT_VARIABLE] = str(Path(tempfile.gettempdir()) / name)
        os.environ[CONTROLLER_VARIABLE] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the shared stack when the whole run is over."""
    if hasattr(config, "workerinput") or ROOT_VARIABLE not in os.environ:
        return
    root = Path(os.environ.pop(ROOT_VARIABLE))
    for home in (root / "home", root / "real"):
        RunningStack(home).stop()
    for folder in (root, given()):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the stack, so that `-m "not stack"` works."""
    for item in items:
        if {"stack", "own_stack", "real_stack"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stack)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shared(name: str, limit: float, **options: Any) -> RunningStack:
    """Give the stack of this name, which the first worker that asks for it starts."""
    root = Path(os.environ[ROOT_VARIABLE])
    root.mkdir(mode=0o700, exist_ok=True)
    running = RunningStack(root / name)
    with _locked(root / f"{name}.lock"):
        if read_status(running.paths.status) is None:
            launched = launch_stack(running.home, controller(), **options)
            launched.wait_ready(limit=limit)
            # Its exit status belongs to pytest_unconfigure, not to this handle's destructor.
            launched.process.returncode = 0 if launched.process else None
        running.wait_ready(limit=limit)
    return running


@pytest.fixture(scope="session")
def stack() -> RunningStack:
    """Give the shared stack, seeded and ready."""
    return _shared("home", READY_LIMIT)


def require_real_nodes() -> None:
    """Go on where this machine allows real nodes; else fail in CI, and skip elsewhere."""
    if reason := obstacle():
        if os.environ.get("CI") == "true":
            pytest.fail(f"This machine must be able to run real nodes: {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def real_stack() -> RunningStack:
    """Give the shared stack with two real nodes, seeded and ready, its demo workloads placed."""
    require_real_nodes()
    return _shared("real", REAL_READY_LIMIT, real_nodes=2)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Callable[..., RunningStack]]:
    """Give a function that starts a stack of one's own (small, unseeded by default)."""
    running: list[RunningStack] = []

    def start(home: Path | None = None, **options: Any) -> RunningStack:
        chosen = {"nodes": 2, "seed": False, **options}
        started = launch_stack(home or tmp_path / f"home-{len(running)}", **chosen)
        running.append(started)
        return started

    yield start
    for entry in running:
        entry.stop()
