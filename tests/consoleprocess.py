"""A real console process, as a person starts it, for tests from outside."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from backend.app import create_app
from backend.settings import Settings
from tests.databases import place_sqlite
from tests.processes import start
from tests.stackfixtures import REPOSITORY, RunningStack

__all__ = [
    "OWNER",
    "PASSWORD",
    "ConsoleProcess",
    "Person",
    "launch_console",
    "openapi_document",
    "wait_loaded",
]

OWNER = "owner"
PASSWORD = "correct horse battery"
"""Of everybody that `ConsoleProcess.member` makes."""


@cache
def openapi_document() -> dict[str, Any]:
    """The REST interface of the console under test, as it describes itself."""
    return create_app(Settings(home=Path("unused"), port=0)).openapi()


@dataclass
class Person:
    """Somebody who is signed in: a REST client that keeps its cookies."""

    login: str
    http: httpx2.Client = field(repr=False)

    @property
    def cookie(self) -> str:
        """The `Cookie` header of their browser."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())


@dataclass
class ConsoleProcess:
    """`craton serve` as a person starts it, with the stack's connections."""

    home: Path
    url: str = ""
    owned: bool = True
    descriptors: int = 0
    """How many files it may open; 0: as many as the test."""
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    """Further settings of its own."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.home / "serve.log"

    @property
    def port(self) -> int:
        """The port it listens on, whatever address it tells people."""
        assert self.process is not None
        found = psutil.Process(self.process.pid).net_connections("inet")
        (port,) = {c.laddr.port for c in found if c.status == psutil.CONN_LISTEN}
        return port

    def start(self) -> None:
        """Start it (again, on the same port) and wait until it answers."""
        port = self.url.rsplit(":", 1)[-1] if self.url else "0"
        secret = self.home / "password"
        secret.write_text(self.password)
        secret.chmod(0o600)
        env = os.environ | {
            "CRATON_HOME": str(self.home),
            "CRATON_PORT": port,
            "CRATON_LOG_FORMAT": "text",
            "CRATON_UPDATE_DEFAULTS": "false",
            # A shared console outlives the sign-in of who uses it.
            "CRATON_STEP_UP_MINUTES": "1440",
        }
        env |= self.environment
        if self.owned:
            env["CRATON_BOOTSTRAP_ADMIN"] = OWNER
            env["CRATON_BOOTSTRAP_PASSWORD_FILE"] = str(secret)
        seen = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = start(
                *self._limited(), sys.executable, "-m", "backend", "serve",
                cwd=REPOSITORY, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._wait(seen)

    def _limited(self) -> list[str]:
        if not self.descriptors:
            return []
        return ["/bin/sh", "-c", f'ulimit -n {self.descriptors}; exec "$@"', "sh"]

    def _wait(self, seen: int) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            text = self.log.read_bytes()[seen:].decode(errors="replace")
            found = re.search(r"Craton is at (https?://\S+)", text)
            if found:
                self.url = found.group(1)
                return
            assert self.process is not None
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail(f"the console did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; SIGKILL is a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def anyone(self) -> httpx2.Client:
        """A REST client of somebody who is not signed in."""
        headers = {"x-craton-request": "1", "origin": self.url}
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)

    @contextmanager
    def signed_in(self, login: str, password: str = PASSWORD) -> Iterator[Person]:
        """Somebody with a session."""
        with self.anyone() as client:
            answer = client.post("/session", json={"login": login, "password": password})
            assert answer.status_code == 200, answer.text
            yield Person(login, client)

    @contextmanager
    def caller(self) -> Iterator[httpx2.Client]:
        """A REST client of the owner."""
        with self.signed_in(OWNER, self.password) as person:
            yield person.http

    def add_member(self, owner: httpx2.Client, *grants: tuple[str, str]) -> str:
        """The login of a new user with these (role, scope) grants."""
        login = f"member-{uuid.uuid4().hex[:8]}"
        made = owner.post("/users", json={"login": login, "password": PASSWORD})
        assert made.status_code == 201, made.text
        for role, scope in grants:
            bound = owner.post("/bindings", json={"subject": login, "role": role, "scope": scope})
            assert bound.status_code == 201, bound.text
        return login


def launch_console(
    home: Path,
    stack: RunningStack | None,
    *,
    owned: bool = True,
    url: str = "",
    environment: dict[str, str] | None = None,
) -> ConsoleProcess:
    """A console with its own data and, with a stack, that stack's connections.

    It chooses a free port, unless `url` names one.
    """
    home.mkdir(parents=True, exist_ok=True)
    place_sqlite(home / "craton.db")
    if stack is not None:
        (home / "stack").mkdir()
        (home / "stack" / "status.json").symlink_to(stack.paths.status)
    console = ConsoleProcess(home, url, owned, environment=environment or {})
    console.start()
    return console


def wait_loaded(caller: httpx2.Client, limit: float = 120.0) -> None:
    """Wait until every source of the stack is live and has given rows. How well the systems are is
    not asked: a leader that changed or a slow disk is told of for minutes."""
    deadline = time.monotonic() + limit
    while missing := _not_loaded(caller):
        if time.monotonic() > deadline:
            pytest.fail(f"the console did not load the stack: {missing}")
        time.sleep(0.3)


def _not_loaded(caller: httpx2.Client) -> list[str]:
    try:
        systems = caller.get("/overview").raise_for_status().json()["systems"]
        late = [
            f"{source['source']} is {source['state']}: {source['message']}"
            for system in systems
            for source in system["freshness"]
            if source["state"] not in ("live", "polling", "denied")
        ]
        wanted = ("pods", "machines", "etcd-members", "keys", "tags")
        totals = {
            name: caller.get(f"/collections/{name}?limit=1").raise_for_status().json()["total"]
            for name in wanted
        }
    except httpx2.HTTPError as error:
        return [repr(error)]
    return late + [f"no {name}" for name, total in totals.items() if not total]
