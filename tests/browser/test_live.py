"""Open pages follow the real systems, without a reload."""

from __future__ import annotations

import json
import re
import signal
import time
import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OWNER, ConsoleProcess, sign_in
from tests.browser.pages import TablePage
from tests.stackfixtures import RunningStack

NAMESPACE = "shop"


def make_deployment(stack: RunningStack, replicas: int = 1) -> str:
    """A deployment of its own for one test; its name."""
    name = f"browser-{uuid.uuid4().hex[:6]}"
    stack.kubectl(
        *("create", "deployment", name, "--image=example.invalid/web:1"),
        *(f"--replicas={replicas}", "-n", NAMESPACE),
    )
    return name


def test_scaling_shows_on_the_open_page(
    owner_page: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    name = make_deployment(stack)
    try:
        table = TablePage(owner_page, console, f"/workloads/pods?q={name}").loaded()
        expect(table.rows).to_have_count(1)
        stack.kubectl("scale", "deployment", name, "--replicas=3", "-n", NAMESPACE)
        expect(table.rows).to_have_count(3)
        stack.kubectl("scale", "deployment", name, "--replicas=0", "-n", NAMESPACE)
        expect(table.page.get_by_text("Nothing matches the filters")).to_be_visible()
    finally:
        stack.kubectl("delete", "deployment", name, "-n", NAMESPACE)


def test_a_put_key_shows_on_the_open_page(
    owner_page: Page,
    console: ConsoleProcess,
    stack: RunningStack,
    record_property: Callable[[str, object], None],
) -> None:
    """How soon is said at the end of the run: within a second on a quiet machine."""
    key = f"/browser/{uuid.uuid4().hex}"
    TablePage(owner_page, console, "/browse/keys?q=browser")
    owner_page.get_by_text("Nothing matches the filters").wait_for()
    owner_page.evaluate(
        """(key) => { window.seen = new Promise((resolve) => {
            const look = () => document.body.textContent.includes(key) ? resolve(Date.now())
                                                                       : setTimeout(look, 10);
            look(); }) }""",
        key.rsplit("/", 1)[-1],
    )
    stack.etcdctl("put", key, "value")
    put_at = time.time()
    seen_at = owner_page.evaluate("window.seen") / 1000
    stack.etcdctl("del", key)
    record_property("latency of etcdctl put on a page", f"{max(0.0, seen_at - put_at):.3f} s")


def test_the_page_outlives_a_killed_console(
    watched: Page, own_console: Callable[..., ConsoleProcess], faults: list[str]
) -> None:
    console = own_console()
    sign_in(watched.context, console, OWNER, console.password)
    # Of what does not come and go, as cron jobs' pods do at any moment.
    table = TablePage(watched, console, "/machines?sort=name").loaded()
    expect(table.rows).to_have_count(12)
    before = sorted(table.names())
    watched.evaluate("window.neverReloaded = true")
    console.stop(signal.SIGKILL)
    expect(table.freshness).to_have_attribute("data-freshness", "stale")
    assert sorted(table.names()) == before
    console.start()
    expect(table.freshness).to_have_attribute("data-freshness", "live")
    expect(table.rows.first).to_be_visible()
    assert watched.evaluate("window.neverReloaded") is True


def test_a_computer_without_network_calls_nothing_live(
    owner_page: Page, console: ConsoleProcess
) -> None:
    """Its socket stays open as far as it knows; the lamps and the table agree at once."""
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    expect(table.freshness).to_have_attribute("data-freshness", "live")
    owner_page.context.set_offline(True)
    expect(table.freshness).to_have_attribute("data-freshness", "stale")
    expect(owner_page.locator(".cr-pulse")).to_contain_text("Offline")
    expect(table.rows.first).to_be_visible()
    owner_page.context.set_offline(False)
    expect(table.freshness).to_have_attribute("data-freshness", "live")


def test_a_page_opened_without_network_says_so_and_comes_with_it(
    owner_page: Page, console: ConsoleProcess, faults: list[str]
) -> None:
    """Its code is not in the tab; the shell stays, and the page opens once the network is back."""
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    owner_page.evaluate("window.neverReloaded = true")
    owner_page.context.set_offline(True)
    expect(table.freshness).to_have_attribute("data-freshness", "stale")
    owner_page.get_by_role("link", name=re.compile("^Access")).click()
    expect(owner_page.locator("[data-state=failed]")).to_be_visible()
    expect(owner_page.locator(".cr-pulse")).to_contain_text("Offline")
    owner_page.context.set_offline(False)
    expect(table.rows.first).to_be_visible()
    expect(owner_page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    assert owner_page.evaluate("window.neverReloaded") is True
    # React tells the browser's console of what an error page was shown for.
    assert all("cannot be reached" in fault for fault in faults)
    faults.clear()


def test_an_ended_session_leads_to_sign_in_and_back(
    watched: Page, own_console: Callable[..., ConsoleProcess]
) -> None:
    console = own_console()
    sign_in(watched.context, console, OWNER, console.password)
    TablePage(watched, console, "/workloads/pods?sort=-created").loaded()
    watched.request.delete(
        f"{console.url}/api/v1/session",
        headers={"X-Craton-Request": "1", "Origin": console.url},
    )
    watched.get_by_text("Your session has ended").wait_for()
    watched.get_by_label("User name").fill(OWNER)
    watched.get_by_label("Password").fill(console.password)
    watched.get_by_role("button", name="Sign in").click()
    watched.wait_for_url("**/workloads/pods?sort=-created")


def test_one_socket_and_few_frames_for_a_still_page(
    owner_page: Page, console: ConsoleProcess
) -> None:
    sockets: list[str] = []
    sent: list[dict] = []
    owner_page.on("websocket", lambda socket: sockets.append(socket.url))
    owner_page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda data: sent.append(json.loads(data))),
    )
    TablePage(owner_page, console, "/workloads/services").loaded()
    owner_page.get_by_role("link", name="Machines").click()
    owner_page.wait_for_url("**/machines")
    owner_page.locator("tr.cr-row td[data-column=os_version]").first.wait_for()
    assert len(sockets) == 1
    asked = [frame for frame in sent if frame["op"] == "subscribe"]
    each = {json.dumps([one["collection"], one["query"]], sort_keys=True) for one in asked}
    assert len(each) == len(asked), "nothing is asked for twice"
    # Beside the tables: the tray of jobs (the newest, and all under way, whose end is told), and
    # what is in trouble of each kind that is judged.
    tables = [one["collection"] for one in asked if one["query"]["filter"] != ["healthy=false"]]
    assert sorted(tables) == ["jobs", "jobs", "machines", "services"], asked
