"""The states a page can be in besides "here are the rows", each shown and photographed; and
that no page breaks the console's own content policy."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SOON_MS, sign_in
from tests.browser.fleet import wait_for
from tests.browser.pages import TablePage
from tests.browser.test_pages import PAGES, examine
from tests.consoleprocess import OWNER, PASSWORD, ConsoleProcess


@pytest.fixture
def strict_page(browser: Browser, console: ConsoleProcess):
    """The owner's page with the content policy in force, as in everybody's browser."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SOON_MS)
    sign_in(context, console, OWNER, console.password)
    yield context.new_page()
    context.close()


def test_no_page_breaks_the_content_policy(strict_page: Page, console: ConsoleProcess) -> None:
    complaints: list[str] = []
    strict_page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if re.search("Content Security Policy|Refused to", message.text)
            else None
        ),
    )
    for path, ready in PAGES.values():
        strict_page.goto(console.url + path)
        strict_page.locator(ready).first.wait_for()
    assert complaints == []


def member_page(page: Page, console: ConsoleProcess, *grants: tuple[str, str]) -> Page:
    with console.caller() as owner:
        login = console.add_member(owner, *grants)
    sign_in(page.context, console, login, PASSWORD)
    return page


def test_screenshot_of_no_access(watched: Page, console: ConsoleProcess) -> None:
    page = member_page(watched, console, ("viewer", "org/main/cluster/local/ns/payments"))
    page.goto(f"{console.url}/activity")
    page.locator("[data-state=no-access]").wait_for()
    expect(page.locator("[data-grantors]")).to_contain_text(OWNER)
    examine(page, "no-access")


def test_a_viewer_of_a_namespace_is_offered_what_lies_there(
    watched: Page, console: ConsoleProcess
) -> None:
    page = member_page(watched, console, ("viewer", "org/main/cluster/local/ns/payments"))
    page.goto(console.url)
    for system in ("etcd", "registry", "updates"):
        line = page.locator(f".cr-system[data-system={system}]")
        expect(line).to_have_attribute("data-state", "hidden")
        expect(line).to_contain_text("Outside your rights.")
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Workloads", exact=True)).to_be_visible()
    for other in ("Machines", "Updates", "Images", "Access", "Connections"):
        expect(pages.get_by_role("link", name=other, exact=True)).to_have_count(0)


def test_screenshot_of_empty(watched: Page, console: ConsoleProcess) -> None:
    page = member_page(watched, console, ("viewer", "org/main/cluster/local/ns/not-there"))
    page.goto(f"{console.url}/workloads/pods")
    page.locator("[data-state=empty]").wait_for()
    examine(page, "empty")


def test_screenshot_of_loading(owner_page: Page, console: ConsoleProcess) -> None:
    """A console that takes requests and says nothing yet: by the socket, or of the first rows."""
    owner_page.route_web_socket("**/api/v1/live", lambda _: None)
    owner_page.route("**/api/v1/collections/pods?*", lambda _: None)
    owner_page.goto(f"{console.url}/workloads/pods")
    owner_page.locator(".pf-v6-c-skeleton").first.wait_for()
    examine(owner_page, "loading")


def test_screenshot_of_failed(owner_page: Page, console: ConsoleProcess) -> None:
    """The API server does not answer the page's question; asking again does."""
    problem = {
        "type": "urn:craton:problem:upstream-timeout",
        "title": "An upstream did not answer in time",
        "status": 504,
        "detail": 'Kubernetes "local" cannot be reached: did not answer in time',
    }
    address = "**/api/v1/clusters/local/deployments/payments/fraud-check"
    owner_page.route(
        address,
        lambda route: route.fulfill(
            status=504, content_type="application/problem+json", body=json.dumps(problem)
        ),
    )
    owner_page.goto(f"{console.url}/clusters/local/deployments/payments/fraud-check")
    owner_page.locator("[data-state=failed]").wait_for()
    expect(owner_page.get_by_text("did not answer in time").first).to_be_visible()
    examine(owner_page, "failed")
    owner_page.unroute(address)
    owner_page.get_by_role("button", name=re.compile("Try again|Retry")).first.click()
    expect(owner_page.locator("[data-state=failed]")).to_have_count(0)


