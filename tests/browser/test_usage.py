"""What is used, in the browser: charts on pages, lines in tables, and what is said without."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console, wait_loaded
from tests.integration.realnodes.cluster import pods_of
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(300)
MEASURING = 60_000
COLUMNS = "cols=name,status,cpu,cpu_used,memory,memory_used"


@pytest.fixture(scope="module")
def site(
    real_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """A console on the stack with real nodes."""
    running = launch_console(tmp_path_factory.mktemp("usage"), real_stack)
    try:
        with running.caller() as caller:
            wait_loaded(caller)
        yield running
    finally:
        running.stop()


@pytest.fixture
def operator(watched: Page, site: ConsoleProcess) -> Page:
    sign_in(watched.context, site, OWNER, site.password)
    return watched


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_stands_on_a_pods_page(
    operator: Page, site: ConsoleProcess, real_stack: RunningStack, width: int, height: int,
    scheme: str,
) -> None:  # fmt: skip
    page, [pod] = operator, pods_of(real_stack, "logger")
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{site.url}/clusters/local/pods/demo/{pod['metadata']['name']}")
    said = re.compile(r"Memory: logger: now \d+ KiB, at most \d+ KiB")
    expect(page.get_by_role("img", name=said)).to_be_visible(timeout=MEASURING)
    figures = page.get_by_role("table", name="Memory", exact=True)
    expect(figures).to_contain_text("32 MiB")
    chart = page.locator(".cr-usage-chart canvas").first
    box, room = chart.bounding_box(), page.locator(".cr-usage").bounding_box()
    assert box is not None
    assert room is not None
    assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
    until_drawn(page)
    assert violations(page) == []


def until_drawn(page: Page) -> None:
    """A curve takes two looks, of which there may have been one so far."""
    ends = time.monotonic() + MEASURING / 1000
    while not drawn(page):
        assert time.monotonic() < ends, "a curve in the colour of the theme"
        page.wait_for_timeout(500)


def drawn(page: Page) -> bool:
    """Whether the first chart has points of the first curve's colour."""
    return bool(
        page.evaluate(
            """() => {
              const frame = document.querySelector(".cr-usage-chart");
              const canvas = frame.querySelector("canvas");
              const style = getComputedStyle(frame);
              const pen = document.createElement("canvas").getContext("2d");
              pen.fillStyle = style.getPropertyValue("--cr-usage-0").trim();
              const hex = pen.fillStyle;  // whole, however short the style writes it
              const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
              const { data } = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
              for (let at = 0; at < data.length; at += 4)
                if (data[at + 3] > 200 && Math.abs(data[at] - r) < 9 &&
                    Math.abs(data[at + 1] - g) < 9 && Math.abs(data[at + 2] - b) < 9) return true;
              return false;
            }"""
        )
    )


def test_a_line_stands_in_the_row_of_what_is_measured(
    operator: Page, site: ConsoleProcess, real_stack: RunningStack
) -> None:
    page, [pod] = operator, pods_of(real_stack, "logger")
    page.goto(f"{site.url}/workloads/pods?{COLUMNS}&sort=-memory_used")
    row = page.locator(f'[data-key="local/demo/{pod["metadata"]["name"]}"]')
    expect(row).to_contain_text(re.compile(r"\d KiB"), timeout=MEASURING)
    expect(row.locator(".cr-sparkline path")).to_have_count(2, timeout=MEASURING)
    expect(row.locator(".cr-sparkline path").first).to_have_attribute("d", re.compile("^M"))
    assert violations(page) == []
    page.goto(f"{site.url}/machines?{COLUMNS}")
    real = page.locator('[data-key="local/real-1"]')
    expect(real.locator(".cr-sparkline path")).to_have_count(2, timeout=MEASURING)


def test_on_a_workloads_page_it_is_the_sum(operator: Page, site: ConsoleProcess) -> None:
    operator.goto(f"{site.url}/clusters/local/deployments/demo/web")
    expect(operator.get_by_text("2 pods together in the last hour")).to_be_visible()
    expect(operator.get_by_role("img", name=re.compile("^CPU: now"))).to_be_visible(
        timeout=MEASURING
    )


def test_without_metrics_that_is_said(watched: Page, console: ConsoleProcess) -> None:
    """The ordinary stack has simulated nodes only, and nothing that would measure them."""
    sign_in(watched.context, console, OWNER, console.password)
    watched.goto(f"{console.url}/clusters/local/nodes/-/fra-1-worker-01")
    expect(watched.get_by_text("metrics-server is not installed")).to_be_visible()
    expect(watched.locator(".cr-usage-chart")).to_have_count(0)
    assert violations(watched) == []
