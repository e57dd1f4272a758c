"""Chromium against a real console process over the real local stack."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.axe import CONSOLE_NOISE
from tests.stackfixtures import REPOSITORY, RunningStack

OWNER = "owner"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SCREENSHOTS = REPOSITORY / "screenshots"


@dataclass
class ConsoleProcess:
    """`craton serve` as a person starts it, with the stack's connections."""

    home: Path
    url: str = ""
    owned: bool = True
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.home / "serve.log"

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
        }
        if self.owned:
            env["CRATON_BOOTSTRAP_ADMIN"] = OWNER
            env["CRATON_BOOTSTRAP_PASSWORD_FILE"] = str(secret)
        seen = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend", "serve"],
                cwd=REPOSITORY, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._wait(seen)

    def _wait(self, seen: int) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.log.read_bytes()[seen:].decode(errors="replace")
            found = re.search(r"Craton is at (http://\S+)", text)
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
            self.process.wait(timeout=30)

    @contextmanager
    def caller(self) -> Iterator[httpx2.Client]:
        """A REST client of the owner."""
        headers = {"x-craton-request": "1", "origin": self.url}
        url = f"{self.url}/api/v1"
        with httpx2.Client(base_url=url, headers=headers, timeout=20) as client:
            body = {"login": OWNER, "password": self.password}
            assert client.post("/session", json=body).status_code == 200
            yield client


def launch_console(home: Path, stack: RunningStack | None, *, owned: bool = True) -> ConsoleProcess:
    """A console with its own data and, with a stack, that stack's connections."""
    home.mkdir(parents=True, exist_ok=True)
    if stack is not None:
        (home / "stack").mkdir()
        (home / "stack" / "status.json").symlink_to(stack.paths.status)
    console = ConsoleProcess(home, owned=owned)
    console.start()
    return console


@pytest.fixture(scope="session")
def console(
    stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """One console for the whole run, with all of the stack's rows loaded."""
    running = launch_console(tmp_path_factory.mktemp("console"), stack)
    try:
        with running.caller() as caller:
            _wait_loaded(caller)
        yield running
    finally:
        running.stop()


def _wait_loaded(caller: httpx2.Client) -> None:
    wanted = ("pods", "machines", "etcd-members", "keys", "tags")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        totals = {
            name: caller.get(f"/collections/{name}?limit=1").json()["total"] for name in wanted
        }
        if all(totals.values()):
            return
        time.sleep(0.3)
    pytest.fail(f"the console did not load the stack: {totals}")


@pytest.fixture
def own_console(tmp_path: Path, stack: RunningStack) -> Iterator[Callable[..., ConsoleProcess]]:
    """A factory of consoles that a test may stop, kill and start again."""
    running: list[ConsoleProcess] = []

    def start(*, connected: bool = True, owned: bool = True) -> ConsoleProcess:
        home = tmp_path / f"console-{len(running)}"
        made = launch_console(home, stack if connected else None, owned=owned)
        running.append(made)
        return made

    yield start
    for entry in running:
        entry.stop()


@pytest.fixture(scope="session")
def base_url() -> None:
    """None; the plugin's own fixture is a method, which pytest 9 warns about."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium: nothing is downloaded."""
    found = next((path for path in CHROMIUM if Path(path).exists()), None)
    assert found, "Chromium is missing: apt-get install chromium"
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    return {**browser_type_launch_args, "executable_path": found, "args": flags.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """A laptop's window; axe is injected, which the console's own policy would refuse."""
    size = {"width": 1440, "height": 900}
    return {**browser_context_args, "viewport": size, "bypass_csp": True, "color_scheme": "light"}


def sign_in(context: BrowserContext, console: ConsoleProcess, login: str, password: str) -> None:
    """Sign the browser in without the form, which has a test of its own."""
    answer = context.request.post(
        f"{console.url}/api/v1/session",
        data={"login": login, "password": password},
        headers={"X-Craton-Request": "1", "Origin": console.url},
    )
    assert answer.status == 200, answer.text()


@pytest.fixture
def faults() -> list[str]:
    """What the page complained about; a test that expects a complaint clears it."""
    return []


@pytest.fixture
def watched(page: Page, faults: list[str]) -> Iterator[Page]:
    """A page whose script errors fail the test."""
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and not CONSOLE_NOISE.search(message.text)
            else None
        ),
    )
    yield page
    assert faults == []


@pytest.fixture
def owner_page(watched: Page, console: ConsoleProcess) -> Page:
    """The owner's browser, signed in to the shared console."""
    sign_in(watched.context, console, OWNER, console.password)
    return watched
