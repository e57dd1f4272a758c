"""A PostgreSQL of the bench's own, durable as in production, on loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.omaha_server import free_port
from tests.postgres import PostgresServer, find_programs

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
}


class Cluster(PostgresServer):
    """A server that can be measured, killed and started again."""

    def __init__(self, programs: Path, port: int, folder: Path) -> None:
        super().__init__(programs, port)
        self.data = folder / "data"

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        self._control(
            "start", "-w", "-t", "60", "-o", f"-p {self.port} {options}", "-l", f"{self.data}/log"
        )

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def kill(self) -> None:
        """kill -9 of the postmaster and every process below it."""
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, 10)

    def memory(self) -> int:
        """Bytes of physical memory of all its processes, shared pages counted once."""
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        family = [postmaster, *postmaster.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family)

    def _control(self, action: str, *arguments: str) -> None:
        run([str(self.programs / "pg_ctl"), "-D", str(self.data), action, *arguments])


def run(command: list[str]) -> None:
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180,
        cwd="/",
    )  # fmt: skip


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A started cluster in a temporary directory, removed at the end."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="craton-bench-pg-"))
    folder.chmod(0o755)
    made = Cluster(programs, free_port(), folder)
    made.data.mkdir(mode=0o700)
    if os.getuid() == 0:
        os.chown(made.data, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
    init = ["-D", str(made.data), "-U", "craton", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    run([str(programs / "initdb"), *init])
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
