"""The break-glass account in Chromium: made, the only local way in, opened, told, sealed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from backend.secrets.keyring import make_key
from tests.browser.conftest import CHROMIUM, SOON_MS
from tests.console import OWNER_PASSWORD, ConsoleApp, running_console
from tests.identity.provider import LyingProvider
from tests.identity.served import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]
expect.set_options(timeout=SOON_MS)
FOUND = next((path for path in CHROMIUM if Path(path).exists()), None)
NEW = "a password for emergencies"
ANSWERS = 5
"""Codes that are tried: on a busy machine one may be over before it is looked at."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        started = await playwright.chromium.launch(executable_path=FOUND, args=flags)
        yield started
        await started.close()


@pytest.fixture
async def site(tmp_path: Path, provider: LyingProvider) -> AsyncIterator[tuple[ConsoleApp, str]]:
    """A served console with a provider, whose engineers are owners."""
    declared = (provider.settings(label="Our SSO"),)
    async with (
        running_console(tmp_path, identity_providers=declared, secrets_keys=make_key()) as console,
        served(console.app) as url,
    ):
        owner = await console.owner()
        grant = {"subject_kind": "group", "subject": "sso/engineers", "role": "owner"}
        made = await owner.post("/bindings", json={**grant, "scope": "org/main"})
        assert made.status_code == 201, made.text
        yield console, url


@asynccontextmanager
async def person(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(SOON_MS)
    try:
        yield page
    finally:
        await context.close()


async def sign_in(page: Page, login: str, password: str) -> None:
    await page.get_by_label("User name").fill(login)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def by_provider(page: Page, url: str) -> None:
    await page.goto(f"{url}/access/sign-in")
    await page.get_by_role("button", name="Sign in with Our SSO").click()
    await page.wait_for_url("**/access/sign-in")


def section(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=title)).last


async def give_code(
    page: Page, field: Locator, button: Locator, app: pyotp.TOTP, path: str
) -> None:
    """Codes of this step and of the one ahead, until one is taken: each is good once."""
    for ahead in range(ANSWERS):
        await field.fill(app.at(int(time.time()) + 30 * (ahead % 2)))
        async with page.expect_response(lambda told: told.url.endswith(path)) as told:
            await button.click()
        if (await told.value).ok:
            return
    raise AssertionError(f"{ANSWERS} codes were refused")


async def made(page: Page) -> tuple[pyotp.TOTP, str]:
    """The account, in its dialogue: its app and its printed code."""
    await section(page, "Break-glass account").get_by_role("button", name="Create").click()
    dialogue = page.get_by_role("dialog")
    secret = await dialogue.locator("[data-secret]").first.inner_text()
    app = pyotp.TOTP(secret.replace(" ", ""))
    await dialogue.get_by_label("Password").fill(NEW)
    create = dialogue.get_by_role("button", name="Create")
    await give_code(page, dialogue.get_by_label("Code"), create, app, "/break-glass")
    return app, await kept(page)


async def kept(page: Page) -> str:
    """The printed code of the dialogue that is open, which is closed then."""
    dialogue = page.get_by_role("dialog")
    sheet = dialogue.locator(".cr-sheet")
    await expect(sheet).to_contain_text("Break-glass code of break-glass at")
    code = await sheet.locator("[data-secret]").first.inner_text()
    await dialogue.get_by_role("button", name="Close", exact=True).last.click()
    return code


async def test_the_whole_story(browser: Browser, site: tuple[ConsoleApp, str]) -> None:
    _console, url = site
    async with person(browser) as admin, person(browser) as emergency:
        await admin.goto(f"{url}/access/sign-in")
        await sign_in(admin, "owner", OWNER_PASSWORD)
        app, code = await made(admin)
        await expect(section(admin, "Break-glass account")).to_contain_text("Sealed")

        await admin.context.clear_cookies()
        await by_provider(admin, url)
        only = section(admin, "Accounts of this console for emergencies only")
        await only.get_by_role("button", name="Switch on").click()
        dialogue = admin.get_by_role("dialog")
        await expect(dialogue).to_contain_text("is known to no provider")
        await dialogue.get_by_role("button", name="Switch on").click()
        await expect(dialogue).to_contain_text("Done.")
        await dialogue.get_by_role("button", name="Close", exact=True).last.click()
        await expect(only.get_by_role("button", name="Switch off")).to_be_visible()

        await emergency.goto(f"{url}/login")
        await sign_in(emergency, "owner", OWNER_PASSWORD)
        await expect(emergency.get_by_text("sign in for emergencies only")).to_be_visible()
        await emergency.get_by_role("link", name="Break-glass").click()
        await emergency.get_by_label("Printed code").fill("not the code")
        await emergency.get_by_role("button", name="Open the account").click()
        await expect(emergency.get_by_text("This code opens nothing here")).to_be_visible()
        await emergency.get_by_label("Printed code").fill(code.upper())
        await emergency.get_by_role("button", name="Open the account").click()
        await expect(emergency.get_by_text("break-glass is open for one hour")).to_be_visible()
        await emergency.get_by_role("link", name="Sign in").click()
        await sign_in(emergency, "break-glass", NEW)
        await expect(emergency.get_by_text("second factor")).to_be_visible()
        go_on = emergency.get_by_role("button", name="Go on")
        await give_code(emergency, emergency.get_by_label("Code"), go_on, app, "/session/next")
        alarm = "the break-glass account was unsealed from 127.0.0.1"
        await expect(emergency.get_by_text(alarm)).to_be_visible()

        await admin.goto(f"{url}/")
        await expect(admin.get_by_text(alarm)).to_be_visible()
        await admin.goto(f"{url}/access/sign-in")
        glass = section(admin, "Break-glass account")
        await expect(glass).to_contain_text("whoever has it may do everything")
        await glass.get_by_role("button", name="Seal with a new code").click()
        await admin.get_by_role("dialog").get_by_role("button", name="Seal").click()
        assert await kept(admin) != code
        await expect(emergency.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        await admin.goto(f"{url}/")
        await expect(admin.get_by_text("Overview").first).to_be_visible()
        await expect(admin.get_by_text(alarm)).to_have_count(0)
