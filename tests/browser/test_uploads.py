"""Uploading a payload in Chromium to the real service: whole, broken off, gone on with, refused."""

from __future__ import annotations

import hashlib
import random
import re
import struct
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import SOON_MS, ConsoleProcess
from tests.browser.fleet import Fleet, wait_for
from tests.browser.pages import TablePage
from tests.cutline import cut_line

SIZE = 5 << 20
LONG_MS = 3 * SOON_MS
"""Of a line that was cut the console may think for 20 s that its sender still writes."""


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    """An update payload of 5 MiB with a name and bytes of its own."""
    name = f"flatcar {uuid.uuid4().hex[:8]}.gz"
    head = struct.pack(">4sQQ", b"CrAU", 1, 1000)
    path = tmp_path / name
    path.write_bytes(head + random.Random(name).randbytes(SIZE - len(head)))
    return path


def hosted_name(payload: Path) -> str:
    return payload.name.replace(" ", "-")


def choose(page: Page, at: Locator, path: Path) -> None:
    """Choose a file as a person does, by the button."""
    with page.expect_file_chooser() as chooser:
        at.click()
    chooser.value.set_files(path)


def begin(page: Page, url: str, path: Path) -> Locator:
    """Open the page, choose the file and send it; its line."""
    page.goto(f"{url}/updates/upload")
    choose(page, page.get_by_role("button", name="Choose a file"), path)
    page.get_by_role("button", name="Upload", exact=True).click()
    return line_of(page, path)


def line_of(page: Page, path: Path) -> Locator:
    return page.locator(f"[data-upload='{hosted_name(path)}']")


def expect_hosted(line: Locator, console: ConsoleProcess, payload: Path) -> None:
    """The service has the file, byte for byte."""
    expect(line).to_have_attribute("data-stage", "done", timeout=LONG_MS)

    def hosted() -> list[str]:
        with console.caller() as caller:
            rows = caller.get("/collections/payloads", params={"q": hosted_name(payload)}).json()
        return [row["sha256"] for row in rows["rows"]]

    wait_for(lambda: hosted() == [hashlib.sha256(payload.read_bytes()).hexdigest()])


def test_a_payload_is_uploaded_and_made_a_package(
    owner_page: Page, console: ConsoleProcess, payload: Path
) -> None:
    page = owner_page
    TablePage(page, console, "/updates/payloads")
    page.get_by_role("button", name="Upload a payload").click()
    button = page.get_by_role("button", name="Choose a file")
    expect(button).to_be_visible()
    assert violations(page) == []
    choose(page, button, payload)
    name = page.locator("[data-field=name] input")
    expect(name).to_have_value(hosted_name(payload))
    name.fill("no/name")
    page.get_by_role("button", name="Upload", exact=True).press("Enter")
    expect(page.locator("[data-field=name]")).to_contain_text("letters, digits")
    assert violations(page) == []
    name.fill(hosted_name(payload))
    page.get_by_role("button", name="Upload", exact=True).press("Enter")
    line = line_of(page, payload)
    expect_hosted(line, console, payload)
    assert violations(page) == []
    line.get_by_role("link", name="Show the payload").click()
    appid = f"app.{uuid.uuid4().hex}"
    with console.caller() as caller:
        made = caller.post("/updates/applications", json={"appid": appid, "name": appid})
        assert made.status_code == 201, made.text
    page.locator(".cr-panel").get_by_role("button", name="Make a package").click()
    dialogue = page.get_by_role("dialog")
    dialogue.locator("[data-field=application] select").select_option(label=appid)
    dialogue.locator("[data-field=release] input").fill("4321.0.0")
    dialogue.get_by_role("button", name="Make a package").click()
    dialogue.get_by_role("link", name="Show the result").click()
    expect(page.locator(".cr-panel")).to_contain_text("4321.0.0")


