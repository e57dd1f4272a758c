"""Who may see what, through the browser."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OWNER, SOON_MS, ConsoleProcess, sign_in
from tests.browser.pages import Shell, TablePage

PASSWORD = "correct horse battery"


@pytest.fixture
def viewer(console: ConsoleProcess) -> str:
    """The login of a viewer of one namespace."""
    login = f"viewer-{uuid.uuid4().hex[:6]}"
    with console.caller() as owner:
        made = owner.post("/users", json={"login": login, "password": PASSWORD})
        assert made.status_code == 201, made.text
        scope = "org/main/cluster/local/ns/payments"
        grant = {"subject": login, "role": "viewer", "scope": scope}
        bound = owner.post("/bindings", json=grant)
        assert bound.status_code == 201, bound.text
    return login


def test_a_viewer_of_one_namespace_finds_no_trace_of_another(
    watched: Page, console: ConsoleProcess, viewer: str
) -> None:
    sign_in(watched.context, console, viewer, PASSWORD)
    table = TablePage(watched, console, "/workloads/pods").loaded()
    namespaces = watched.locator("td[data-column=namespace]")
    expect(namespaces.first).to_have_text("payments")
    expect(namespaces.filter(has_not_text="payments")).to_have_count(0)
    watched.get_by_role("button", name="Filter by Namespace").click()
    choices = watched.get_by_role("menu").get_by_role("checkbox")
    expect(choices).to_have_count(1)
    watched.keyboard.press("Escape")
    options = Shell(watched).jump("database")
    watched.wait_for_timeout(800)
    assert "data" not in " ".join(options.all_inner_texts()).split()
    watched.keyboard.press("Escape")
    watched.goto(f"{console.url}/machines")
    expect(watched.get_by_text("cluster local, namespace payments")).to_be_visible()
    expect(watched.locator("[data-grantors]")).to_contain_text(OWNER)
    for forbidden in ("/activity", "/access"):
        watched.goto(console.url + forbidden)
        expect(watched.locator("[data-state=no-access]")).to_be_visible()
    watched.goto(f"{console.url}/clusters/local/pods/data/database-0")
    expect(watched.locator("[data-state=not-found]")).to_be_visible()
    assert table.page.get_by_role("link", name="Access").count() == 0


def test_what_a_viewer_asks_for_opens_once_it_is_granted(
    watched: Page, browser: Browser, console: ConsoleProcess, viewer: str
) -> None:
    sign_in(watched.context, console, viewer, PASSWORD)
    watched.goto(f"{console.url}/machines")
    watched.get_by_role("button", name="Ask for access").click()
    asking = watched.get_by_role("dialog")
    expect(asking.get_by_label("On what")).to_have_value("machine")
    expect(asking.get_by_label("Where")).to_have_value("org/main")
    asking.get_by_label("What you need it for").fill("A machine is slow")
    assert violations(watched) == []
    asking.get_by_role("button", name="Ask for access").click()
    expect(asking).to_contain_text("Done.")
    asking.get_by_role("button", name="Close").last.click()
    expect(watched.locator("[data-request=Pending]")).to_be_visible()
    assert violations(watched) == []

    context = browser.new_context(bypass_csp=True, viewport={"width": 1440, "height": 900})
    sign_in(context, console, OWNER, console.password)
    owner = context.new_page()
    owner.set_default_timeout(SOON_MS)
    owner.goto(f"{console.url}/access")
    pages = owner.get_by_role("navigation", name="Pages")
    pending = pages.locator("a[href*='/access'] .cr-section-nav-count")
    expect(pending).to_have_text(re.compile("need attention$|needs attention$"))
    entry = owner.get_by_role("link", name=re.compile("^Requests .*need"))
    entry.click()
    owner.locator("tr.cr-row[data-key]").filter(has_text=viewer).click()
    expect(owner.locator("[data-preview]")).to_contain_text(f"{viewer} holds Viewer")
    assert violations(owner) == []
    owner.get_by_role("button", name="Grant", exact=True).click()
    deciding = owner.get_by_role("dialog")
    expect(deciding.get_by_label("Role")).to_have_value("viewer")
    expect(deciding.get_by_label("Ends")).to_have_value("hours8")
    deciding.get_by_label("Word to who asked").fill("For today")
    deciding.get_by_role("button", name="Grant", exact=True).click()
    expect(deciding).to_contain_text("Done.")
    deciding.get_by_role("button", name="Close").last.click()
    row = owner.locator("tr.cr-row[data-key]").filter(has_text=viewer)
    expect(row.locator("[data-column=state]")).to_have_text("Granted")
    expect(pending).to_have_count(0)
    context.close()

    # Whoever waits is told twice a minute, and at once when they come back to the tab.
    watched.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(watched.locator("tr.cr-row[data-key]").first).to_be_visible(timeout=60_000)
    watched.goto(f"{console.url}/profile/requests")
    expect(watched.locator("[data-request=Granted]")).to_contain_text("For today")
    expect(watched.get_by_role("link", name="Machines", exact=True)).to_be_visible()


def test_pages_that_could_show_nothing_are_not_offered(
    watched: Page, console: ConsoleProcess, viewer: str
) -> None:
    """The viewer's role may list machines and keys, but none lies in a namespace."""
    sign_in(watched.context, console, viewer, PASSWORD)
    watched.goto(console.url)
    pages = watched.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Workloads")).to_be_visible()
    expect(pages.get_by_role("link", name="Events")).to_be_visible()
    for name in ("Machines", "Key-value store", "Images", "Updates", "Local stack", "Access"):
        expect(pages.get_by_role("link", name=name, exact=True)).to_have_count(0)
    options = Shell(watched).jump("machin")
    expect(options.filter(has_text="Machines")).to_have_count(0)
    watched.keyboard.press("Escape")
    for address in ("/machines", "/stack"):
        watched.goto(console.url + address)
        expect(watched.locator("[data-grantors]").first).to_contain_text(OWNER)


def test_a_wrong_password_says_so_and_nothing_more(watched: Page, console: ConsoleProcess) -> None:
    watched.goto(f"{console.url}/login")
    watched.get_by_label("User name").fill(OWNER)
    watched.get_by_label("Password").fill("wrong wrong wrong")
    watched.get_by_role("button", name="Sign in").click()
    expect(watched.get_by_text("The user name or the password is wrong.")).to_be_visible()
    expect(watched.get_by_label("Password")).to_have_value("")


def test_signing_out_ends_the_session(watched: Page, console: ConsoleProcess) -> None:
    sign_in(watched.context, console, OWNER, console.password)
    TablePage(watched, console, "/machines").loaded()
    watched.get_by_role("button", name=re.compile("^Signed in as")).click()
    watched.get_by_role("menuitem", name="Sign out").click()
    watched.wait_for_url("**/login*")
    watched.goto(f"{console.url}/machines")
    watched.wait_for_url("**/login?next=*")
