"""What the first page weighs on the wire, and that nothing of it moves once it is there."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.conftest import ConsoleProcess

MOST_BYTES = 250 * 1024
MOST_REQUESTS = 15
MOST_SHIFT = 0.01
"""A fifth of what counts as good (web.dev, CLS: 0.1); the break-glass link makes 0.011."""
SHIFTS = """() => {
  const NEWS = "tr[data-key], .cr-problems li";
  window.shifted = 0;
  const longest = Math.max(innerWidth, innerHeight);
  const share = ({ previousRect: a, currentRect: b }) => {
    const width = Math.max(a.right, b.right) - Math.min(a.left, b.left);
    const height = Math.max(a.bottom, b.bottom) - Math.min(a.top, b.top);
    const moved = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));
    return (width * height * moved) / (innerWidth * innerHeight * longest);
  };
  const row = (node) => (node?.closest ? node : node?.parentElement)?.closest(NEWS);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      for (const source of entry.sources) if (!row(source.node)) window.shifted += share(source);
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""
"""What moved without being asked to, as browsers weigh it. A row of a live table that moves is
news (its pod crashed, another came), which the real stack makes at any moment; so is a problem."""


def test_overview_within_budget(owner_page: Page, console: ConsoleProcess) -> None:
    weigh(owner_page, console.url, ".cr-problems li, .cr-calm")


def test_pods_within_budget(owner_page: Page, console: ConsoleProcess) -> None:
    """A page with a table is heavier; its limit is the build's (`frontend/build/budget.ts`)."""
    url = f"{console.url}/workloads/pods"
    weigh(owner_page, url, "tr.cr-row[data-key]", most_bytes=290 * 1024, most_requests=23)


def test_sign_in_within_budget(watched: Page, console: ConsoleProcess) -> None:
    """Its fields come on top of the first page."""
    weigh(watched, f"{console.url}/login", "form")


@dataclass
class Wire:
    """What a page asked for, and the encoded bytes of each answer, headers included.

    Counted is every request until the content is there, one for the same address again too; after
    it only addresses that are new, because lists are asked again as time goes on.
    """

    there: bool = False
    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)

    def asked(self, event: dict) -> None:
        address = event["request"]["url"]
        if not self.there or address not in self.addresses.values():
            self.addresses[event["requestId"]] = address

    def answered(self, event: dict) -> None:
        if event["requestId"] in self.addresses:
            self.sizes[event["requestId"]] = event["encodedDataLength"]

    def __str__(self) -> str:
        lines = [
            f"{self.sizes.get(number, 0) / 1024:7.1f} KiB  {address}"
            for number, address in self.addresses.items()
        ]
        return "\n".join([*lines, f"{sum(self.sizes.values()) / 1024:7.1f} KiB"])


def weigh(
    page: Page,
    url: str,
    ready: str,
    *,
    most_bytes: float = MOST_BYTES,
    most_requests: int = MOST_REQUESTS,
) -> None:
    """Open `url` with an empty cache, as counted by the browser itself."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire = Wire()
    session.on("Network.requestWillBeSent", wire.asked)
    session.on("Network.loadingFinished", wire.answered)
    page.add_init_script(f"({SHIFTS})()")
    page.goto(url)
    page.locator(ready).first.wait_for()
    wire.there = True
    page.wait_for_load_state("networkidle")
    assert sum(wire.sizes.values()) <= most_bytes, str(wire)
    assert len(wire.addresses) <= most_requests, str(wire)
    assert page.evaluate("() => window.shifted") <= MOST_SHIFT
