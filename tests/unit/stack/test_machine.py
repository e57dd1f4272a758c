"""What the machine lacks is said in a line with what to do, before and after it failed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backend.stack.causes import cause_of
from backend.stack.errors import ProgramUnavailable
from backend.stack.finding import Finding
from backend.stack.machine import look
from backend.stack.paths import StackPaths
from backend.stack.process.records import RecordFile
from backend.stack.programs import spec
from backend.stack.programs.gotool import go_environment, go_in_cache
from backend.stack.programs.provide import provide
from backend.stack.sources import module_proxy, package_index

DOWNLOADS = [f"go: downloading example.org/module{number} v1.0.{number}" for number in range(40)]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("write /tmp/go-build1/b001: no space left on device", "The disk is full."),
        ("go: creating work dir: mkdir /x/go-build: permission denied", "A folder cannot be"),
        ("go: creating work dir: stat /nowhere: no such file or directory", "A folder cannot be"),
        ("go: dial tcp: lookup modules.example: no such host", "The module proxy cannot be"),
        ("module lookup disabled by GOPROXY=off", "The module proxy cannot be"),
        ("listen tcp 127.0.0.1:2379: bind: address already in use", "Its port was taken"),
        ("FATAL: kernel too old", "This kernel or processor"),
        ("compile: signal: killed", "The memory did not suffice."),
    ],
)
def test_the_cause_is_one_line_with_what_to_do(line: str, advice: str) -> None:
    found = cause_of([*DOWNLOADS, line, *DOWNLOADS])
    assert found.startswith(advice)
    assert line in found
    assert "downloading" not in found


def test_a_cause_behind_long_paths_is_found_and_shown() -> None:
    """Go tells first what it copied where."""
    line = f"go build x: copying {'/tmp/deep' * 30} to {'/cache' * 30}: no space left on device"
    found = cause_of([line])
    assert found.startswith("The disk is full.")
    assert found.endswith("no space left on device)")
    assert len(found) < 420
    assert cause_of([f"{'a' * 500} is no such thing"]).endswith("a is no such thing")


def test_a_cause_nobody_knows_is_the_last_line_that_says_something() -> None:
    assert cause_of(["main.go:1: syntax error", *DOWNLOADS]) == "main.go:1: syntax error"
    assert cause_of(DOWNLOADS) == ""


def real_go(**environment: str) -> list[str]:
    """What the real Go says when it builds a program there."""
    go = shutil.which("go")
    if go is None:
        pytest.fail("Go is missing; `craton stack build` installs one: put it on PATH")
    done = subprocess.run(
        [go, "build", "-o", "/dev/null", "cmd/nothing"],
        env=go_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode != 0
    return done.stderr.splitlines()


def test_a_temporary_directory_that_is_none_is_named_by_real_go(tmp_path: Path) -> None:
    said = real_go(TMPDIR=str(tmp_path / "nowhere"))
    assert cause_of(said).startswith("A folder cannot be written."), said


async def test_a_cache_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProgramUnavailable, match="name another folder with CRATON_CACHE"):
        await provide(spec.REGISTRY, tmp_path / "file" / "cache", lambda *_: None)


def found(home: Path) -> dict[str, Finding]:
    return {finding.what.split(" /")[0]: finding for finding in look(home)}


def test_doctor_finds_what_a_build_would_fail_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "file" / "tmp"))
    monkeypatch.setenv("CRATON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", "/nowhere")
    findings = list(look(tmp_path))
    failing = [finding for finding in findings if finding.level == "fail"]
    assert any("temporary directory" in f.what and "TMPDIR" in f.advice for f in failing)
    assert any("module proxy cannot be reached" in f.what for f in failing)
    assert any("still to be built" in f.what and "registry" in f.what for f in findings)
    assert all("\n" not in f.what for f in findings)


def test_doctor_asks_the_package_index_that_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    said = package_index(tmp_path)
    assert said is not None
    assert said.level == "fail"
    assert said.what.startswith("Go cannot be had from the package index: ")
    assert "127.0.0.1:9" in said.what


def test_doctor_asks_the_module_proxy_that_go_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOPROXY", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert module_proxy(tmp_path) is None, "no Go, and nobody named one"
    go = go_in_cache(tmp_path)
    go.parent.mkdir(parents=True)
    go.write_text("#!/bin/sh\necho http://127.0.0.1:9,direct\n")
    go.chmod(0o700)
    said = module_proxy(tmp_path)
    assert said is not None
    assert said.level == "fail"
    assert said.what.startswith("Go's module proxy cannot be reached")


def test_doctor_finds_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.fail("Linux is needed")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    assert any(f.level == "fail" and "free for data" in f.what for f in look(tmp_path))


def test_the_command_ends_with_1_when_something_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "backend", "doctor"],
        env=os.environ | {"CRATON_HOME": str(tmp_path / "file" / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout
    assert "Set CRATON_HOME" in done.stdout


def test_a_port_that_another_program_holds_is_found_before_the_start(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]
        paths = StackPaths(tmp_path)
        paths.root.mkdir()
        paths.ports.write_text(json.dumps({"kube-apiserver": port}))
        [found] = [one for one in look(tmp_path) if "ports of the local stack" in one.what]
        assert f"{port} (kube-apiserver)" in found.what
        assert found.level == "warn"
        RecordFile(paths.supervisor).write(os.getpid())
        assert Finding("ok", "the local stack runs and holds its ports") in list(look(tmp_path))
