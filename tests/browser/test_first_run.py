"""A console that nobody has used yet: from its setup link through the guide to who comes next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import Shell

PASSWORD = "correct horse battery"
GUIDE = "Set up the console"


def test_a_fresh_console_is_set_up(
    watched: Page, own_console: Callable[..., ConsoleProcess]
) -> None:
    console = own_console(connected=False, owned=False)
    link = setup_link(console)
    watched.goto(f"{console.url}/login")
    expect(watched.get_by_text("This console has no owner yet.")).to_be_visible()
    make_the_owner(watched, link)
    expect(watched).to_have_url(f"{console.url}/start")
    expect(watched.get_by_role("heading", name=GUIDE, level=1)).to_be_visible()
    for step, state in (("account", "next"), ("systems", "open"), ("groups", "later")):
        stands(watched, step, state)
    assert violations(watched) == []
    each_provider_has_its_form(watched)
    connect_a_provider(watched, console)
    give_a_group_a_role(watched)
    invite_somebody(watched)
    stands(watched, "account", "next")
    expect(watched.get_by_text(re.compile("^3 of 6 done"))).to_be_visible()
    assert violations(watched) == []
    it_is_put_away_and_found_again(watched, console)
    the_link_works_once(watched, console, link)


def make_the_owner(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the owner").click()
    expect(page.get_by_text("Use at least 12 characters.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the owner").click()


def stands(page: Page, step: str, state: str) -> Locator:
    """The step, once it stands so: nothing says it but what there is."""
    found = page.locator(f"[data-step={step}]")
    expect(found).to_have_attribute("data-state", state)
    return found


def opened(page: Page, step: str) -> Locator:
    """The step, unfolded; the first button of each is its fold."""
    found = page.locator(f"[data-step={step}]")
    found.get_by_role("button").first.click()
    return found


def each_provider_has_its_form(page: Page) -> None:
    opened(page, "provider").get_by_role("link", name="LDAP or Active Directory").click()
    expect(page.locator("[data-field=servers]")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=GUIDE, level=1)).to_be_visible()


def connect_a_provider(page: Page, console: ConsoleProcess) -> None:
    """Elsewhere, by somebody else as it were: the page hears of it."""
    made = page.request.post(
        f"{console.url}/api/v1/identity-providers",
        data={
            "name": "sso",
            "label": "Our SSO",
            "issuer": "https://sso.invalid",
            "client_id": "craton",
            "client_secret": "a secret",
            "untested": True,
        },
        headers={"X-Craton-Request": "1", "Origin": console.url},
    )
    assert made.status == 201, made.text()
    step = stands(page, "provider", "done")
    expect(step).to_contain_text("1 connected, nobody has signed in by it yet")


def give_a_group_a_role(page: Page) -> None:
    stands(page, "groups", "open")
    opened(page, "groups").get_by_role("button", name="Give a group a role").click()
    dialogue = page.get_by_role("dialog")
    dialogue.locator("[data-field=subject] input").fill("engineers")
    dialogue.get_by_role("button", name="Give a group a role").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(stands(page, "groups", "done")).to_contain_text("1 role held by a group")


def invite_somebody(page: Page) -> None:
    opened(page, "people").get_by_role("button", name="Invite", exact=True).click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("User name").fill("grace")
    dialogue.get_by_role("button", name="Invite", exact=True).click()
    expect(dialogue.locator("[data-secret]")).to_contain_text("#token=")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(stands(page, "people", "done")).to_contain_text("1 account, 1 open invitation")


def it_is_put_away_and_found_again(page: Page, console: ConsoleProcess) -> None:
    """The Overview points to it until then; the palette always does."""
    page.goto(console.url)
    pointer = page.locator("main").get_by_role("link", name=GUIDE)
    pointer.click()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    # Where nothing is watched, "nothing is wrong" would say what nobody knows.
    expect(page.get_by_role("heading", name="Nothing is connected yet")).to_be_visible()
    expect(page.get_by_text("Nothing is wrong")).to_have_count(0)
    expect(pointer).to_have_count(0)
    Shell(page).choose("set up", GUIDE)
    stands(page, "people", "done")
    page.get_by_role("button", name="Go to the Overview").click()
    page.get_by_role("button", name="Add a connection").click()
    expect(page).to_have_url(f"{console.url}/connections/new")


def the_link_works_once(page: Page, console: ConsoleProcess, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text("This console is set up already.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    used = {"token": link.partition("token=")[2], "login": "eve", "name": "", "password": PASSWORD}
    again = page.request.post(
        f"{console.url}/api/v1/setup",
        data=used,
        headers={"X-Craton-Request": "1", "Origin": console.url},
    )
    assert again.status in {401, 403, 404, 409, 422}, again.text()


def setup_link(console: ConsoleProcess) -> str:
    """The one-time link as the console prints it after its address."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"http\S+/setup#token=\S+", console.log.read_text())
        if found:
            return found.group(0)
        time.sleep(0.1)
    pytest.fail(f"no setup link in:\n{console.log.read_text()}")
