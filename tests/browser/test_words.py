"""The pseudo-locale in the browser: no word of the console is outside the catalogue, and a third
more of every word still fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import settled

PAGES = ("/", "/workloads/pods", "/machines", "/clusters/local/deployments/payments/fraud-check")

PLAIN = """() => {
    const words = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent.trim();
        const holder = node.parentElement;
        if (!/[A-Za-z]{3}/.test(text)) continue;
        if (holder.closest('[translate=no], script, style, noscript, kbd, code')) continue;
        if (!text.includes('\u27e6')) words.push(text);
    }
    return words;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_pseudo_locale(owner_page: Page, console: ConsoleProcess, path: str) -> None:
    owner_page.goto(f"{console.url}{path}?lng=qps")
    owner_page.get_by_role("heading", level=1).wait_for()
    shown = "tr.cr-row[data-key], .cr-detail-rail, .cr-line, .cr-system"
    owner_page.locator(shown).first.wait_for()
    settled(owner_page, PLAIN, [])
    settled(owner_page, "document.documentElement.scrollWidth > window.innerWidth", False)
