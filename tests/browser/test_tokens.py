"""One's own tokens and sessions, and the question who is there, through the browser."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable

import httpx2
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import ConsoleProcess
from tests.browser.fleet import wait_for

ASKED = {
    "type": "urn:craton:problem:step-up-required",
    "title": "Confirm that it is you",
    "status": 403,
    "detail": "This needs to know again that it is you.",
    "methods": ["password"],
    "within": 600,
}


def test_a_token_is_made_shown_once_and_revoked(owner_page: Page, console: ConsoleProcess) -> None:
    page, name = owner_page, f"ci {uuid.uuid4().hex[:8]}"
    page.goto(f"{console.url}/profile")
    page.get_by_role("button", name="Create token").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Name").fill(name)
    dialogue.get_by_role("button", name="Create token").click()
    secret = page.locator("[data-secret]").inner_text()
    asking = {"authorization": f"Bearer {secret}"}
    session = f"{console.url}/api/v1/session"
    wait_for(lambda: httpx2.get(session, headers=asking, timeout=60).status_code == 200)
    dialogue.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.locator("[data-secret]")).to_have_count(0)
    line = page.locator("tr[data-token]").filter(has_text=name)
    expect(line).to_contain_text("Look at all its owner sees")
    line.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("dialog")).to_contain_text("Done.")
    expect(line).to_have_count(0)
    wait_for(lambda: httpx2.get(session, headers=asking, timeout=60).status_code == 401)


def test_what_asks_who_is_there_goes_on_once_it_is_told(
    owner_page: Page, console: ConsoleProcess, faults: list[str]
) -> None:
    """The console asks after some minutes; here it is made to ask at once."""
    page, name = owner_page, f"late {uuid.uuid4().hex[:8]}"
    page.route("**/api/v1/tokens", once(ASKED))
    page.goto(f"{console.url}/profile")
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create token").click()
    asked = page.get_by_role("dialog", name="Confirm that it is you")
    asked.get_by_label("Password").fill("wrong wrong wrong")
    asked.get_by_role("button", name="Confirm").click()
    expect(asked.get_by_text("The password is wrong.")).to_be_visible()
    asked.get_by_label("Password").fill(console.password)
    asked.get_by_role("button", name="Confirm").click()
    expect(page.locator("[data-secret]")).to_be_visible()
    expect(asked).to_have_count(0)
    faults.clear()  # the answers that asked


def once(problem: dict[str, object]) -> Callable[[Route], None]:
    """Answers the first change with the problem, and lets all others through."""
    answered = []

    def answer(route: Route) -> None:
        if route.request.method != "POST" or answered:
            route.continue_()
            return
        answered.append(route)
        body = json.dumps(problem)
        route.fulfill(status=403, content_type="application/problem+json", body=body)

    return answer


def test_sessions_are_told_by_device(owner_page: Page, console: ConsoleProcess) -> None:
    owner_page.goto(f"{console.url}/profile/sessions")
    here = owner_page.get_by_role("row").filter(has_text="this one")
    expect(here).to_have_count(1)
    expect(here).to_contain_text(re.compile("Chrome"))
