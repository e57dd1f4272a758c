"""Servers that tests start end with the test's process, however that ends (kill -9 too)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from backend.stack.process import launch

__all__ = ["CONTROLLER_VARIABLE", "bound", "controller", "has_ended", "start", "wait_for_end"]

CONTROLLER_VARIABLE = "CRATON_TEST_CONTROLLER"
"""Names the process of the whole test run, above xdist's workers."""
_PAUSE = 0.2
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter of servers")
"""Its one thread lives as long as the process. The threads of an event loop's executor end with
the loop, and Linux would end what they started."""


def bound(*argv: str | Path) -> list[str]:
    """The command line that runs `argv` (an absolute path and its arguments), which Linux kills
    when the thread that starts it ends: use `start`, or an event loop of the main thread."""
    launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
    return [*launcher, *(str(argument) for argument in argv)]


def start(*argv: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """Run `argv` as `bound` says until this process ends; `options` are those of `Popen`."""
    return _STARTER.submit(subprocess.Popen, bound(*argv), **options).result()


def controller() -> int:
    """The pid of the whole test run: servers that its workers share end with it."""
    return int(os.environ.get(CONTROLLER_VARIABLE, os.getpid()))


def has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or dead and not yet waited for by its parent."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_end(pid: int) -> None:
    """Return once the process `pid` has ended. Blocking."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    while not has_ended(process):
        time.sleep(_PAUSE)
