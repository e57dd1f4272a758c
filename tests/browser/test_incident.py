"""A whole incident by the keys and by touch: what fails, why, and back to where one was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage, settled

WORDS = re.compile("^fraud-check")


def test_an_incident_by_the_keys(owner_page: Page, console: ConsoleProcess) -> None:
    """From the overview to the pod's events and back, without touching the pointer."""
    owner_page.goto(console.url)
    owner_page.get_by_role("heading", level=1).wait_for()
    owner_page.keyboard.press("/")
    owner_page.keyboard.type("fraud-check")
    found = owner_page.get_by_role("group", name="Workloads").get_by_role("option", name=WORDS)
    # A busy server answers by parts: the workload stands first once it is found.
    expect(found.first).to_have_attribute("aria-selected", "true")
    owner_page.keyboard.press("Shift+Enter")
    owner_page.wait_for_url("**/workloads*row=*fraud-check*")
    panel = owner_page.locator(".cr-panel")
    expect(panel).to_contain_text("fraud-check")
    assert violations(owner_page) == []
    owner_page.locator("tr.cr-row.is-open").wait_for()
    owner_page.keyboard.press("Enter")
    owner_page.wait_for_url("**/clusters/local/deployments/payments/fraud-check*")
    expect(owner_page.get_by_role("heading", level=1)).to_contain_text("fraud-check")
    rail = owner_page.get_by_role("complementary", name="Facts")
    expect(rail.get_by_role("navigation")).to_contain_text("Image")
    expect(owner_page.get_by_role("heading", name="Recent events")).to_be_visible()
    owner_page.go_back()  # the browser's own key, which a page does not hear
    expect(panel).to_contain_text("fraud-check")
    owner_page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    owner_page.keyboard.press("f")
    owner_page.keyboard.type("api")
    owner_page.wait_for_url("**q=api*")


def test_an_incident_on_a_phone(owner_page: Page, console: ConsoleProcess) -> None:
    owner_page.set_viewport_size({"width": 390, "height": 844})
    table = TablePage(owner_page, console, "/workloads").loaded()
    expect(owner_page.locator(".cr-total")).to_be_visible()
    menu = owner_page.get_by_role("button", name=re.compile("^Kinds:"))
    menu.click()
    owner_page.get_by_role("option", name=re.compile("^Pods")).click()
    owner_page.wait_for_url("**/workloads/pods*")
    row = table.row("fraud-check").first
    expect(row).to_contain_text("payments")
    row.get_by_role("link").first.click()
    expect(table.panel()).to_be_visible()
    settled(owner_page, "document.querySelector('.cr-panel').getBoundingClientRect().width", 390)
    # Nothing behind the panel can be reached.
    for _ in range(12):
        owner_page.keyboard.press("Tab")
        assert not owner_page.evaluate("document.activeElement.closest('.cr-table-page') !== null")
    assert violations(owner_page) == []
    table.panel().get_by_role("link").first.click()
    owner_page.wait_for_url("**/clusters/local/pods/payments/fraud-check*")
    expect(owner_page.get_by_role("heading", name="Containers")).to_be_visible()
    settled(owner_page, "document.documentElement.scrollWidth > window.innerWidth", False)
    assert violations(owner_page) == []
    owner_page.go_back()
    expect(table.panel()).to_be_visible()
    owner_page.go_back()
    expect(table.panel()).to_have_count(0)
    expect(row).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/machines", "/workloads/pods", "/events", "/images"])
def test_no_focus_off_screen(owner_page: Page, console: ConsoleProcess, path: str) -> None:
    """On a phone what Tab reaches is on the screen: the closed drawer is not, nor is its like."""
    owner_page.set_viewport_size({"width": 390, "height": 844})
    owner_page.goto(console.url + path)
    owner_page.get_by_role("heading", level=1).wait_for()
    for _ in range(14):
        owner_page.keyboard.press("Tab")
        place = owner_page.evaluate(
            """() => {
                const focused = document.activeElement;
                if (focused === document.body) return null;
                const { left, right, width } = focused.getBoundingClientRect();
                return { what: focused.outerHTML.slice(0, 120), left, right, width };
            }"""
        )
        if place is None:
            break
        assert place["right"] > 0, place
        assert place["left"] < 390, place
