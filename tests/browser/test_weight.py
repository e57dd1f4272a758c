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
    """Counted by the browser: encoded bytes of every answer, headers included. What the page
    asks for again, since time goes on, is not its first load."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: dict[str, float] = {}
    asked: dict[str, str] = {}

    def finished(event: dict) -> None:
        address = asked.get(event["requestId"], "")
        sizes.setdefault(address, event["encodedDataLength"])

    wire.on(
        "Network.requestWillBeSent",
        lambda event: asked.update({event["requestId"]: event["request"]["url"]}),
    )
    wire.on("Network.loadingFinished", finished)
    page.goto(url)
    page.locator(ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= MOST_BYTES, f"{sum(sizes.values()) / 1024:.0f} KiB"
    assert len(sizes) <= most_requests, "\n".join(sizes)
