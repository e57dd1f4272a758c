"""Whether real nodes can be had here: asked of this machine, and of one that lacks something."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backend.stack.nodes import allowed

REFUSING = "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n"


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Path:
    """A folder with links to what this machine has, the only place that is looked at."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (*allowed.PACKAGES, "sh", "mount"):
        found = shutil.which(name, path=allowed.WHERE)
        assert found, f"{name} is missing; .ci/setup test installs it for root"
        (folder / name).symlink_to(found)
    monkeypatch.setattr(allowed, "WHERE", str(folder))
    monkeypatch.setenv("PATH", str(folder))
    return folder


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="asks what root may do")


@needs_root
def test_this_machine_allows_them_and_the_trial_leaves_nothing():
    before = _links()
    assert allowed.obstacle() is None
    assert _links() == before


@needs_root
def test_what_is_missing_is_named_with_the_command(tools: Path):
    assert allowed.obstacle() is None
    (tools / "runc").unlink()
    assert str(allowed.obstacle()).endswith("apt-get install runc")
    (tools / "busybox").unlink()
    assert str(allowed.obstacle()).endswith("apt-get install runc busybox-static")


@needs_root
def test_a_busybox_that_needs_libraries_will_not_do(tools: Path):
    (tools / "busybox").unlink()
    (tools / "busybox").symlink_to("/bin/sh")
    assert str(allowed.obstacle()).endswith("apt-get install busybox-static")


@needs_root
def test_a_refusal_of_the_kernel_is_told_in_its_words(tools: Path):
    (tools / "unshare").unlink()
    (tools / "unshare").write_text(REFUSING)
    (tools / "unshare").chmod(0o755)
    (tools / "env").symlink_to("/usr/bin/env")
    assert str(allowed.obstacle()).endswith("unshare failed: Operation not permitted")


@needs_root
def test_missing_kernel_parts_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(allowed, "CGROUPS", tmp_path)
    assert str(allowed.obstacle()).endswith("memory, cpu, cpuset, pids.")
    (tmp_path / "cgroup.controllers").write_text("cpu memory cpuset pids io\n")
    assert allowed.obstacle() is None
    monkeypatch.setattr(allowed, "BRIDGE_FILTER", tmp_path / "none")
    assert str(allowed.obstacle()).endswith("modprobe br_netfilter")


def test_another_user_is_told_that_it_needs_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "need root" in str(allowed.obstacle())


def _links() -> str:
    command = [allowed.tool("ip") or "ip", "-o", "link"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
