"""Remembering which processes are ours, so that a crash leaves nothing behind.

A pid alone may belong to another process by now: a process is ours only when
its start time is the recorded one too.
"""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from backend.stack.files import write_atomic


class ProcessRecord(msgspec.Struct, frozen=True):
    """One process of ours: pid and start time in seconds since the epoch."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "ProcessRecord":
        """Describe a running process; psutil.NoSuchProcess when it is gone."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """Give the process if it still runs and is the same one."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) > 1:
                return None
            return process if process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A record kept in a file."""

    path: Path

    def write(self, pid: int) -> None:
        """Remember this process, if it still runs."""
        with contextlib.suppress(psutil.NoSuchProcess):
            write_atomic(self.path, msgspec.json.encode(ProcessRecord.of(pid)))

    def read(self) -> ProcessRecord | None:
        """Give the record; None when there is none or it cannot be read."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=ProcessRecord)
        except (OSError, msgspec.DecodeError):
            return None

    def remove(self) -> None:
        """Forget the process."""
        self.path.unlink(missing_ok=True)


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and the group it leads, if it still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def clean_leftovers(folder: Path, patience: float = 5.0) -> list[str]:
    """End the processes a crashed supervisor left; gives their names.

    Each is asked with SIGTERM and, after `patience` seconds in all, killed.
    """
    found: dict[str, psutil.Process] = {}
    for path in sorted(folder.glob("*.json")):
        record = RecordFile(path)
        known = record.read()
        process = known.process() if known else None
        if process is not None:
            found[path.stem] = process
            signal_group(process.pid, signal.SIGTERM)
        record.remove()
    _, alive = psutil.wait_procs(list(found.values()), timeout=patience)
    for process in alive:
        signal_group(process.pid, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=patience)
    return list(found)
