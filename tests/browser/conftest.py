"""Chromium against a real console process over the real local stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.acting import Shop, own_shop
from tests.browser.axe import CONSOLE_NOISE
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console, wait_loaded
from tests.stackfixtures import REPOSITORY, RunningStack

SOON_MS: Final = 60_000
"""How long a page is waited for: a machine on which everything runs at once is slow, not wrong."""

expect.set_options(timeout=SOON_MS)

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SCREENSHOTS = REPOSITORY / "screenshots"


@pytest.fixture(scope="session")
def console(
    stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """One console for the whole run, with all of the stack's rows loaded."""
    running = launch_console(tmp_path_factory.mktemp("console"), stack)
    try:
        with running.caller() as caller:
            wait_loaded(caller)
        yield running
    finally:
        running.stop()


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
def shop(stack: RunningStack) -> Iterator[Shop]:
    """A namespace of this test's own with a deployment ``web``."""
    with own_shop(stack) as made:
        yield made


@pytest.fixture
def faults() -> list[str]:
    """What the page complained about; a test that expects a complaint clears it."""
    return []


@pytest.fixture
def watched(page: Page, faults: list[str]) -> Iterator[Page]:
    """A page whose script errors fail the test."""
    page.set_default_timeout(SOON_MS)
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
