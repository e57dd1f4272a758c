"""What a person sees and does on the console's pages."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ConsoleProcess

__all__ = ["Shell", "TablePage", "settled"]


def settled(page: Page, script: str, wanted: object, seconds: float = 30.0) -> None:
    """Fails unless the script gives what is wanted in the end: a live page may be looked at while
    rows come in or a width changes."""
    ends = time.monotonic() + seconds
    while (found := page.evaluate(script)) != wanted:
        assert time.monotonic() < ends, found
        page.wait_for_timeout(200)


class Shell:
    """Masthead and navigation."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def jump(self, text: str) -> Locator:
        """Open the palette, type, and give the options."""
        self.page.keyboard.press("/")
        self.page.get_by_role("combobox", name="Jump to anything").fill(text)
        return self.page.get_by_role("option")

    def choose(self, text: str, option: str) -> None:
        """The same, and take the option of this beginning once it is the one that Enter takes."""
        self.jump(text)
        chosen = self.page.locator('[role=option][aria-selected="true"]')
        expect(chosen).to_contain_text(re.compile(option, re.IGNORECASE))
        self.page.keyboard.press("Enter")

    def lamp(self, system: str) -> Locator:
        return self.page.locator(f".cr-lamp[data-system={system}]")


class TablePage:
    """A page that is one live table."""

    def __init__(self, page: Page, console: ConsoleProcess, path: str) -> None:
        self.page = page
        self.console = console
        page.goto(f"{console.url}{path}")

    @property
    def rows(self) -> Locator:
        return self.page.locator("tr.cr-row[data-key]")

    @property
    def freshness(self) -> Locator:
        return self.page.locator(".cr-fresh").first

    def loaded(self) -> TablePage:
        """Wait for the first rows, on a busy machine too."""
        expect(self.rows.first).to_be_visible()
        return self

    def row(self, name: str) -> Locator:
        return self.rows.filter(has_text=name)

    def names(self) -> list[str]:
        return self.page.locator(".cr-name-link").all_inner_texts()

    def column(self, label: str) -> Locator:
        return self.page.get_by_role("columnheader", name=label, exact=True)

    def search(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Search this table").fill(text)

    def total(self) -> str:
        return self.page.locator(".cr-total").inner_text()

    def panel(self) -> Locator:
        return self.page.locator(".cr-panel")
