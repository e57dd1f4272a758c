"""A real PostgreSQL for the whole run, started once and shared by all pytest workers.

Debian's programs (``/usr/lib/postgresql/*/bin`` or PATH), an own cluster in a temporary
directory, loopback only. A machine without them fails the tests that need it, loudly.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["PostgresServer", "find_programs", "shared_postgres"]


class PostgresServer:
    """A running server; `create_database` gives each test a database of its own."""

    def __init__(self, programs: Path, port: int) -> None:
        self.programs = programs
        self.port = port

    def create_database(self, name: str) -> str:
        """Create `name` afresh; the asyncpg URL for it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8')
        return f"postgresql+asyncpg://craton@127.0.0.1:{self.port}/{name}"

    def drop_database(self, name: str) -> None:
        """Remove it, ending its connections."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sql(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        psql = shutil.which("psql", path=f"{self.programs}:{os.environ['PATH']}") or "psql"
        command = [psql, "-qXAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        command += ["-p", str(self.port), "-U", "craton", "-d", "postgres", "-c", statement]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)


def find_programs() -> Path:
    """The directory of initdb and postgres; raises with what to install when absent."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    raise RuntimeError("PostgreSQL is missing: install Debian's package 'postgresql'")


@contextmanager
def shared_postgres(run_id: str) -> Iterator[PostgresServer]:
    """The server of this test run: the first user starts it, the last one stops it."""
    folder = Path(tempfile.gettempdir()) / f"craton-pg-{os.getuid()}-{run_id}"
    folder.mkdir(mode=0o755, exist_ok=True)
    programs = find_programs()
    with _locked(folder):
        users = _count(folder, +1)
        if users == 1:
            _start(programs, folder)
        port = int((folder / "port").read_text())
    try:
        yield PostgresServer(programs, port)
    finally:
        with _locked(folder):
            if _count(folder, -1) == 0:
                _control(programs, folder, "stop", "-m", "immediate")
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder.parent / f"{folder.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _count(folder: Path, change: int) -> int:
    file = folder / "users"
    users = (int(file.read_text()) if file.exists() else 0) + change
    file.write_text(str(users))
    return users


def _start(programs: Path, folder: Path) -> None:
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "port").write_text(str(port))
    if os.getuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(data, account.pw_uid, account.pw_gid)
    init = ["-D", str(data), "-U", "craton", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    _run(folder, [str(programs / "initdb"), *init])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
    options += "-c fsync=off -c full_page_writes=off -c max_connections=200"
    _control(programs, folder, "start", "-w", "-t", "60", "-o", options, "-l", str(data / "log"))
    time.sleep(0.05)


def _control(programs: Path, folder: Path, action: str, *arguments: str) -> None:
    _run(folder, [str(programs / "pg_ctl"), "-D", str(folder / "data"), action, *arguments])


def _run(folder: Path, command: list[str]) -> None:
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(
        command,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")
