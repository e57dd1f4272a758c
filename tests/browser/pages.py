"""What a person sees and does on the console's pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ConsoleProcess

__all__ = ["Shell", "TablePage"]


class Shell:
    """Masthead and navigation."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def jump(self, text: str) -> Locator:
        """Open the palette, type, and give the options."""
        self.page.keyboard.press("/")
        self.page.get_by_role("combobox", name="Jump to anything").fill(text)
        return self.page.get_by_role("option")

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
        expect(self.rows.first).to_be_visible(timeout=30_000)
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
