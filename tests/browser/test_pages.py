"""Every page in both themes and widths: shown, accessible, photographed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import SCREENSHOTS, ConsoleProcess
from tests.browser.pages import settled

WIDE, NARROW = (1440, 900), (390, 844)
ROWS = "tr.cr-row[data-key]"

PAGES = {
    "overview": ("/", ".cr-system"),
    "machines": ("/machines", ROWS),
    "machine": ("/clusters/local/nodes/-/fra-1-worker-01", "h1"),
    "workloads": ("/workloads", ROWS),
    "pods": ("/workloads/pods", ROWS),
    "services": ("/workloads/services", ROWS),
    "secrets": ("/workloads/secrets", ROWS),
    "workload": ("/clusters/local/deployments/payments/fraud-check", "h1"),
    "workload-yaml": ("/clusters/local/deployments/payments/fraud-check?tab=yaml", "h1"),
    "pod-panel": ("/workloads/pods?row=local%2Fdata%2Fdatabase-0", ".cr-panel"),
    "key-value": ("/key-value", ROWS),
    "keys": ("/key-value/keys", ROWS),
    "images": ("/images", ROWS),
    "tags": ("/images/tags", ROWS),
    "events": ("/events", ROWS),
    "activity": ("/activity", ROWS),
    "access": ("/access", ROWS),
    "access-sessions": ("/access/sessions", ROWS),
    "access-bindings": ("/access/bindings", ROWS),
    "access-requests": ("/access/requests", f"{ROWS}, [data-state=empty]"),
    "profile-requests": ("/profile/requests", ".cr-actions"),
    "access-roles": ("/access/roles", ROWS),
    "access-role": ("/access/roles/developer", ".cr-rights"),
    "device": ("/device", "[data-field=code]"),
    "profile": ("/profile/sessions", "tbody tr"),
    "profile-sign-in": ("/profile/sign-in", ".cr-section"),
    "updates": ("/updates/applications", f"{ROWS}, [data-state=empty]"),
    "upload": ("/updates/upload", ".cr-drop"),
    "connections": ("/connections", ROWS),
    "connection-new": ("/connections/new", "[data-field=name]"),
    "plans": ("/plans", ".cr-curves"),
    "licence": ("/licence", ".cr-licence"),
    "stack": ("/stack", ".cr-component"),
    "start": ("/start", "[data-step]"),
    "filtered-empty": ("/workloads/pods?q=no-such-pod", "[data-state=filtered-empty]"),
    "bad-filter": ("/workloads/pods?filter=restarts~x", "[data-state=bad-filter]"),
    "bad-search": ("/jobs?q=one&q=two", ".cr-search-notice"),
    "no-such-object": ("/clusters/local/pods/data/gone", "[data-state=not-found]"),
    "no-such-page": ("/nowhere", "[data-state=not-found]"),
}


@pytest.mark.parametrize("name", PAGES)
def test_screenshot_and_accessibility(name: str, owner_page: Page, console: ConsoleProcess) -> None:
    path, ready = PAGES[name]
    owner_page.goto(console.url + path)
    owner_page.locator(ready).first.wait_for()
    examine(owner_page, name)


def test_screenshot_of_signing_in(watched: Page, console: ConsoleProcess) -> None:
    watched.goto(f"{console.url}/login")
    watched.get_by_role("button", name="Sign in").wait_for()
    examine(watched, "sign-in")


def test_screenshot_of_setting_up(
    watched: Page, own_console: Callable[..., ConsoleProcess]
) -> None:
    fresh = own_console(connected=False, owned=False)
    watched.goto(f"{fresh.url}/setup#token=not-a-real-one")
    watched.get_by_role("button", name=re.compile("Create the owner")).wait_for()
    examine(watched, "setup")


def test_screenshot_of_menus(owner_page: Page, console: ConsoleProcess) -> None:
    owner_page.goto(f"{console.url}/workloads/pods")
    owner_page.locator(ROWS).first.wait_for()
    owner_page.get_by_role("button", name="Filter by Status").click()
    owner_page.get_by_role("checkbox").first.wait_for()
    photograph(owner_page, "facet-menu", "light", WIDE)
    assert violations(owner_page) == []
    owner_page.keyboard.press("Escape")
    owner_page.locator(".cr-pulse").click()
    owner_page.get_by_role("dialog").wait_for()
    photograph(owner_page, "pulse", "light", WIDE)
    assert violations(owner_page) == []
    owner_page.keyboard.press("Escape")
    owner_page.keyboard.press("/")
    owner_page.get_by_role("combobox", name="Jump to anything").fill("fraud")
    owner_page.get_by_role("option", name=re.compile("fraud-check")).first.wait_for()
    photograph(owner_page, "palette", "light", WIDE)
    assert violations(owner_page) == []


def examine(page: Page, name: str) -> None:
    """Both themes and widths: no violation, nothing scrolls sideways, a picture of each."""
    faults: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for size in (WIDE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.wait_for_timeout(250)
            photograph(page, name, theme, size)
            where = f"{name} {theme} {size[0]}"
            try:
                settled(page, "document.documentElement.scrollWidth > window.innerWidth", False, 5)
            except AssertionError:
                faults.append(f"{where}: scrolls sideways")
            # The narrow page differs in layout, not in colour: once is enough.
            if size == WIDE or theme == "light":
                faults += [f"{where}: {line}" for line in violations(page)]
    assert faults == []


def photograph(page: Page, name: str, theme: str, size: tuple[int, int]) -> None:
    folder = SCREENSHOTS / f"{theme}-{size[0]}"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