def test_a_cut_line_is_waited_for_and_the_upload_goes_on_by_itself(
    owner_page: Page, console: ConsoleProcess, payload: Path
) -> None:
    page = owner_page
    parts = urlsplit(console.url)
    with cut_line(parts.hostname or "", parts.port or 0) as line:
        page.goto(f"{line.url}/updates/upload")
        choose(page, page.get_by_role("button", name="Choose a file"), payload)
        line.cut_in(SIZE // 2)
        page.get_by_role("button", name="Upload", exact=True).click()
        shown = line_of(page, payload)
        expect(shown).to_contain_text("It goes on by itself.")
        assert line.cut.is_set()
        line.mend()
        expect_hosted(shown, console, payload)
        page.goto("about:blank")


def test_an_upload_goes_on_after_the_page_is_loaded_anew_with_the_same_file_only(
    owner_page: Page, console: ConsoleProcess, payload: Path, tmp_path: Path
) -> None:
    page = owner_page
    sent: list[str] = []

    def first_only(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(route.request.url)
        if route.request.method == "PATCH" and len(sent) > 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile(r"/updates/uploads/[0-9a-f]{32}$"), first_only)
    line = begin(page, console.url, payload)
    expect(line).to_contain_text("It goes on by itself.")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute_all()
    expect(line).to_have_attribute("data-stage", "left")
    expect(line).to_contain_text("1 MiB of 5 MiB")
    assert violations(page) == []
    other = tmp_path / "other.gz"
    other.write_bytes(bytes(SIZE))
    go_on = line.get_by_role("button", name="Go on")
    choose(page, go_on, other)
    expect(line).to_contain_text("The chosen file is another one")
    other.write_bytes(b"short")
    choose(page, go_on, other)
    expect(page.get_by_text("The chosen file has another size")).to_be_visible()
    choose(page, go_on, payload)
    expect_hosted(line, console, payload)


def test_what_is_no_payload_is_refused_in_a_sentence_and_a_stopped_one_discarded(
    owner_page: Page, console: ConsoleProcess, payload: Path, tmp_path: Path
) -> None:
    page = owner_page
    wrong = tmp_path / f"wrong-{uuid.uuid4().hex[:8]}.gz"
    wrong.write_bytes(b"<html>not found</html>" * 100)
    line = begin(page, console.url, wrong)
    expect(line).to_contain_text("It is an HTML or XML page")
    assert violations(page) == []
    line.get_by_role("button", name="Leave out").click()
    expect(line).to_have_count(0)
    page.route(
        re.compile(r"/updates/uploads/[0-9a-f]{32}$"),
        lambda route: (
            route.abort("connectionreset") if route.request.method == "PATCH" else route.continue_()
        ),
    )
    line = begin(page, console.url, payload)
    expect(line).to_contain_text("It goes on by itself.")
    line.get_by_role("button", name="Stop").click()
    expect(line).to_contain_text("Stopped here.")
    line.get_by_role("button", name="Discard").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Discard").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(line).to_have_count(0)
    with console.caller() as caller:
        items = caller.get("/updates/uploads").json()["items"]
    assert hosted_name(payload) not in {item["name"] for item in items}


def test_files_that_no_package_needs_are_removed_together(
    owner_page: Page, console: ConsoleProcess, tmp_path: Path
) -> None:
    page, fleet = owner_page, Fleet(console)
    head = struct.pack(">4sQQ", b"CrAU", 1, 1000)
    for name in ("free", "other", "used"):
        path = tmp_path / f"{fleet.mark}-{name}.gz"
        path.write_bytes(head + random.Random(path.name).randbytes(9_000))
        expect_hosted(begin(page, console.url, path), console, path)
    (used,) = (key for key, row in fleet.rows("payloads").items() if "used" in row["name"])
    made = {"release": "5000.1.0", "arch": "amd64", "file_id": int(used)}
    fleet.post(f"applications/{fleet.application}/packages", made)
    table = TablePage(page, console, f"/updates/payloads?q={fleet.mark}").loaded()
    expect(table.rows).to_have_count(3)
    page.get_by_role("checkbox", name="Select all rows shown").check()
    bar = page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Delete", exact=True).click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-refused]")).to_have_text(
        f"{fleet.mark}-used.gz: a package needs it."
    )
    expect(dialogue.locator("[data-part]")).to_have_count(2)
    assert violations(page) == []
    dialogue.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(dialogue).to_contain_text("2 of 2 done.")
    wait_for(lambda: list(fleet.rows("payloads")) == [used])
