"""What the first page weighs on the wire; it may only become less."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ConsoleProcess

MOST_BYTES = 264 * 1024
MOST_REQUESTS = 15


@pytest.mark.parametrize(("path", "ready"), [("/", ".cr-system"), ("/login", "form")])
def test_first_load_within_budget(
    owner_page: Page, console: ConsoleProcess, path: str, ready: str
) -> None:
    """Counted by the browser: encoded bytes of every answer, headers included."""
    wire = owner_page.context.new_cdp_session(owner_page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    owner_page.goto(console.url + path)
    owner_page.locator(ready).first.wait_for()
    owner_page.wait_for_load_state("networkidle")
    assert sum(sizes) <= MOST_BYTES, f"{sum(sizes) / 1024:.0f} KiB"
    assert len(sizes) <= MOST_REQUESTS
