"""The console in Chromium behind a real nginx: below a path, over HTTP/2, without WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SOON_MS
from tests.consoleprocess import OWNER, ConsoleProcess
from tests.integration.proxies.conftest import behind_nginx
from tests.nginx import FORWARDED, UPGRADE
from tests.stackfixtures import RunningStack

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("browser")]

Start = Callable[..., tuple[str, ConsoleProcess]]


@pytest.fixture
def behind(tmp_path: Path, stack: RunningStack) -> Iterator[Start]:
    """A console of the stack behind nginx: where browsers find it, and its process."""
    with ExitStack() as running:

        def start(server: str, path: str = "", *, tls: bool = False) -> tuple[str, ConsoleProcess]:
            public = {"CRATON_PUBLIC_URL": "PUBLIC"}
            made = behind_nginx(server, tmp_path, path=path, tls=tls, settings=public, stack=stack)
            site = running.enter_context(made)
            return site.url, site.console

        yield start


def signs_in(page: Page, url: str, console: ConsoleProcess) -> None:
    """By the form, as a person does."""
    page.goto(f"{url}/workloads/pods", timeout=SOON_MS)
    page.get_by_label("User name").fill(OWNER)
    page.get_by_label("Password").fill(console.password)
    page.locator("form button[type=submit]").click()
    page.wait_for_url(f"{url}/workloads/pods**", timeout=SOON_MS)


def test_the_whole_console_below_a_path(watched: Page, behind: Start) -> None:
    url, console = behind(
        f"location /console/ {{ proxy_pass UPSTREAM/; {UPGRADE} {FORWARDED} }}", "/console"
    )
    asked: list[str] = []
    sockets: list[str] = []
    watched.on("request", lambda request: asked.append(urlsplit(request.url).path))
    watched.on("websocket", lambda socket: sockets.append(urlsplit(socket.url).path))
    signs_in(watched, url, console)
    watched.locator("tr.cr-row").first.wait_for()
    expect(watched.get_by_text("Live", exact=True).first).to_be_visible()
    for link in watched.get_by_role("navigation").first.get_by_role("link").all():
        address = link.get_attribute("href") or ""
        assert address.startswith("/console/"), address
    watched.get_by_role("link", name="Machines").first.click()
    watched.wait_for_url(f"{url}/machines**")
    watched.locator("tr.cr-row").first.wait_for()
    watched.reload()
    watched.locator("tr.cr-row").first.wait_for()
    name = watched.locator("tr.cr-row .cr-name-link").first
    assert (name.get_attribute("href") or "").startswith("/console/")
    assert sockets
    assert set(sockets) == {"/console/api/v1/live"}
    assert [path for path in asked if not path.startswith("/console/")] == []
    watched.goto(f"{url}/")
    watched.get_by_role("heading", level=1).first.wait_for()
    assert [path for path in asked if not path.startswith("/console/")] == []


@pytest.mark.parametrize(
    "instead", ["", "if ($http_upgrade) { return 200 '<p>no</p>'; }"], ids=["refused", "a page"]
)
def test_lists_come_by_polling_where_a_proxy_refuses_websockets(
    page: Page, behind: Start, instead: str
) -> None:
    """Also where it answers with a page of its own, as if all were well."""
    url, console = behind(f"location / {{ {instead} proxy_pass UPSTREAM; {FORWARDED} }}")
    page.set_default_timeout(SOON_MS)
    signs_in(page, url, console)
    page.locator("tr.cr-row").first.wait_for()
    chip = page.get_by_text("Polling").first
    expect(chip).to_be_visible(timeout=2 * SOON_MS)
    expect(page.get_by_text("Live", exact=True)).to_have_count(0)
    chip.click()
    expect(page.get_by_text("refuses WebSockets")).to_be_visible()


def test_http2_and_tls_in_front(browser: Browser, behind: Start) -> None:
    url, console = behind(f"location / {{ proxy_pass UPSTREAM; {UPGRADE} {FORWARDED} }}", tls=True)
    with browser.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.set_default_timeout(SOON_MS)
        signs_in(page, url, console)
        page.locator("tr.cr-row").first.wait_for()
        used = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        assert used == "h2"
        expect(page.get_by_text("Live", exact=True).first).to_be_visible()
        assert {cookie["secure"] for cookie in context.cookies()} == {True}
