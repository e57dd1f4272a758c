"""Authenticator apps and recovery codes, through the browser."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2
import pyotp
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OWNER, SOON_MS, ConsoleProcess, sign_in
from tests.browser.test_signing_in import FIRST, fill_sign_in, new_person

ANSWERS = 5
"""Codes that are tried: on a busy machine one may be over before it is looked at."""


def give_code(page: Page, inside: Locator | Page, secret: str, *, path: str, ahead: int) -> None:
    """Type the code of so many steps ahead and press the button, until one is taken."""
    for _ in range(ANSWERS):
        expect(inside.get_by_label("Code")).to_have_value("")  # a refused one is taken away
        code = pyotp.TOTP(secret).at(int(time.time()) + 30 * ahead)
        inside.get_by_label("Code").fill(code)
        with page.expect_response(
            lambda told: told.url.endswith(path) and told.request.method == "POST"
        ) as told:
            inside.get_by_label("Code").press("Enter")
        if told.value.status != 422:
            return
    raise AssertionError(f"{ANSWERS} codes were refused")


def with_app(console: ConsoleProcess) -> str:
    """Somebody who has an authenticator app; nobody reads what it shows."""
    login = new_person(console)
    with console.signed_in(login, FIRST) as person:
        for _ in range(ANSWERS):
            begun = person.http.post("/account/authenticator/set-up").json()
            code = pyotp.TOTP(begun["secret"]).now()
            body = {"state": begun["state"], "code": code}
            done: httpx2.Response = person.http.post("/account/authenticator", json=body)
            if done.status_code == 201:
                return login
    raise AssertionError(done.text)


def test_an_app_is_set_up_asked_for_and_replaced_by_a_recovery_code(
    watched: Page, console: ConsoleProcess, faults: list[str]
) -> None:
    page, login = watched, new_person(console)
    fill_sign_in(page, console, login, FIRST)
    expect(page.locator(".cr-page")).to_be_visible()
    page.goto(f"{console.url}/profile/sign-in")
    page.get_by_role("button", name="Set up").click()
    dialogue = page.get_by_role("dialog")
    image = dialogue.get_by_role("img", name="QR code with the secret for the app")
    expect(image).to_be_visible()
    assert image.evaluate("(drawn) => drawn.naturalWidth") > 100
    assert violations(page) == []
    secret = dialogue.locator("[data-secret]").inner_text().replace(" ", "")
    give_code(page, dialogue, secret, path="/account/authenticator", ahead=0)
    shown = dialogue.get_by_role("list", name="Recovery codes").locator("[data-secret]")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    assert violations(page) == []
    dialogue.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_text("10 are left")).to_be_visible()

    page.context.clear_cookies()
    fill_sign_in(page, console, login, FIRST)
    expect(page.get_by_text("Your account asks for a second factor")).to_be_visible()
    assert violations(page) == []
    give_code(page, page, secret, path="/session/next", ahead=1)
    expect(page.locator(".cr-page")).to_be_visible()

    page.context.clear_cookies()
    fill_sign_in(page, console, login, FIRST)
    page.get_by_label("Code").fill("not a code")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The code is wrong, or was used already.")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".cr-page")).to_be_visible()
    page.goto(f"{console.url}/profile/sign-in")
    expect(page.get_by_text("9 are left")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("Done.")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    faults.clear()  # the refusals that were asked for


def test_an_administrator_removes_a_lost_one(
    owner_page: Page, console: ConsoleProcess, browser: Browser, faults: list[str]
) -> None:
    login = with_app(console)
    # What follows asks for somebody who has just shown who they are.
    sign_in(owner_page.context, console, OWNER, console.password)
    owner_page.goto(f"{console.url}/access?q={login}")
    owner_page.locator(".cr-name-link").filter(has_text=login).click()
    panel = owner_page.locator(".cr-panel")
    panel.get_by_role("button", name="Remove second factors").click()
    dialogue = owner_page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Remove second factors").click()
    expect(dialogue).to_contain_text("Done.")
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(SOON_MS)
        fill_sign_in(page, console, login, FIRST)
        expect(page.locator(".cr-page")).to_be_visible()
    finally:
        context.close()
    faults.clear()


def test_c1_the_rule_leads_who_has_none_to_set_one_up(
    watched: Page, own_console: Callable[..., ConsoleProcess], faults: list[str]
) -> None:
    """A console of its own: others sign in to the shared one with a password alone."""
    page, console = watched, own_console(connected=False)
    login = new_person(console)
    sign_in(page.context, console, OWNER, console.password)
    page.goto(f"{console.url}/access/sign-in")
    asked = page.get_by_role("heading", name="Second factor required")
    rule = page.locator(".cr-section").filter(has=asked)
    rule.get_by_role("button", name="Switch on").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("2 people have no second factor")
    expect(dialogue).to_contain_text(login)
    assert violations(page) == []
    dialogue.get_by_role("button", name="Switch on").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Close", exact=True).last.click()
    expect(rule.get_by_role("button", name="Switch off")).to_be_visible()
    assert violations(page) == []

    page.context.clear_cookies()
    fill_sign_in(page, console, login, FIRST)
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    assert violations(page) == []
    for _ in range(ANSWERS):
        page.get_by_label("Code the app shows").fill(pyotp.TOTP(secret).now())
        with page.expect_response(lambda told: told.url.endswith("/session/next")) as told:
            page.get_by_role("button", name="Go on").click()
        if told.value.ok:
            break
    expect(page.get_by_role("list", name="Recovery codes").locator("[data-secret]")).to_have_count(
        10
    )
    assert violations(page) == []
    page.get_by_role("button", name="I have kept them: go on").click()
    expect(page.locator(".cr-page")).to_be_visible()
    faults.clear()  # the 401 that says what is asked next
