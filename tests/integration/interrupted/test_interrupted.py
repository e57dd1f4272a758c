"""A test run that is killed leaves no server behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.processes import CONTROLLER_VARIABLE, has_ended, start
from tests.stackfixtures import REPOSITORY

LIMIT = 240.0
EXPECTED = {"postgres", "etcd", "kube-apiserver", "registry"}

pytestmark = [pytest.mark.stack, pytest.mark.postgres, pytest.mark.timeout(600)]


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    held, log = tmp_path / "held", tmp_path / "log"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-p", "no:randomly", f"--basetemp={tmp_path / 'base'}"]
    command += [str(Path(__file__).with_name("held.py"))]
    environment = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    environment.pop(CONTROLLER_VARIABLE, None)
    with log.open("wb") as output:
        run = start(
            *command, cwd=REPOSITORY, stdout=output, stderr=output,
            env=environment | {"CRATON_TEST_HELD": str(held)},
        )  # fmt: skip
    deadline = time.monotonic() + LIMIT
    while not held.exists():
        assert run.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        time.sleep(0.1)
    servers = psutil.Process(run.pid).children(recursive=True)
    names = {process.name() for process in servers}
    assert names >= EXPECTED, names

    run.kill()
    run.wait(60)
    deadline = time.monotonic() + LIMIT

    while left := [process for process in servers if not has_ended(process)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
