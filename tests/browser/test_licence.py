"""A licence in the browser: none, looked at before it is saved, put in, replaced, taken out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.commerce.licence.issuing import key_set_text
from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console
from tests.unit.commerce.vendor import Vendor


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(demo=True)


@pytest.fixture
def console(
    tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConsoleProcess]:
    """A console that is connected to nothing and believes the vendor."""
    keys = tmp_path / "keys.json"
    keys.write_text(key_set_text(vendor.keys))
    monkeypatch.setenv("CRATON_LICENCE_KEYS_FILE", str(keys))
    running = launch_console(tmp_path / "console", None)
    yield running
    running.stop()


def day(days: int) -> str:
    return str((datetime.now(UTC) + timedelta(days=days)).date())


def look(page: Page, text: str) -> None:
    """Paste into the dialogue, which is opened when it is not, and ask what changes."""
    if not page.get_by_role("dialog").is_visible():
        page.get_by_role("button", name="Put a licence in").first.click()
    page.get_by_role("dialog").get_by_role("textbox", name="Licence", exact=True).fill(text)
    page.get_by_role("button", name="Show what changes").click()


def save(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Put a licence in").click()
    closed(page)


def closed(page: Page) -> None:
    """Close what tells how it went."""
    expect(page.get_by_role("dialog")).to_contain_text("Done.")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def sentence(page: Page):
    return page.locator(".cr-page-sentence")


def test_a_licence_is_looked_at_put_in_replaced_and_taken_out(
    watched: Page, console: ConsoleProcess, vendor: Vendor
) -> None:
    page = watched
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/licence")
    expect(sentence(page)).to_contain_text("No licence is in force")
    expect(page.get_by_text("none is needed up to ten servers")).to_be_visible()
    assert violations(page) == []

    look(page, "half a licence")
    expect(page.get_by_role("dialog")).to_contain_text("three parts with two dots")

    servers = {"servers": {"value": 1000, "enforce": "hard"}}
    look(page, vendor.token(not_before=day(-1), expires_on=day(400), entitlements=servers))
    expect(page.get_by_role("dialog")).to_contain_text("Community now, Valid with it.")
    expect(page.get_by_role("dialog")).to_contain_text("10 becomes 1,000")
    assert violations(page) == []
    save(page)
    expect(sentence(page)).to_contain_text("0 of 1,000 servers")
    expect(page.get_by_text("signed by a throw-away key")).to_be_visible()
    expect(page.locator(".cr-licence-line > li:not([data-past])")).to_have_count(4)
    expect(page.locator(".cr-licence-line > li[data-past]")).to_contain_text("Community")

    fewer = {"servers": {"value": 50, "enforce": "hard"}}
    look(
        page,
        vendor.token(
            jti="LIC-2", sequence=2, supersedes=["LIC-1"], not_before=day(-1),
            expires_on=day(6), entitlements=fewer,
        ),
    )  # fmt: skip
    expect(page.get_by_role("dialog")).to_contain_text("1,000 becomes 50: less than now")
    expect(page.get_by_role("dialog")).to_contain_text("LIC-2 replaces LIC-1")
    save(page)
    expect(sentence(page)).to_contain_text("0 of 50 servers")
    expect(page.locator(".cr-licence-documents")).to_contain_text("Replaced")

    banner = page.locator(".cr-licence-banner")
    page.goto(f"{console.url}/connections")
    expect(banner).to_contain_text("ends on")
    banner.get_by_role("button", name="Dismiss").click()
    expect(banner).to_have_count(0)
    page.goto(f"{console.url}/licence")
    expect(banner).to_have_count(0)

    page.get_by_role("button", name="Take out").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Take out").click()
    closed(page)
    # What its vendor replaced stays replaced.
    expect(sentence(page)).to_contain_text("No licence is in force")
    page.locator(".cr-licence-history summary").click()
    expect(page.locator(".cr-licence-history")).to_contain_text("LIC-2 was taken out")
