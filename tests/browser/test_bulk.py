"""Changing many rows at once, as people do it: tick, look at what it would do, confirm."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.fleet import wait_for
from tests.browser.pages import TablePage

PASSWORD = "correct horse battery"


@pytest.fixture
def people(console: ConsoleProcess) -> str:
    """The common beginning of three logins; the third is switched off."""
    mark = f"many-{uuid.uuid4().hex[:6]}"
    with console.caller() as caller:
        made = [
            caller.post("/users", json={"login": f"{mark}-{one}", "password": PASSWORD}).json()
            for one in ("a", "b", "c")
        ]
        for one in made[:2]:
            grant = {"subject": one["login"], "role": "viewer", "scope": "org/main"}
            assert caller.post("/bindings", json=grant).status_code == 201
        third = made[2]
        off = caller.patch(
            f"/users/{third['id']}",
            json={"disabled": True},
            headers={"If-Match": f'"{third["row_version"]}"'},
        )
        assert off.status_code == 200, off.text
    return mark


def tick(page: Page, names: list[str]) -> Locator:
    """Tick the rows of these names; the bar that then offers what can be done with them."""
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    return page.get_by_role("group", name="Selected rows")


def test_people_are_switched_off_together_told_one_by_one_and_switched_on_again(
    owner_page: Page, console: ConsoleProcess, people: str
) -> None:
    page = owner_page
    table = TablePage(page, console, f"/access?q={people}").loaded()
    expect(table.rows).to_have_count(3)
    bar = tick(page, [f"{people}-{one}" for one in "abc"])
    bar.get_by_role("button", name="Switch off").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-refused]")).to_have_text(f"{people}-c: switched off already.")
    expect(dialogue.locator("[data-part]")).to_have_text([f"{people}-a", f"{people}-b"])
    assert violations(page) == []
    dialogue.get_by_role("button", name="Switch off").press("Enter")
    expect(dialogue).to_contain_text("2 of 2 done.")
    expect(dialogue.get_by_role("link", name=f"record of {people}-a")).to_be_visible()
    assert violations(page) == []
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(bar.get_by_role("status")).to_have_text("1 row selected")

    def switched_off() -> dict[str, bool]:
        with console.caller() as caller:
            found = caller.get("/collections/users", params={"q": people}).json()["rows"]
        return {row["login"][-1]: row["disabled"] for row in found}

    wait_for(lambda: switched_off() == {"a": False, "b": False, "c": True})


def test_one_that_fails_is_named_and_the_others_are_done(
    owner_page: Page, console: ConsoleProcess, people: str
) -> None:
    page = owner_page
    TablePage(page, console, f"/access?q={people}").loaded()
    bar = tick(page, [f"{people}-a", f"{people}-b"])
    bar.get_by_role("button", name="Remove").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("This cannot be undone.")
    with console.caller() as other:
        found = other.get("/collections/users", params={"q": f"{people}-a"}).json()["rows"]
        assert other.delete(f"/users/{found[0]['key']}").status_code == 204
    dialogue.get_by_role("button", name="Remove").click()
    expect(dialogue).to_contain_text("1 of 2 done.")
    failed = dialogue.locator("[data-outcome=failed]")
    expect(failed).to_contain_text(f"{people}-a")
    record = dialogue.get_by_role("link", name=f"record of {people}-b")
    record.click()
    expect(page.locator("tr.cr-row[data-key]").first).to_contain_text(f"{people}-b")


def test_roles_are_taken_away_together_and_given_back(
    owner_page: Page, console: ConsoleProcess, people: str
) -> None:
    page = owner_page
    table = TablePage(page, console, f"/access/bindings?q={people}").loaded()
    expect(table.rows).to_have_count(2)
    page.get_by_role("checkbox", name="Select all rows shown").check()
    bar = page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Take away").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-part]")).to_have_count(2)
    dialogue.get_by_role("button", name="Take away").click()
    expect(dialogue).to_contain_text("2 of 2 done.")
    expect(table.rows).to_have_count(0)
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(table.rows).to_have_count(2)


def test_a_connection_declared_elsewhere_is_named_as_one_that_stays(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    table = TablePage(page, console, "/connections").loaded()
    table.rows.first.get_by_role("checkbox").check()
    bar = page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Switch off").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-refused]")).to_contain_text("declared elsewhere")
    expect(dialogue.get_by_role("button", name="Switch off")).to_be_disabled()


def test_rows_are_ticked_on_a_phone(owner_page: Page, console: ConsoleProcess) -> None:
    with console.caller() as owner:
        login = console.add_member(owner)
    owner_page.set_viewport_size({"width": 390, "height": 844})
    TablePage(owner_page, console, f"/access?q={login}").loaded()
    owner_page.get_by_role("checkbox", name=f"Select {login}").check()
    bar = owner_page.locator(".cr-selection")
    expect(bar.get_by_role("button", name="Switch off")).to_be_visible()
    assert violations(owner_page) == []
