"""Signing in by a provider in Chromium: from a page asked for, there, and back to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import CHROMIUM, SOON_MS
from tests.console import OWNER_PASSWORD, ConsoleApp, running_console
from tests.identity.provider import LyingProvider
from tests.identity.served import served
from tests.stackfixtures import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]
expect.set_options(timeout=SOON_MS)
AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FOUND = next((path for path in CHROMIUM if Path(path).exists()), None)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=FOUND, args=flags)
        made = await browser.new_page(viewport={"width": 1440, "height": 900})
        made.set_default_timeout(SOON_MS)
        yield made
        await browser.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[tuple[ConsoleApp, str]]:
    """A served console whose operator lets providers stand on loopback."""
    async with (
        running_console(
            tmp_path,
            connection_networks=("127.0.0.0/8",),
            connection_http_hosts=("127.0.0.1",),
        ) as console,
        served(console.app) as url,
    ):
        yield console, url


async def test_a_provider_is_connected_tried_and_signed_in_with(
    page: Page, site: tuple[ConsoleApp, str], provider: LyingProvider
) -> None:
    _console, url = site
    await page.goto(f"{url}/access/providers/new")
    await page.get_by_label("User name").fill("owner")
    await page.get_by_label("Password").fill(OWNER_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_label("Another OpenID Connect provider").check()
    await page.locator("[data-field=name] input").fill("sso")
    await page.locator("[data-field=issuer] input").fill(provider.issuer)
    await page.locator("[data-field=client_id] input").fill("craton")
    await page.locator("[data-field=client_secret] input").fill("the secret of the client")
    await page.locator("[data-field=label] input").fill("Our SSO")
    await page.get_by_role("button", name="Test and add").click()
    await expect(page.get_by_role("heading", name="Our SSO")).to_be_visible()
    await expect(page.get_by_text("/api/v1/signin/callback/sso")).to_be_visible()
    await page.get_by_role("button", name="Try signing in").click()
    await expect(page.get_by_text("Nobody was signed in.")).to_be_visible()
    await expect(page.get_by_text("engineers").first).to_be_visible()

    await page.context.clear_cookies()
    await page.goto(f"{url}/profile/sessions")
    await page.get_by_role("button", name="Sign in with Our SSO").click()
    await page.wait_for_url("**/profile/sessions")
    await expect(page.get_by_text("Ada Lovelace").first).to_be_visible()

    provider.lies.callback = lambda honest: {
        "state": honest["state"], "iss": honest["iss"], "error": "access_denied",
    }  # fmt: skip
    await page.context.clear_cookies()
    await page.goto(f"{url}/login")
    await page.get_by_role("button", name="Sign in with Our SSO").click()
    await expect(page.get_by_text("Our SSO did not let you in")).to_be_visible()
    assert urlsplit(page.url).path == "/login"


async def test_a_provider_is_linked_to_an_account_that_is_there_and_given_up_again(
    tmp_path: Path, page: Page, provider: LyingProvider
) -> None:
    declared = (provider.settings(label="Our SSO"),)
    async with (
        running_console(
            tmp_path,
            identity_providers=declared,
            connection_networks=("127.0.0.0/8",),
            connection_http_hosts=("127.0.0.1",),
        ) as console,
        served(console.app) as url,
    ):
        await console.member("bob")
        await page.goto(f"{url}/profile/sign-in")
        await page.get_by_label("User name").fill("bob")
        await page.get_by_label("Password").fill(OWNER_PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        row = page.get_by_role("row").filter(has_text="Our SSO")
        await expect(row).to_contain_text("Not linked")
        await row.get_by_role("button", name="Link").click()
        dialogue = page.get_by_role("dialog")
        await expect(dialogue).to_contain_text("You go there, sign in anew and come back.")
        await dialogue.get_by_role("button", name="Link").click()
        await page.wait_for_url("**/profile/sign-in?linked=sso")
        await expect(page.get_by_text("Our SSO is linked.")).to_be_visible()
        await expect(row).to_contain_text("ada")
        await page.evaluate(AXE.read_text())
        found = await page.evaluate("axe.run(document)")
        assert [rule["id"] for rule in found["violations"]] == []

        await page.context.clear_cookies()
        await page.goto(f"{url}/profile/sign-in")
        await page.get_by_role("button", name="Sign in with Our SSO").click()
        await expect(row).to_contain_text("ada")
        session = await page.evaluate("fetch('/api/v1/session').then((answer) => answer.json())")
        assert session["login"] == "bob"
        await row.get_by_role("button", name="Remove").click()
        await dialogue.get_by_role("button", name="Remove").click()
        await expect(dialogue).to_contain_text("You are signed in with it")
