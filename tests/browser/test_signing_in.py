"""Signing in to a local account, and what a person changes about it, through the browser."""

from __future__ import annotations

import uuid

from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import SOON_MS, ConsoleProcess

FIRST = "the first long password"
OWN = "one that only ada knows"


def new_person(console: ConsoleProcess) -> str:
    """Somebody of this test's own, with the password `FIRST`."""
    login = f"ada-{uuid.uuid4().hex[:8]}"
    with console.caller() as owner:
        made = owner.post("/users", json={"login": login, "password": FIRST})
        assert made.status_code == 201, made.text
    return login


def fill_sign_in(page: Page, console: ConsoleProcess, login: str, password: str) -> None:
    page.goto(f"{console.url}/login")
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_person_changes_their_password(
    watched: Page, console: ConsoleProcess, faults: list[str]
) -> None:
    login = new_person(console)
    fill_sign_in(watched, console, login, FIRST)
    expect(watched.locator(".cr-page")).to_be_visible()
    watched.goto(f"{console.url}/profile/sign-in")
    watched.get_by_role("button", name="Change password").click()
    dialogue = watched.get_by_role("dialog")
    dialogue.get_by_label("Present password").fill("not the present one")
    dialogue.get_by_label("New password").fill(OWN)
    dialogue.get_by_role("button", name="Change password").click()
    expect(dialogue.get_by_text("The password is wrong.")).to_be_visible()
    dialogue.get_by_label("Present password").fill(FIRST)
    dialogue.get_by_label("New password").fill(OWN)
    dialogue.get_by_role("button", name="Change password").click()
    expect(dialogue).to_contain_text("other sessions ended")
    assert violations(watched) == []
    watched.context.clear_cookies()
    fill_sign_in(watched, console, login, OWN)
    expect(watched.locator(".cr-page")).to_be_visible()
    faults.clear()  # the refusal that was asked for


def test_a_reset_password_is_good_once(
    owner_page: Page, console: ConsoleProcess, browser: Browser, faults: list[str]
) -> None:
    login = new_person(console)
    owner_page.goto(f"{console.url}/access?q={login}")
    owner_page.locator(".cr-name-link").filter(has_text=login).click()
    owner_page.locator(".cr-panel").get_by_role("button", name="Reset password").click()
    owner_page.get_by_role("dialog").get_by_role("button", name="Reset password").click()
    once = owner_page.locator("[data-secret]").inner_text()
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(SOON_MS)
        fill_sign_in(page, console, login, once)
        page.get_by_label("Choose your own password").fill("short")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Use at least 12 characters.")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("Choose your own password").fill(OWN)
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".cr-page")).to_be_visible()
        context.clear_cookies()
        fill_sign_in(page, console, login, once)
        expect(page.get_by_text("The user name or the password is wrong.")).to_be_visible()
    finally:
        context.close()
    faults.clear()
