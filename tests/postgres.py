"""Real PostgreSQL servers: one shared by all workers of a test run, and some of a test's own.

Debian's programs (``/usr/lib/postgresql/*/bin`` or PATH), an own cluster in a temporary
directory, loopback only. A machine without them fails the tests that need it, loudly. No
server outlives its test: one's own ends with the process that started it, the shared one with
the whole run (`tests/postgresrunner.py`).
"""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from backend.stack.process import launch
from tests.ports import free_port
from tests.processes import controller

__all__ = ["Cluster", "PostgresServer", "cluster", "find_programs", "shared_postgres"]

MIGRATED = "migrated"
"""The shared server's database that others are copied from."""
ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
START_ATTEMPTS = 10
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "log_line_prefix": "[%d] ",
}
"""Settings of a server whose data nobody needs after a crash of the machine."""


class PostgresServer:
    """A running server; `create_database` gives each test a database of its own."""

    def __init__(self, programs: Path, port: int, log: Path) -> None:
        self.programs = programs
        self.port = port
        self.log = log

    def create_database(self, name: str, *, migrated: bool = False) -> str:
        """Create `name` afresh; the asyncpg URL for it. A `migrated` one, of the shared server,
        has all tables."""
        template = MIGRATED if migrated else "template0"
        self.sql(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE {template} ENCODING UTF8',
        )
        return f"postgresql+asyncpg://craton@127.0.0.1:{self.port}/{name}"

    def drop_database(self, name: str) -> None:
        """Remove it, ending its connections."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def log_statements(self, name: str) -> None:
        """Have new connections to the database log every statement."""
        self.sql(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")

    def statements(self, name: str) -> list[str]:
        """What was logged of the database so far, in order."""
        logged = re.compile(rf"^\[{name}\] LOG:  (?:statement|execute [^:]*): (.*)$", re.MULTILINE)
        return logged.findall(self.log.read_text(errors="replace"))

    def sql(self, *statements: str) -> None:
        """Run statements, each by itself, in the maintenance database."""
        self.ask(*statements)

    def ask(self, *statements: str) -> str:
        """The answers to statements in the maintenance database, a line a row."""
        psql = shutil.which("psql", path=f"{self.programs}:{os.environ['PATH']}") or "psql"
        command = [psql, "-qXAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        command += ["-p", str(self.port), "-U", "craton", "-d", "postgres"]
        command += [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout


class Cluster(PostgresServer):
    """A server with its data in `folder`, to be started, stopped, killed and paused at will. It
    is killed when the process that started it ends."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        super().__init__(find_programs(), free_port(), folder / "log")
        self.folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(data, account.pw_uid, account.pw_gid)
        init = ["-D", data, "-U", "craton", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        done = subprocess.run(
            self._as_its_user("initdb", *init), check=False, cwd=folder, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr.decode(errors='replace')[-2000:]}")

    def start(self) -> None:
        """Start it (again, on the same port) and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        settings |= self._settings
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = self._as_its_user(
            "postgres", "-D", self.folder / "data", "-p", self.port, *options
        )
        for left in reversed(range(START_ATTEMPTS)):
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            try:
                self._wait_ready(self._process)
            except RuntimeError:
                # Its port may be held a moment longer: by what was killed, or by a client that
                # asked for it while nobody listened and was connected to itself.
                if not left or self._process.poll() is None:
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self) -> None:
        """Shut it down at once, without a checkpoint."""
        if self._process is not None:
            self.proceed()
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """kill -9 of the postmaster and every process below it."""
        family = self._family()
        _tell(family, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(60)
            self._process = None
        psutil.wait_procs(family, 60)

    def pause(self) -> None:
        """Stop every process of it: connections stay open and say nothing."""
        _tell(self._family(), signal.SIGSTOP)

    def proceed(self) -> None:
        """Let a paused one go on."""
        _tell(self._family(), signal.SIGCONT)

    def memory(self) -> int:
        """Bytes of physical memory of all its processes, shared pages counted once."""
        return sum(process.memory_full_info().pss for process in self._family())

    @property
    def pid(self) -> int:
        """The postmaster's; 0 when it does not run."""
        return self._process.pid if self._process is not None else 0

    def _family(self) -> list[psutil.Process]:
        if not self.pid:
            return []
        try:
            postmaster = psutil.Process(self.pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self.sql("SELECT 1")
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"no PostgreSQL: {self.log.read_text()[-2000:]}")

    def _as_its_user(self, program: str, *arguments: str | Path | int) -> list[str]:
        user = "postgres" if os.getuid() == 0 else ""
        script = [sys.executable, "-I", "-S", str(ROOT / "tests/launcher.py"), user]
        script += [launch.__file__, str(os.getpid()), str(self.programs / program)]
        return [*script, *(str(argument) for argument in arguments)]


def _tell(family: list[psutil.Process], what: signal.Signals) -> None:
    """Signal each of them that is still there: a worker of PostgreSQL may end at any moment."""
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(what)


@contextmanager
def cluster(settings: Mapping[str, str] = FAST) -> Iterator[Cluster]:
    """A started cluster of a test's own in a temporary directory, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="craton-pg-"))
    folder.chmod(0o755)
    made: Cluster | None = None
    try:
        made = Cluster(folder, settings)
        made.start()
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The directory of initdb and postgres; raises with what to install when absent."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    raise RuntimeError("PostgreSQL is missing: install Debian's package 'postgresql'")


def shared_postgres() -> PostgresServer:
    """The server of this test run: the first user starts it, and it ends with the run."""
    run = f"{controller()}-{psutil.Process(controller()).create_time():.0f}"
    folder = Path(tempfile.gettempdir()) / f"craton-pg-{os.getuid()}-{run}"
    folder.mkdir(mode=0o755, exist_ok=True)
    ready = folder / "ready"
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not ready.exists():
            _run_until_the_run_ends(folder, ready)
    return PostgresServer(find_programs(), int(ready.read_text()), folder / "log")


def _run_until_the_run_ends(folder: Path, ready: Path) -> None:
    with (folder / "runner.log").open("ab") as log:
        runner = subprocess.Popen(
            [sys.executable, "-m", "tests.postgresrunner", str(folder), str(controller())],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if runner.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"no PostgreSQL: {(folder / 'runner.log').read_text()[-2000:]}")
        time.sleep(0.05)
    runner.returncode = 0  # it ends with the run, which is not this handle's business