def test_screenshot_of_stale(
    watched: Page, own_console: Callable[..., ConsoleProcess], faults: list[str]
) -> None:
    console = own_console()
    sign_in(watched.context, console, OWNER, console.password)
    table = TablePage(watched, console, "/workloads/pods").loaded()
    console.stop(signal.SIGKILL)
    expect(table.freshness).to_have_attribute("data-freshness", "stale")
    examine(watched, "stale")


def component(name: str, state: str, **more: object) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    known = {"kind": "kubernetes", "title": name, "progress": None, "detail": "", "version": ""}
    more = {"endpoint": None, "pid": None, "log": None, "restarts": 0, "reason": None, **more}
    return {"name": name, "state": state, "since": now, **known, **more}


def test_screenshot_of_a_stack_coming_up(
    watched: Page, own_console: Callable[..., ConsoleProcess], tmp_path: Path
) -> None:
    """Long before the stack is there, its page says how far each part is, and what failed."""
    console = own_console(connected=False)
    log = tmp_path / "registry.log"
    log.write_text("listening\npanic: no space left on device\n")
    building = {"progress": 0.4, "detail": "compiling 312 of 780 packages"}
    failed = {"kind": "registry", "reason": "ended with code 2, 8 times in a row", "log": str(log)}
    parts = [
        component("etcd-1", "ready", kind="etcd", version="3.7.3", endpoint="https://127.0.0.1:1"),
        component("kube-apiserver", "building", **building),
        component("kube-scheduler", "waiting", detail="waits for kube-apiserver"),
        component("kwok", "restarting", restarts=2, detail="starting again in 1.0 s"),
        component("registry", "failed", **failed),
    ]
    status = console.home / "stack" / "status.json"
    status.parent.mkdir(exist_ok=True)

    def write() -> None:
        now = datetime.now(UTC).isoformat()
        document = {"version": 1, "pid": os.getpid(), "updated": now, "components": parts}
        status.write_text(json.dumps({**document, "connections": {}}))

    write()
    sign_in(watched.context, console, OWNER, console.password)
    watched.goto(f"{console.url}/stack")
    for part in parts:
        line = watched.locator(f"[data-component={part['name']}]")
        expect(line).to_have_attribute("data-state", str(part["state"]))
    expect(watched.get_by_text("compiling 312 of 780 packages")).to_be_visible()
    expect(watched.get_by_text("8 times in a row")).to_be_visible()
    examine(watched, "stack-coming-up")
    parts[1] = component("kube-apiserver", "ready", version="1.36.3")
    write()
    line = watched.locator("[data-component=kube-apiserver]")
    expect(line).to_have_attribute("data-state", "ready")


def test_keys_select_and_find(owner_page: Page, console: ConsoleProcess) -> None:
    TablePage(owner_page, console, "/machines").loaded()
    for key in ("j", "j", "k", "x", "j", "x"):
        owner_page.keyboard.press(key)
    expect(owner_page.locator(".cr-selection")).to_contain_text("2")
    owner_page.keyboard.press("Control+k")
    expect(owner_page.get_by_role("combobox", name="Jump to anything")).to_be_focused()
    owner_page.keyboard.press("Escape")
    expect(owner_page.locator(".cr-selection")).to_be_visible()


def test_reloading_keeps_filter_and_sort(owner_page: Page, console: ConsoleProcess) -> None:
    # Pods that no cron job makes: they stay.
    address = "/workloads/pods?filter=name~database&sort=-name"
    table = TablePage(owner_page, console, address).loaded()
    before = [f"database-{number}" for number in (2, 1, 0)]
    wait_for(lambda: table.names() == before)
    owner_page.reload()
    table.loaded()
    expect(owner_page).to_have_url(re.compile(r"sort=-name"))
    wait_for(lambda: table.names() == before)
