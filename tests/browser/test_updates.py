"""The update service's page: what people change, against the real service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage

WAIT = 30_000


def field(dialogue: Locator, name: str) -> Locator:
    return dialogue.locator(f"[data-field='{name}']").locator("input, textarea, select").first


def opened(page: Page, console: ConsoleProcess, table: str, name: str) -> TablePage:
    """The table with the side panel of one of its rows."""
    found = TablePage(page, console, f"/updates/{table}").loaded()
    found.row(name).first.locator("td[data-column=name]").click()
    expect(found.panel().get_by_role("button", name="Edit", exact=True)).to_be_visible()
    return found


def group_of(console: ConsoleProcess) -> tuple[str, dict[str, object]]:
    """A group of the fresh service, as the API gives it."""
    with console.caller() as caller:
        row = caller.get("/collections/groups?sort=name&limit=1").json()["rows"][0]
        return row["name"], caller.get(f"/updates/groups/{row['key']}").json()


def test_a_group_is_changed_seen_in_the_record_and_changed_back(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    name, _ = group_of(console)
    table = opened(page, console, "groups", name)
    assert violations(page) == []
    table.panel().get_by_role("button", name="Edit", exact=True).click()
    dialogue = page.get_by_role("dialog")
    field(dialogue, "description").fill("changed in the browser")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Edit", exact=True).click()
    entry = dialogue.get_by_role("link", name="Show the record in Activity")
    expect(entry).to_be_visible(timeout=WAIT)
    _, changed = group_of(console)
    assert changed["description"] == "changed in the browser"
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    _, back = group_of(console)
    assert back["description"] != "changed in the browser"
    entry.click()
    expect(page.locator("tr.cr-row[data-key]").first).to_contain_text(name, timeout=WAIT)


def test_a_policy_is_previewed_and_its_bounds_are_said(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    name, _ = group_of(console)
    opened(page, console, "groups", name).panel().get_by_role("button", name="Policy").click()
    dialogue = page.get_by_role("dialog")
    field(dialogue, "schedule.percent").fill("140")
    dialogue.get_by_role("button", name="Preview").click()
    expect(dialogue.locator("[data-field='schedule.percent']")).to_contain_text("At most 100.")
    field(dialogue, "schedule.percent").fill("40")
    dialogue.get_by_role("button", name="Preview").click()
    expect(dialogue.locator("[data-preview]")).to_contain_text("machines could start now")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Leave and throw it away").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_two_people_change_stands_side_by_side(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    name, group = group_of(console)
    opened(page, console, "groups", name).panel().get_by_role("button", name="Edit").click()
    dialogue = page.get_by_role("dialog")
    field(dialogue, "description").fill("mine")
    with console.caller() as other:
        theirs = other.patch(
            f"/updates/groups/{group['id']}",
            json={"description": "theirs"},
            headers={"if-match": f'"{group["version"]}"'},
        )
        assert theirs.status_code == 200, theirs.text
    dialogue.get_by_role("button", name="Edit", exact=True).click()
    clash = dialogue.locator("[data-clash=description]")
    expect(clash.get_by_role("radio", name="mine")).to_be_checked(timeout=WAIT)
    expect(clash).to_contain_text("theirs")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save again").click()
    expect(dialogue).to_contain_text("Done.", timeout=WAIT)
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    assert group_of(console)[1]["description"] == "theirs"


def test_an_application_grows_a_channel_and_a_group(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    table = TablePage(page, console, "/updates/applications").loaded()
    page.get_by_role("button", name="Add an application").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Add an application").click()
    expect(dialogue.locator("[data-field=name]")).to_contain_text("This is needed.")
    field(dialogue, "name").fill("agent")
    field(dialogue, "appid").fill("io.example.agent")
    dialogue.get_by_role("button", name="Add an application").click()
    dialogue.get_by_role("link", name="Show the result").click()
    expect(table.panel()).to_be_visible(timeout=WAIT)
    for verb in ("Add channel", "Add group"):
        table.panel().get_by_role("button", name=verb).click()
        field(dialogue, "name").fill("edge")
        if verb == "Add group":
            field(dialogue, "track").fill("edge")
            expect(field(dialogue, "channel_id").locator("option")).to_have_count(2)
            field(dialogue, "channel_id").select_option(label="edge (all)")
        dialogue.get_by_role("button", name=verb).click()
        expect(dialogue).to_contain_text("Done.", timeout=WAIT)
        dialogue.get_by_role("button", name="Close").last.click()
    table.panel().get_by_role("button", name="Delete").click()
    expect(dialogue).to_contain_text(re.compile("1 channels"))
    assert violations(page) == []
    dialogue.get_by_label("Type the name to confirm").fill("agent")
    dialogue.get_by_role("button", name="Delete").click()
    expect(dialogue.locator(".pf-v6-c-alert")).to_contain_text("edge", timeout=WAIT)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_accessible_at(owner_page: Page, console: ConsoleProcess, width: int) -> None:
    owner_page.set_viewport_size({"width": width, "height": 900})
    TablePage(owner_page, console, "/updates").loaded()
    assert violations(owner_page) == []
