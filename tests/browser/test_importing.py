"""A file of keys tried and brought into the store in the browser: nothing before it is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage
from tests.browser.test_keys import Folder, folder, picture

__all__ = ["folder"]

pytestmark = pytest.mark.timeout(600)


def file_of(tmp_path: Path, *keys: dict[str, Any]) -> Path:
    made = tmp_path / "keys.json"
    made.write_text(json.dumps({"format": "craton.keys/1", "keys": keys, "complete": True}))
    return made


def test_keys_are_tried_then_written_and_what_was_not_is_named(
    owner_page: Page, console: ConsoleProcess, folder: Folder, tmp_path: Path
) -> None:
    page = owner_page
    for name, value in (("changed", "one\ntwo\n"), ("same", "x"), ("theirs", "old")):
        folder.put(name, value)
    text = file_of(
        tmp_path,
        {"key": f"{folder.path}new", "value": "made", "lease": "1f"},
        {"key": f"{folder.path}changed", "value": "one\n2\n"},
        {"key": f"{folder.path}same", "value": "x"},
        {"key": f"{folder.path}theirs", "value": "mine"},
        {"key": f"{folder.path}token", "hidden": "it is a secret"},
        {"key": "/registry/pods/default/web", "value": "x"},
    )
    where = f"/key-value/keys?filter={quote(f'folder^={folder.path}')}"
    TablePage(page, console, where).loaded()
    page.get_by_role("button", name="Actions", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Import keys from a file").press("Enter")
    expect(page.get_by_role("heading", name="Import keys")).to_be_visible()
    assert violations(page) == []
    page.locator("input[type=file]").set_input_files(text)
    told = page.get_by_role("status")
    expect(told).to_contain_text("1 to create, 2 to change, 1 as they are already, 2 refused.")
    expect(told).to_contain_text("Nothing was written.")
    table = page.get_by_role("region", name="Keys of the file")
    rows = table.locator("tbody tr")
    expect(rows.first).to_have_attribute("data-does", "refused")
    expect(table).to_contain_text("The file does not hold its value: it is a secret.")
    expect(table).to_contain_text("This key is Kubernetes' own and only read here")
    expect(table).to_contain_text("here it is made without one.")
    page.get_by_role("button", name=f"Show what changes of {folder.path}changed").press("Enter")
    diff = page.get_by_role("region", name=f"What changes of {folder.path}changed")
    expect(diff).to_contain_text("two")
    picture(page, "import-plan")
    assert violations(page) == []
    assert folder.get("new") == ""
    folder.put("theirs", "newer")
    page.get_by_role("button", name="Write 3 keys").press("Enter")
    expect(told).to_contain_text("2 of 3 keys were written. One was not written; it stands first.")
    expect(rows.first).to_have_attribute("data-does", "unwritten")
    expect(rows.first).to_contain_text(f"{folder.path}theirs")
    expect(rows.first).to_contain_text("changed, made or deleted since it was tried")
    picture(page, "import-done")
    assert violations(page) == []
    found = {name: folder.get(name) for name in ("new", "changed", "theirs")}
    assert found == {"new": "made", "changed": "one\n2\n", "theirs": "newer"}
    # Tried again it is against what is there now.
    page.get_by_role("button", name="Try it again").press("Enter")
    expect(told).to_contain_text("0 to create, 1 to change, 3 as they are already, 2 refused.")
    page.get_by_role("button", name="Write one key").press("Enter")
    expect(told).to_contain_text("1 of 1 keys were written.")
    assert folder.get("theirs") == "mine"


def test_it_is_stopped_between_two_batches_and_a_lost_answer_is_told(
    owner_page: Page, console: ConsoleProcess, folder: Folder, tmp_path: Path
) -> None:
    page = owner_page
    text = file_of(
        tmp_path, *({"key": f"{folder.path}{number:03}", "value": "x"} for number in range(60))
    )
    page.goto(f"{console.url}/key-value/local/import")
    page.locator("input[type=file]").set_input_files(text)
    told = page.get_by_role("status")
    expect(told).to_contain_text("60 to create")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/import/batch", hold)
    page.get_by_role("button", name="Write 60 keys").press("Enter")
    expect(told).to_contain_text("0 of 60 keys were sent.")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(told).to_contain_text("Stops after what is on its way.")
    held[0].continue_()
    expect(told).to_contain_text("25 of 60 keys were written. 35 were not written")
    expect(page.get_by_text("It was stopped before.").first).to_be_visible()
    count = folder.stack.etcdctl("get", "--prefix", "--keys-only", folder.path).split()
    assert len(count) == 25
    assert len(held) == 1
    page.unroute("**/import/batch")
    page.get_by_role("button", name="Try it again").press("Enter")
    expect(told).to_contain_text("35 to create, 0 to change, 25 as they are already")
    page.route("**/import/batch", lambda route: route.abort())
    page.get_by_role("button", name="Write 35 keys").press("Enter")
    expect(told).to_contain_text("0 of 35 keys were written. 35 were not written")
    expect(page.locator("tr[data-does=unknown]")).to_have_count(25)
    expect(page.locator("tr[data-does=unsent]")).to_have_count(10)
    assert violations(page) == []
    page.unroute("**/import/batch")
    page.get_by_role("button", name="Try it again").press("Enter")
    page.get_by_role("button", name="Write 35 keys").press("Enter")
    expect(told).to_contain_text("35 of 35 keys were written.")
    assert len(folder.stack.etcdctl("get", "--prefix", "--keys-only", folder.path).split()) == 60


def test_what_is_no_file_of_keys_is_said(
    owner_page: Page, console: ConsoleProcess, tmp_path: Path
) -> None:
    page = owner_page
    page.goto(f"{console.url}/key-value/local/import")
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"a": 1}')
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.locator("main")).to_contain_text("Take an export of a folder of keys")
    large = tmp_path / "large.json"
    large.write_text(" " * (8 * 1024 * 1024 + 1))
    page.locator("input[type=file]").set_input_files(large)
    expect(page.locator("main")).to_contain_text("This file is larger than 8 MiB.")
    assert violations(page) == []
