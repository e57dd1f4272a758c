"""What is started in a container ends with its watchman's input, under every shell there is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from backend.features.cluster.terminal.wrapping import new_mark, program, watchman

SHELLS = [["bash", "--posix"], ["dash"], ["busybox", "sh"]]


@pytest.fixture(params=SHELLS, ids=" ".join)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An environment on whose PATH `sh` is that shell."""
    found = shutil.which(request.param[0])
    if found is None:
        missing = f"there is no {request.param[0]} here"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    line = " ".join([found, *request.param[1:]])
    (tmp_path / "sh").write_text(f'#!/bin/sh\nexec {line} "$@"\n')
    (tmp_path / "sh").chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


@contextmanager
def started(
    params: list[tuple[str, str]], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    line = [value for name, value in params if name == "command"]
    with subprocess.Popen(
        line,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def running(word: str) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or ())
        if word in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(line)
    return found


def wait(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_the_whole_session_is_killed_with_the_input(shell: dict[str, str]) -> None:
    mark, word = new_mark(), str(uuid.uuid4().int)[:9]
    deaf = f"trap '' HUP INT TERM; sleep 60.{word} & (sleep 61.{word}; :) & sleep 62.{word}; :"
    with (
        started(watchman("c", mark), shell) as guard,
        started(program("c", new_mark(), ["sleep", f"63.{word}"]), shell),
    ):
        assert guard.stdin is not None
        assert guard.stdout is not None
        assert guard.stdout.readline() == b"ready\n"
        with started(program("c", mark, ["sh", "-c", deaf]), shell) as marked:
            wait(lambda: all(running(f"sleep {n}.{word}") for n in (60, 61, 62, 63)))
            guard.stdin.write(b"\n\n")
            guard.stdin.flush()
            time.sleep(0.3)
            assert guard.poll() is None  # it was told that it is still wanted
            guard.stdin.close()
            assert guard.wait(10) == 0
            assert marked.wait(5) == -signal.SIGKILL
        wait(lambda: not any(running(f"sleep {n}.{word}") for n in (60, 61, 62)))
        assert running(f"sleep 63.{word}")


def test_a_program_that_ended_by_itself_is_not_missed(shell: dict[str, str]) -> None:
    mark = new_mark()
    with started(watchman("c", mark), shell) as guard:
        with started(program("c", mark, ["sh", "-c", "exit 7"]), shell) as ended:
            assert ended.wait(5) == 7
        guard.communicate(timeout=10)
        assert guard.returncode == 0


def test_words_arrive_as_they_are(shell: dict[str, str]) -> None:
    given = ["printf", "%s|", "two  words", "$HOME", "*", "a\nb", ""]
    with started(program("c", new_mark(), given), shell) as ran:
        assert ran.communicate(timeout=10)[0] == b"two  words|$HOME|*|a\nb||"


def test_a_session_is_known_after_its_first_process_was_killed(shell: dict[str, str]) -> None:
    """As a runtime does it whose kubelet died: to both it had started, and to no child of them."""
    mark, word = new_mark(), str(uuid.uuid4().int)[:9]
    deaf = f"trap '' HUP INT TERM; sleep 60.{word} & sleep 61.{word}; :"
    with started(watchman("c", mark), shell) as guard:
        assert guard.stdin is not None
        assert guard.stdout is not None
        assert guard.stdout.readline() == b"ready\n"
        with started(program("c", mark, ["sh", "-c", deaf]), shell) as marked:
            wait(lambda: all(running(f"sleep {n}.{word}") for n in (60, 61)))
            guard.stdin.write(b"\n")
            guard.stdin.flush()
            time.sleep(4)
            marked.kill()
            guard.kill()
            guard.stdin.close()
            wait(lambda: not any(running(f"sleep {n}.{word}") for n in (60, 61)))
