"""Logs of real containers in the browser: followed, over a restart, searched, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console, wait_loaded
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def site(
    real_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """A console on the stack with real nodes."""
    running = launch_console(tmp_path_factory.mktemp("logs"), real_stack)
    try:
        with running.caller() as caller:
            wait_loaded(caller)
        yield running
    finally:
        running.stop()


@pytest.fixture
def reader(watched: Page, site: ConsoleProcess) -> Page:
    sign_in(watched.context, site, OWNER, site.password)
    return watched


def test_a_log_is_followed_searched_and_taken_along(reader: Page, site: ConsoleProcess) -> None:
    page = reader
    page.goto(f"{site.url}/clusters/local/deployments/demo/logger?tab=logs")
    log = page.get_by_role("log")
    expect(log).to_contain_text("plain line")
    status = page.locator(".cr-logs-state")
    expect(status).to_contain_text("Live")
    before = status.inner_text()
    expect(status).not_to_have_text(before)  # it goes on
    assert violations(page) == []
    page.get_by_role("textbox", name="Search these lines").fill("WAREHOUSE")
    expect(log.locator("mark").first).to_have_text("warehouse")
    expect(log).not_to_contain_text("plain line")
    expect(status).to_contain_text("fit")
    assert violations(page) == []
    page.get_by_role("combobox", name="Lines around what is found").select_option("3")
    expect(log).to_contain_text("plain line")
    page.get_by_role("textbox", name="Search these lines").fill("")
    page.get_by_role("switch", name="JSON in columns").press("Space")
    head = page.locator(".cr-logs-head")
    expect(head).to_contain_text("level")
    expect(log.locator(".cr-logs-column").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("switch", name="Follow").press("Space")
    expect(status).to_contain_text("All there is")
    page.get_by_role("combobox", name="Since when").select_option("5")
    expect(log).to_contain_text("plain line")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").click()
    text = Path(taken.value.path()).read_text()
    assert taken.value.suggested_filename.endswith(".log")
    assert "plain line" in text


def test_a_restart_is_told_where_it_was(
    reader: Page, site: ConsoleProcess, real_stack: RunningStack
) -> None:
    page = reader
    # One that has crashed for long waits for minutes before it is started again.
    real_stack.kubectl("delete", "pod", "-n", "demo", "-l", "app.kubernetes.io/name=crasher")
    page.goto(f"{site.url}/clusters/local/deployments/demo/crasher?tab=logs")
    log = page.get_by_role("log")
    expect(log).to_contain_text("reading the configuration")
    # In its back-off it waits; what is told meanwhile is no error of the page.
    expect(log.locator("[data-event=restarted]")).to_be_visible(timeout=200_000)
    assert violations(page) == []
