"""An invitation from the button to the Overview of who was invited, through two browsers."""

from __future__ import annotations

import uuid

from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import SOON_MS, ConsoleProcess

PASSWORD = "a password of my own"


def test_somebody_is_invited_and_makes_an_account(
    owner_page: Page, browser: Browser, console: ConsoleProcess
) -> None:
    login = f"new-{uuid.uuid4().hex[:6]}"
    link = made_link(owner_page, console, login)
    guest = browser.new_context(bypass_csp=True)
    page = guest.new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(link)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    expect(page.locator("main")).to_contain_text("invites you to this Craton console")
    expect(page.locator("main")).to_contain_text("namespace payments")
    expect(page).to_have_url(f"{console.url}/invitation")  # the secret is out of sight
    assert violations(page) == []
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text("Use at least 12 characters.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Your account is ready")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Add a passkey or an app").click()
    expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    # The same tab, another time: only the fragment differs, and no page is loaded for it.
    page.goto(f"{console.url}/invitation")
    expect(page.get_by_text("This is not a whole invitation link")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("This invitation does not hold")).to_be_visible()
    assert violations(page) == []
    guest.close()
    expect(owner_page.get_by_role("row", name=login)).to_contain_text("Completed")


def made_link(page: Page, console: ConsoleProcess, login: str) -> str:
    """The link that the console shows; the list of invitations is open behind it."""
    page.goto(f"{console.url}/access/invitations")
    page.get_by_role("button", name="Invite", exact=True).first.click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_text("this console sends no mail")).to_be_visible()
    dialogue.get_by_label("User name").fill(login)
    dialogue.locator("[data-field=scope] input").fill("org/main/cluster/local/ns/payments")
    dialogue.locator("[data-field=role] select").select_option("viewer")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Invite", exact=True).click()
    shown = dialogue.locator("[data-secret]")
    expect(shown).to_contain_text("#token=craton_invite_")
    link = shown.inner_text()
    assert violations(page) == []
    dialogue.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("row", name=login)).to_contain_text("Pending")
    return link
