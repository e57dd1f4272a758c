"""The update service's page: what people change, against the real service."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage


def field(dialogue: Locator, name: str) -> Locator:
    return dialogue.locator(f"[data-field='{name}']").locator("input, textarea, select").first


def opened(page: Page, console: ConsoleProcess, table: str, name: str) -> TablePage:
    """The table with the side panel of one of its rows."""
    # What other tests made is more than a screen shows.
    found = TablePage(page, console, f"/updates/{table}?q={quote(name)}").loaded()
    found.row(name).first.locator("td[data-column=name]").click()
    expect(found.panel().get_by_role("button", name="Edit", exact=True)).to_be_visible()
    return found


Group = dict[str, Any]


@pytest.fixture
def group(console: ConsoleProcess) -> Callable[[], Group]:
    """A group of its own with a channel; asks how it is now."""
    mark = uuid.uuid4().hex[:8]
    with console.caller() as caller:
        made = post(caller, "applications", {"appid": f"app.{mark}", "name": f"app {mark}"})
        below = f"applications/{made['id']}"
        channel = post(caller, f"{below}/channels", {"name": mark, "arch": "amd64"})
        body = {"name": f"group {mark}", "track": mark, "arch": "amd64"}
        group = post(caller, f"{below}/groups", {**body, "channel_id": channel["id"]})

    def now() -> Group:
        with console.caller() as caller:
            return caller.get(f"/updates/groups/{group['id']}").json()

    return now


def post(caller: httpx2.Client, path: str, body: Group) -> Group:
    answer = caller.post(f"/updates/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_group_is_changed_seen_in_the_record_and_changed_back(
    owner_page: Page, console: ConsoleProcess, group: Callable[[], Group]
) -> None:
    page = owner_page
    name = group()["name"]
    table = opened(page, console, "groups", name)
    assert violations(page) == []
    table.panel().get_by_role("button", name="Edit", exact=True).click()
    dialogue = page.get_by_role("dialog")
    field(dialogue, "description").fill("changed in the browser")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save", exact=True).click()
    entry = dialogue.get_by_role("link", name="Show the record in Activity")
    expect(entry).to_be_visible()
    assert group()["description"] == "changed in the browser"
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    assert group()["description"] == ""
    entry.click()
    expect(page.locator("tr.cr-row[data-key]").first).to_contain_text(name)


def test_a_policy_is_previewed_and_its_bounds_are_said(
    owner_page: Page, console: ConsoleProcess, group: Callable[[], Group]
) -> None:
    page = owner_page
    name = group()["name"]
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
    question.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_two_people_change_stands_side_by_side(
    owner_page: Page, console: ConsoleProcess, group: Callable[[], Group]
) -> None:
    page = owner_page
    seen = group()
    opened(page, console, "groups", seen["name"]).panel().get_by_role("button", name="Edit").click()
    dialogue = page.get_by_role("dialog")
    field(dialogue, "description").fill("mine")
    with console.caller() as other:
        theirs = other.patch(
            f"/updates/groups/{seen['id']}",
            json={"description": "theirs"},
            headers={"if-match": f'"{seen["version"]}"'},
        )
        assert theirs.status_code == 200, theirs.text
    dialogue.get_by_role("button", name="Save", exact=True).click()
    clash = dialogue.locator("[data-clash=description]")
    expect(clash.get_by_role("radio", name="mine")).to_be_checked()
    expect(clash).to_contain_text("theirs")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save again").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    assert group()["description"] == "theirs"


def test_an_application_grows_a_channel_and_a_group(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    table = TablePage(page, console, "/updates/applications")
    name = f"agent {uuid.uuid4().hex[:6]}"
    page.get_by_role("button", name="Add an application").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Add an application").click()
    expect(dialogue.locator("[data-field=name]")).to_contain_text("This is needed.")
    field(dialogue, "name").fill(name)
    field(dialogue, "appid").fill(name.replace(" ", "."))
    dialogue.get_by_role("button", name="Add an application").click()
    dialogue.get_by_role("link", name="Show the result").click()
    expect(table.panel()).to_be_visible()
    for verb in ("Add channel", "Add group"):
        table.panel().get_by_role("button", name=verb).click()
        field(dialogue, "name").fill("edge")
        if verb == "Add group":
            field(dialogue, "track").fill("edge")
            expect(field(dialogue, "channel_id").locator("option")).to_have_count(2)
            field(dialogue, "channel_id").select_option(label="edge (all)")
        dialogue.get_by_role("button", name=verb).click()
        expect(dialogue).to_contain_text("Done.")
        dialogue.get_by_role("button", name="Close").last.click()
    table.panel().get_by_role("button", name="Delete").click()
    expect(dialogue).to_contain_text(re.compile("1 channels"))
    assert violations(page) == []
    dialogue.get_by_label("Type the name to confirm").fill(name)
    dialogue.get_by_role("button", name="Delete").click()
    expect(dialogue.locator(".pf-v6-c-alert")).to_contain_text("edge")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_accessible_at(
    owner_page: Page, console: ConsoleProcess, group: Callable[[], Group], width: int
) -> None:
    assert group()
    owner_page.set_viewport_size({"width": width, "height": 900})
    TablePage(owner_page, console, "/updates").loaded()
    assert violations(owner_page) == []
