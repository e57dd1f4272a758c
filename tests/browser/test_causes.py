"""Why something is so is never the part that is cut, at any width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage, settled

TABLES = ("/workloads/pods", "/workloads", "/machines", "/workloads/persistentvolumeclaims")
CUT = """() => [...document.querySelectorAll('tr.cr-row[data-key] .cr-two-lines')]
    .filter((each) => each.innerText.length <= 90)
    .filter((each) => each.scrollHeight > each.clientHeight + 2)
    .map((each) => each.innerText)"""
"""Sentences of the length the console itself writes; foreign ones may be longer than a row."""
HEADS = """() => [...document.querySelectorAll('.cr-table th')]
    .filter((each) => [...each.querySelectorAll('*')]
        .some((part) => getComputedStyle(part).textOverflow === 'ellipsis'
            && part.scrollWidth > part.clientWidth + 1))
    .map((each) => each.innerText)"""
OFF_SCREEN = """() => {
    const table = document.querySelector('.cr-table');
    return table.offsetWidth - table.parentElement.clientWidth;
}"""


@pytest.mark.parametrize("pixels", [1920, 1440, 1199, 390])
@pytest.mark.parametrize("path", TABLES)
def test_causes_are_read_to_their_end(
    owner_page: Page, console: ConsoleProcess, path: str, pixels: int
) -> None:
    owner_page.set_viewport_size({"width": pixels, "height": 900})
    TablePage(owner_page, console, path).loaded()
    expect(owner_page.locator("tr.cr-row .cr-two-lines").first).to_be_visible()
    owner_page.wait_for_function(f"() => ({OFF_SCREEN})() <= 0")
    settled(owner_page, CUT, [])
    settled(owner_page, HEADS, [])


def test_chosen_columns_are_all_there(owner_page: Page, console: ConsoleProcess) -> None:
    """Columns without room are left out, but not those somebody asked for."""
    owner_page.set_viewport_size({"width": 800, "height": 900})
    table = TablePage(owner_page, console, "/workloads/pods").loaded()
    expect(table.column("Reason")).to_be_visible()
    expect(table.column("Age")).to_have_count(0)
    chosen = "name,namespace,status,reason,ready,restarts,node,created"
    table = TablePage(owner_page, console, f"/workloads/pods?cols={chosen}").loaded()
    expect(table.column("Age")).to_have_count(1)
