"""The table as a person uses it: keys, filters, links, downloads."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import SOON_MS, ConsoleProcess
from tests.browser.pages import Shell, TablePage


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def wait_until(page: Page, holds: Callable[[], bool], limit_ms: int = SOON_MS) -> None:
    """Wait for something that is no assertion of Playwright's."""
    ends = time.monotonic() + limit_ms / 1000
    while not holds():
        assert time.monotonic() < ends
        page.wait_for_timeout(50)


def test_keys_move_open_and_close(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/machines?sort=name").loaded()
    owner_page.keyboard.press("j")
    owner_page.keyboard.press("j")
    owner_page.keyboard.press("Enter")
    expect(table.panel()).to_be_visible()
    second = table.names()[1]
    expect(table.panel().get_by_role("heading", name=second)).to_be_visible()
    owner_page.keyboard.press("Escape")
    expect(table.panel()).to_have_count(0)
    owner_page.keyboard.press("Enter")
    expect(table.panel()).to_be_visible()
    owner_page.keyboard.press("Enter")
    owner_page.wait_for_url(f"**/clusters/local/nodes/-/{second}*")


@pytest.mark.parametrize("path", ["/", "/machines", "/clusters/local/nodes/-/fra-1-worker-01"])
def test_the_keys_are_listed_everywhere(
    owner_page: Page, console: ConsoleProcess, path: str
) -> None:
    owner_page.goto(console.url + path)
    owner_page.get_by_role("heading", level=1).wait_for()
    owner_page.keyboard.press("?")
    expect(owner_page.get_by_text("Previous row")).to_be_visible()
    owner_page.keyboard.press("Escape")
    expect(owner_page.get_by_text("Previous row")).to_have_count(0)


def test_the_search_of_the_table_has_a_key(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    owner_page.keyboard.press("f")
    owner_page.keyboard.type("database-0")
    expect(table.rows).to_have_count(1)
    owner_page.keyboard.press("Escape")
    owner_page.keyboard.press("j")
    owner_page.keyboard.press("Enter")
    expect(table.panel()).to_contain_text("database-0")


def test_a_name_opens_in_a_new_tab(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/workloads/pods?q=database-0").loaded()
    name = table.rows.first.get_by_role("link", name="database-0")
    for how in ({"modifiers": ["Control"]}, {"button": "middle"}):
        with owner_page.context.expect_page() as opened:
            name.click(**how)
        opened.value.wait_for_url("**/clusters/local/pods/data/database-0*")
        opened.value.close()
    expect(table.panel()).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_back_returns_to_the_very_place(
    owner_page: Page, console: ConsoleProcess, width: int
) -> None:
    owner_page.set_viewport_size({"width": width, "height": 844})
    # Of pods that jobs do not run: those come and go, and the others' places with them.
    stays = "/workloads/pods?filter=owner_kind%21%3DJob&sort=name"
    table = TablePage(owner_page, console, stays).loaded()
    scroller = owner_page.locator(".cr-scroller")
    scroller.evaluate("element => element.scrollTo(0, 900)")
    # Until the rows there are drawn, the tenth is one of those that are about to go.
    wait_until(owner_page, lambda: int(table.rows.first.get_attribute("aria-rowindex") or 0) > 4)
    row = table.rows.nth(10)
    name = row.get_by_role("link").first
    expect(name).to_be_visible()
    words = name.inner_text()
    top = scroller.evaluate("element => element.scrollTop")
    name.click()
    expect(table.panel()).to_be_visible()
    title = table.panel().get_by_role("link").first
    title.click()
    owner_page.wait_for_url("**/clusters/local/pods/**")
    owner_page.get_by_role("heading", level=1).wait_for()
    owner_page.go_back()
    expect(table.panel()).to_be_visible()
    owner_page.go_back()
    expect(table.panel()).to_have_count(0)
    assert query(owner_page)["sort"] == ["name"]
    wait_until(owner_page, lambda: scroller.evaluate("element => element.scrollTop") == top)
    expect(owner_page.get_by_role("link", name=words, exact=True)).to_be_visible()


def test_the_panel_covers_nothing_that_moves(owner_page: Page, console: ConsoleProcess) -> None:
    """The columns stand where they stood; below 1200 px the table behind takes no focus."""
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    head = table.column("Status")
    before = head.bounding_box()
    table.rows.first.click()
    expect(table.panel()).to_be_visible()
    assert head.bounding_box() == before
    box = table.panel().bounding_box()
    assert box is not None
    assert (box["width"], box["x"] + box["width"]) == (420, 1440)
    owner_page.set_viewport_size({"width": 1100, "height": 844})
    expect(owner_page.locator(".cr-table-page[inert]")).to_have_count(1)
    owner_page.keyboard.press("Escape")
    expect(table.panel()).to_have_count(0)


def test_the_panels_title_opens_the_page(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/workloads/pods?q=database-0").loaded()
    table.rows.first.click()
    table.panel().get_by_role("link", name="database-0").first.click()
    owner_page.wait_for_url("**/clusters/local/pods/data/database-0*")
    expect(owner_page.get_by_role("heading", level=1)).to_contain_text("database-0")


def test_filters_live_in_the_url_and_can_be_shared(
    owner_page: Page, console: ConsoleProcess
) -> None:
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    owner_page.get_by_role("button", name="Filter by Status").click()
    owner_page.get_by_role("checkbox", name=re.compile("^CrashLoopBackOff")).click()
    owner_page.keyboard.press("Escape")
    expect(table.rows.first).to_contain_text("CrashLoopBackOff")
    table.search("fraud")
    owner_page.wait_for_url("**q=fraud*")
    expect(table.rows.filter(has_not_text="fraud")).to_have_count(0)
    expect(table.rows).not_to_have_count(0)
    shared = owner_page.url
    chosen = owner_page.get_by_role("button", name=re.compile(r"^Filter by Status\s*1$"))
    expect(chosen).to_be_visible()
    assert violations(owner_page) == []
    assert query(owner_page)["filter"] == ["status=CrashLoopBackOff"]
    again = owner_page.context.new_page()
    again.goto(shared)
    again.locator("tr.cr-row[data-key]").first.wait_for()
    # Pods go in and out of the back-off: the two tabs agree at the same moment.
    wait_until(again, lambda: again.locator(".cr-total").inner_text() == table.total())
    owner_page.go_back()
    expect(table.rows.nth(20)).to_be_visible()


def test_a_click_sorts_all_rows_on_the_server(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/machines").loaded()
    owner_page.get_by_role("button", name="Name", exact=True).click()
    owner_page.wait_for_url("**sort=name*")
    expect(table.column("Name")).to_have_attribute("aria-sort", "ascending")
    wait_until(owner_page, lambda: table.names() == sorted(table.names()))
    owner_page.get_by_role("button", name="Name", exact=True).click()
    owner_page.wait_for_url("**sort=-name*")
    wait_until(owner_page, lambda: table.names() == sorted(table.names(), reverse=True))


def test_scope_narrows_every_page(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    owner_page.get_by_role("button", name=re.compile("^Namespace:")).click()
    owner_page.get_by_role("option", name="payments").click()
    owner_page.wait_for_url("**namespace=payments*")
    expect(table.rows.filter(has_text="database-0")).to_have_count(0)
    owner_page.get_by_role("link", name="Services").click()
    owner_page.wait_for_url("**/workloads/services?*namespace=payments*")


def test_csv_is_the_table_that_is_shown(owner_page: Page, console: ConsoleProcess) -> None:
    # A job's pod may end between two downloads: of those that stay.
    only = "filter=namespace%3Dpayments&filter=name~ledger"
    TablePage(owner_page, console, f"/workloads/pods?{only}").loaded()
    heads = [text for text in owner_page.locator("th.cr-th").all_inner_texts() if text.strip()]

    def lines(what: str) -> list[str]:
        owner_page.get_by_role("button", name="Download", exact=True).click()
        with owner_page.expect_download() as download:
            owner_page.get_by_role("menuitem", name=what).click()
        return download.value.path().read_text().splitlines()

    def downloaded(what: str) -> list[dict[str, str]]:
        return list(csv.DictReader(lines(what)))

    shown = downloaded("These columns, as shown")
    assert {row["Namespace"] for row in shown} == {"payments"}
    assert list(shown[0]) == [head.strip() for head in heads]
    everything = downloaded("All columns, plain numbers")
    assert len(everything) == len(shown)
    assert {"Memory requested", "Namespace"} < set(everything[0])
    assert all(row["Memory requested"].isdigit() for row in everything)
    found = [json.loads(line) for line in lines("All columns, JSON lines")]
    assert [row["name"] for row in found] == [row["Name"] for row in everything]


def test_the_palette_opens_the_page_of_an_object(owner_page: Page, console: ConsoleProcess) -> None:
    TablePage(owner_page, console, "/machines").loaded()
    options = Shell(owner_page).jump("fraud-check")
    workloads = owner_page.get_by_role("group", name="Workloads")
    expect(workloads.get_by_role("option").first).to_contain_text("fraud-check")
    expect(options.first).to_have_attribute("aria-selected", "true")
    owner_page.keyboard.press("Enter")
    owner_page.wait_for_url("**/clusters/local/deployments/payments/fraud-check*")
    expect(owner_page.get_by_role("combobox", name="Jump to anything")).to_have_count(0)


def test_the_palette_forgives_a_typing_error_and_knows_where_one_was(
    owner_page: Page, console: ConsoleProcess
) -> None:
    TablePage(owner_page, console, "/machines").loaded()
    Shell(owner_page).choose("fruad-check", "fraud-check")
    owner_page.wait_for_url("**/clusters/local/**fraud-check*")
    expect(owner_page.get_by_role("heading", level=1)).to_contain_text("fraud-check")
    # A place counts once somebody stayed for a moment; the page one is on is no place to go to.
    kept = "Object.values(localStorage).some((value) => value.includes('fraud-check'))"
    owner_page.wait_for_function(kept)
    owner_page.get_by_role("link", name="Machines", exact=True).click()
    owner_page.wait_for_url("**/machines*")
    owner_page.keyboard.press("/")
    recent = owner_page.get_by_role("group", name="Recent places")
    expect(recent.get_by_role("option", name=re.compile("fraud-check")).first).to_be_visible()


def test_the_palette_does_what_it_is_told(owner_page: Page, console: ConsoleProcess) -> None:
    TablePage(owner_page, console, "/workloads/pods").loaded()
    Shell(owner_page).choose("theme: dark", "dark")
    expect(owner_page.locator("html.pf-v6-theme-dark")).to_have_count(1)
    Shell(owner_page).choose("namespace payments", "payments")
    owner_page.wait_for_url("**/workloads/pods?namespace=payments*")
    Shell(owner_page).choose("sign out", "sign out")
    owner_page.wait_for_url("**/login*")


def test_columns_are_chosen_and_remembered_in_the_url(
    owner_page: Page, console: ConsoleProcess
) -> None:
    TablePage(owner_page, console, "/machines").loaded()
    owner_page.get_by_role("button", name="Columns and density").click()
    owner_page.get_by_role("checkbox", name="Kernel").click()
    owner_page.keyboard.press("Escape")
    expect(owner_page.get_by_role("columnheader", name="Kernel")).to_be_visible()
    assert "kernel" in query(owner_page)["cols"][0]


def test_a_view_is_kept_shared_by_its_link_and_removed(
    owner_page: Page, console: ConsoleProcess
) -> None:
    table = TablePage(owner_page, console, "/workloads/pods?sort=-restarts").loaded()
    owner_page.get_by_role("button", name="Saved views").click()
    owner_page.get_by_role("menuitem", name="Save this view…").click()
    dialogue = owner_page.get_by_role("dialog")
    dialogue.get_by_role("textbox").first.fill("Restarting")
    dialogue.get_by_role("button", name="Save").click()
    dialogue.get_by_text("Done.").wait_for()
    owner_page.keyboard.press("Escape")
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    owner_page.get_by_role("button", name="Saved views").click()
    owner_page.get_by_role("menuitem", name="Restarting").click()
    owner_page.wait_for_url("**sort=-restarts*view=*")
    expect(table.column("Restarts")).to_have_attribute("aria-sort", "descending")
    view = query(owner_page)["view"][0]
    owner_page.goto(f"{console.url}/workloads/pods?view={view}")
    owner_page.wait_for_url("**sort=-restarts*")
    owner_page.get_by_role("button", name="Saved views: Restarting").click()
    owner_page.get_by_role("menuitem", name=re.compile("^Remove")).click()
    owner_page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    owner_page.get_by_role("dialog").get_by_text("Done.").wait_for()


def test_events_say_when_where_there_is_little_room(
    owner_page: Page, console: ConsoleProcess
) -> None:
    owner_page.set_viewport_size({"width": 800, "height": 900})
    table = TablePage(owner_page, console, "/events").loaded()
    expect(table.column("Last seen")).to_be_visible()
    expect(table.column("Message")).to_be_visible()
    expect(table.column("Count")).to_have_count(0)


def test_activity_says_on_a_phone_what_was_done(owner_page: Page, console: ConsoleProcess) -> None:
    with console.caller() as owner:
        login = console.add_member(owner)
    owner_page.set_viewport_size({"width": 390, "height": 844})
    table = TablePage(owner_page, console, f"/activity?q={login}").loaded()
    expect(table.rows.first).to_contain_text(f"Created user {login}")


def test_ticked_rows_are_downloaded(owner_page: Page, console: ConsoleProcess) -> None:
    table = TablePage(
        owner_page, console, "/workloads/pods?filter=name~database&sort=name"
    ).loaded()
    expect(table.rows).to_have_count(3)
    names = table.names()[:2]
    for name in names:
        owner_page.get_by_role("checkbox", name=f"Select {name}").check()
    with owner_page.expect_download() as download:
        owner_page.get_by_role("button", name="Download these as CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [row["Name"] for row in rows] == names
