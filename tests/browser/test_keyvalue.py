"""The key-value store's page: folders that are folders, secrets that stay secret."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import SCREENSHOTS, ConsoleProcess, sign_in
from tests.browser.fleet import wait_for
from tests.browser.pages import TablePage
from tests.consoleprocess import PASSWORD
from tests.stackfixtures import RunningStack

SECRET = "hunter2-must-never-be-shown"
ROOT = "/keyvalue-test/"
NAMED = ("db-password", "API_TOKEN", "client.secret", "tokens/ci")
OPEN = "settings"
pytestmark = pytest.mark.timeout(600)
WIDTHS = [pytest.param(1440, id="wide"), pytest.param(390, id="narrow")]


@pytest.fixture(scope="module")
def keys(stack: RunningStack) -> Iterator[None]:
    """Secrets by name, a plain key, and folders whose paths hold one another."""
    for name in NAMED:
        stack.etcdctl("put", f"{ROOT}{name}", SECRET)
    stack.etcdctl("put", f"{ROOT}{OPEN}", json.dumps({"level": "info"}))
    stack.etcdctl("put", f"/elsewhere{ROOT}stray", "x")
    yield
    stack.etcdctl("del", "--prefix", ROOT)
    stack.etcdctl("del", "--prefix", f"/elsewhere{ROOT}")


@pytest.fixture
def heard(owner_page: Page) -> Iterator[list[str]]:
    """Everything the server said of etcd to the page, over HTTP and the live socket."""
    said: list[str] = []

    def passed_on(route: Route) -> None:
        try:
            answer = route.fetch()
            said.append(answer.text())
            route.fulfill(response=answer)
        except Error:
            return  # the page has moved on and does not want it any more

    owner_page.route("**/api/v1/etcd/**", passed_on)
    owner_page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: said.append(str(frame))),
    )
    yield said
    owner_page.unroute_all(behavior="ignoreErrors")


def folder(path: str) -> str:
    return f"/key-value/keys?filter={quote(f'folder^={path}')}"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_value_that_is_secret_by_name_is_masked(
    owner_page: Page, console: ConsoleProcess, keys: None, heard: list[str], width: int
) -> None:
    owner_page.set_viewport_size({"width": width, "height": 844})
    table = TablePage(owner_page, console, folder(ROOT)).loaded()
    expect(table.rows).to_have_count(len(NAMED) + 1)
    for name in NAMED:
        table.row(name).click()
        panel = table.panel()
        expect(panel.get_by_role("heading", name="Not shown")).to_be_visible()
        expect(panel).to_contain_text("says that this is a secret: not shown")
        expect(panel).to_contain_text(f"{len(SECRET)} B")
        if name == NAMED[0]:
            owner_page.screenshot(path=SCREENSHOTS / f"light-{width}" / "key-masked.png")
        owner_page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
    owner_page.goto(f"{console.url}/key-value/local/value?key={quote(ROOT + NAMED[0])}")
    expect(owner_page.get_by_role("heading", name="Not shown")).to_be_visible()
    assert SECRET not in owner_page.content()
    table = TablePage(owner_page, console, folder(ROOT)).loaded()
    table.row(OPEN).click()
    expect(table.panel()).to_contain_text('"level"')
    assert sum("says that this is a secret" in said for said in heard) >= len(NAMED), "it heard"
    assert not [said for said in heard if SECRET in said], "it never left the console"


def test_a_folder_shows_its_own_keys(owner_page: Page, console: ConsoleProcess, keys: None) -> None:
    table = TablePage(owner_page, console, "/key-value/keys").loaded()
    tree = owner_page.get_by_role("tree", name="Folders")
    tree.get_by_text("keyvalue-test", exact=True).first.click()
    owner_page.wait_for_url("**folder*keyvalue-test*")
    expect(table.rows).to_have_count(len(NAMED) + 1)
    # Called by their paths within the folder.
    wait_for(lambda: set(table.names()) == {*NAMED, OPEN})


def test_what_is_not_known_of_a_key_is_said(
    owner_page: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    columns = "&cols=path,size,changed"
    table = TablePage(owner_page, console, folder("/features/") + columns)
    table.rows.first.wait_for()
    row = table.row("dark-mode")
    expect(row.locator("[data-column=size]")).to_have_text(re.compile(r"^\d+ B$"))
    expect(row.locator("[data-column=preview] .cr-preview")).to_be_visible()
    expect(row.locator("[data-column=changed]")).to_contain_text("none seen yet")
    stack.etcdctl("put", "/features/dark-mode", json.dumps({"enabled": True}))
    expect(row.locator("[data-column=size]")).to_have_text("17 B")
    expect(row.locator("[data-column=preview]")).to_have_text('{ "enabled": true }')


def test_a_view_of_the_keys_is_kept(owner_page: Page, console: ConsoleProcess, keys: None) -> None:
    owner_page.goto(f"{console.url}/key-value/keys?sort=-version")
    owner_page.locator("tr.cr-row[data-key]").first.wait_for()
    owner_page.get_by_role("button", name="Saved views").click()
    owner_page.get_by_role("menuitem", name="Save this view…").click()
    dialogue = owner_page.get_by_role("dialog")
    dialogue.get_by_role("textbox").first.fill("Often written")
    dialogue.get_by_role("button", name="Save").click()
    dialogue.get_by_text("Done.").wait_for()
    owner_page.goto(f"{console.url}/key-value/keys")
    owner_page.get_by_role("button", name="Saved views").click()
    owner_page.get_by_role("menuitem", name="Often written").click()
    owner_page.wait_for_url("**sort=-version*view=*")


def test_members_are_compared_at_a_click(owner_page: Page, console: ConsoleProcess) -> None:
    owner_page.goto(f"{console.url}/key-value")
    owner_page.get_by_role("button", name="Compare now").click()
    expect(owner_page.get_by_text("3 members hold the same data at revision")).to_be_visible()


def test_whoever_holds_a_range_finds_its_keys_alone(
    watched: Page, console: ConsoleProcess, keys: None
) -> None:
    """No members, no other folders, and no count of them."""
    with console.caller() as owner:
        scope = f"org/main/etcd/local/key/~{ROOT.rstrip('/')}"
        login = console.add_member(owner, ("viewer", scope))
    sign_in(watched.context, console, login, PASSWORD)
    table = TablePage(watched, console, "/key-value").loaded()
    expect(table.rows).to_have_count(len(NAMED) + 1)
    expect(watched.get_by_role("link", name="Members")).to_have_count(0)
    tree = watched.get_by_role("tree")
    expect(tree.get_by_text("keyvalue-test")).to_be_visible()
    expect(tree.get_by_text("config", exact=True)).to_have_count(0)
    expect(tree.get_by_text("elsewhere")).to_have_count(0)
    table.row(OPEN).click()
    expect(table.panel()).to_contain_text('"level"')
    assert violations(watched) == []


def test_a_team_narrows_folders_and_keys(
    owner_page: Page, console: ConsoleProcess, keys: None
) -> None:
    name = f"keys-{uuid.uuid4().hex[:8]}"
    with console.caller() as owner:
        assert owner.post("/teams", json={"name": name}).status_code == 201
        body = {"scopes": [f"org/main/etcd/local/key/~{ROOT.rstrip('/')}/tokens"]}
        changed = owner.patch(f"/teams/{name}", json=body, headers={"If-Match": '"1"'})
        assert changed.status_code == 200, changed.text
        table = TablePage(owner_page, console, f"/key-value/keys?team={name}").loaded()
        expect(table.rows).to_have_count(1)
        expect(table.row("ci")).to_be_visible()
        tree = owner_page.get_by_role("tree")
        expect(tree.get_by_text("keyvalue-test")).to_be_visible()
        expect(tree.get_by_text("config", exact=True)).to_have_count(0)
        assert violations(owner_page) == []
        owner_page.get_by_role("button", name=f"Team: {name}").click()
        owner_page.get_by_role("option", name="All teams").click()
        expect(tree.get_by_text("config", exact=True)).to_be_visible()
        assert owner.delete(f"/teams/{name}").status_code == 204
