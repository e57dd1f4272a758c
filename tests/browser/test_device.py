"""A command line is let in on a page of the console, and ended there."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import ConsoleProcess
from tests.browser.test_pages import examine
from tests.commandline import CommandLine


def test_a_command_line_is_let_in_and_ended(
    owner_page: Page, console: ConsoleProcess, tmp_path: Path
) -> None:
    page, shell = owner_page, CommandLine(tmp_path)
    output = tmp_path / "login"
    asking = shell.started(output, "login", console.url, "--name", "here")
    try:
        code = code_in(output, page)
        page.goto(f"{console.url}/device#{code}")
        expect(page.get_by_label("Code")).to_have_value(code)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("craton on ")).to_be_visible()
        examine(page, "device-asking")
        page.get_by_role("button", name="Let it in").click()
        expect(page.get_by_text("It is let in.")).to_be_visible()
        assert asking.wait(60) == 0, output.read_text()
        assert "Signed in to" in output.read_text()
        assert shell.run("whoami").startswith("owner at ")
        assert "* " in shell.run("context", "list")
        page.get_by_role("link", name="My sessions").click()
        line = page.locator("tbody tr").filter(has_text="craton on ").first
        expect(line).to_contain_text("by device")
        shell.run("logout")
        assert "not signed in" in shell.run("whoami", code=3)
    finally:
        asking.kill()
        asking.wait(30)


def test_a_command_line_is_refused(
    owner_page: Page, console: ConsoleProcess, tmp_path: Path
) -> None:
    page, shell = owner_page, CommandLine(tmp_path)
    output = tmp_path / "login"
    asking = shell.started(output, "login", console.url)
    try:
        code = code_in(output, page)
        page.goto(f"{console.url}/device")
        page.get_by_label("Code").fill(code.lower().replace("-", " "))
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Refuse").click()
        expect(page.get_by_text("It is refused.")).to_be_visible()
        assert asking.wait(60) == 3
        assert "was refused in the console" in output.read_text()
    finally:
        asking.kill()
        asking.wait(30)


def code_in(output: Path, page: Page) -> str:
    """The code that the command line shows, once it does."""
    for _ in range(600):
        found = re.search(r"code\s+([A-Z]{4}-[A-Z]{4})", output.read_text())
        if found:
            return found[1]
        page.wait_for_timeout(100)
    raise AssertionError(output.read_text())
