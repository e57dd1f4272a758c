"""Lists of things in forms, against the real service: waves, windows, a package's extra files."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage
from tests.browser.test_updates import post

Made = dict[str, Any]


@pytest.fixture
def made(console: ConsoleProcess) -> Made:
    """A group and a package of an application of their own."""
    mark = uuid.uuid4().hex[:8]
    with console.caller() as caller:
        app = post(caller, "applications", {"appid": f"app.{mark}", "name": f"app {mark}"})
        below = f"applications/{app['id']}"
        named = {"name": f"group {mark}", "track": mark, "arch": "amd64"}
        group = post(caller, f"{below}/groups", named)
        package = {
            "release": f"4000.0.{int(mark, 16) % 100_000}",
            "arch": "amd64",
            "url": "https://mirror.test/",
            "filename": "update.gz",
            "size": 5,
            "sha256": base64.b64encode(bytes(32)).decode(),
        }
        return {"group": group, "package": post(caller, f"{below}/packages", package)}


def inner(dialogue: Locator, path: str) -> Locator:
    """The input of a field of a thing in a list, by the name the API has for it."""
    return dialogue.locator(f"[data-field='{path}']").locator("input, select").first


def opened(page: Page, console: ConsoleProcess, table: str, name: str, verb: str) -> Locator:
    """The dialogue of what can be done with a row."""
    found = TablePage(page, console, f"/updates/{table}?q={name}").loaded()
    found.row(name).first.locator(".cr-name-link").click()
    found.panel().get_by_role("button", name=verb, exact=True).click()
    return page.get_by_role("dialog")


def now(console: ConsoleProcess, path: str) -> Made:
    with console.caller() as caller:
        return caller.get(f"/updates/{path}").json()


def test_waves_are_added_put_in_order_refused_at_their_field_and_undone(
    owner_page: Page, console: ConsoleProcess, made: Made
) -> None:
    page, group = owner_page, made["group"]
    dialogue = opened(page, console, "groups", group["name"], "Policy")
    for _ in range(2):
        dialogue.get_by_role("button", name="Add a wave").press("Enter")
    page.keyboard.type("the first")
    expect(inner(dialogue, "waves.1.name")).to_have_value("the first")
    inner(dialogue, "waves.1.kind").select_option("canary")
    inner(dialogue, "waves.1.machines").fill("0")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save", exact=True).click()
    expect(dialogue.locator("[data-field='waves.1.machines']")).to_contain_text("At least 1.")
    expect(inner(dialogue, "waves.1.machines")).to_be_focused()
    inner(dialogue, "waves.1.machines").fill("3")
    dialogue.get_by_role("button", name="Preview").click()
    waves = dialogue.locator("[data-field=waves]")
    expect(waves).to_contain_text("the last wave must be of kind 'all'")
    dialogue.get_by_role("button", name="Move Wave 2 up").press("Enter")
    expect(dialogue.get_by_role("button", name="Move Wave 1 down")).to_be_focused()
    expect(waves).not_to_contain_text("the last wave must be of kind 'all'")
    dialogue.get_by_role("button", name="Add a window").click()
    dialogue.get_by_role("checkbox", name="Sun").check()
    inner(dialogue, "windows.0.start").fill("22:30")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save", exact=True).click()
    expect(dialogue).to_contain_text("Done.")
    policy = now(console, f"groups/{group['id']}")["policy"]
    assert [wave["kind"] for wave in policy["waves"]] == ["canary", "all"]
    assert policy["waves"][0] | {"machines": 3, "name": "the first"} == policy["waves"][0]
    (window,) = policy["windows"]
    assert {**window, "days": sorted(window["days"])} == {
        "days": [0, 1, 2, 3, 4, 6], "start": 1350, "end": 1020,
    }  # fmt: skip
    dialogue.get_by_role("button", name="Undo").click()
    expect(dialogue).to_contain_text("Undone.")
    assert now(console, f"groups/{group['id']}")["policy"]["waves"] == []


def test_waves_are_put_in_order_by_the_mouse(
    owner_page: Page, console: ConsoleProcess, made: Made
) -> None:
    dialogue = opened(owner_page, console, "groups", made["group"]["name"], "Policy")
    for place, name in enumerate(("first", "second")):
        dialogue.get_by_role("button", name="Add a wave").click()
        inner(dialogue, f"waves.{place}.name").fill(name)
    heads = dialogue.locator("[data-field=waves] .cr-list-handle")
    heads.nth(1).locator("span").first.drag_to(heads.nth(0).locator("span").first)
    expect(inner(dialogue, "waves.0.name")).to_have_value("second")
    expect(inner(dialogue, "waves.1.name")).to_have_value("first")
    said = dialogue.locator("[data-field=waves]").get_by_role("status")
    expect(said).to_have_text("Wave 2 is Wave 1 now.")


def test_a_list_left_half_done_is_there_when_its_form_is_opened_again(
    owner_page: Page, console: ConsoleProcess, made: Made
) -> None:
    page, name = owner_page, made["group"]["name"]
    dialogue = opened(page, console, "groups", name, "Policy")
    dialogue.get_by_role("button", name="Add a wave").click()
    inner(dialogue, "waves.0.name").fill("half done")
    dialogue.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Leave").click()
    expect(dialogue).to_have_count(0)
    dialogue = opened(page, console, "groups", name, "Policy")
    expect(inner(dialogue, "waves.0.name")).to_have_value("half done")


def test_extra_files_of_a_package_are_refused_at_their_field_and_kept(
    owner_page: Page, console: ConsoleProcess, made: Made
) -> None:
    page, package = owner_page, made["package"]
    dialogue = opened(page, console, "packages", package["release"], "Edit")
    dialogue.get_by_role("button", name="Add a file").click()
    inner(dialogue, "extras.0.name").fill("oem-qemu.gz")
    inner(dialogue, "extras.0.size").fill("7")
    inner(dialogue, "extras.0.sha1").fill("no digest")
    dialogue.get_by_role("button", name="Save", exact=True).click()
    expect(dialogue.locator("[data-field='extras.0.sha1']")).to_contain_text("20 bytes in base64")
    expect(inner(dialogue, "extras.0.sha1")).to_be_focused()
    assert violations(page) == []
    inner(dialogue, "extras.0.sha1").fill("")
    dialogue.get_by_role("button", name="Save", exact=True).click()
    expect(dialogue).to_contain_text("Done.")
    assert now(console, f"packages/{package['id']}")["extras"] == [
        {"name": "oem-qemu.gz", "size": 7, "sha1": "", "sha256": ""}
    ]


def test_a_mirrors_row_on_a_phone_says_what_a_person_needs_first(
    owner_page: Page, console: ConsoleProcess, made: Made
) -> None:
    page, mark = owner_page, made["group"]["track"]
    with console.caller() as caller:
        body = {"machine_id": f"mirror-{mark}", "name": f"mirror {mark}"}
        application = made["group"]["application_id"]
        post(caller, f"applications/{application}/registered-mirrors", body)
    page.set_viewport_size({"width": 390, "height": 844})
    found = TablePage(page, console, f"/updates/mirrors?q={mark}").loaded()
    row = found.row(f"mirror {mark}").first
    expect(row).to_contain_text("Last seen never: it has not asked yet")
    assert violations(page) == []
