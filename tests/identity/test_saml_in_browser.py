"""SAML in Chromium: a provider on another site, which posts its answer across (C10, C2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser.conftest import CHROMIUM, SOON_MS
from tests.console import OWNER_PASSWORD, running_console
from tests.identity.samlidp import SamlIdp
from tests.identity.served import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]
expect.set_options(timeout=SOON_MS)
FOUND = next((path for path in CHROMIUM if Path(path).exists()), None)


class Provider:
    """Its metadata, and a sign-in page that posts the answer by itself."""

    def __init__(self, idp: SamlIdp) -> None:
        self.idp = idp
        self.relay = True
        self.app = Starlette(
            routes=[Route("/metadata", self._metadata), Route("/sso", self._signed_in)]
        )

    async def _metadata(self, _request: Request) -> Response:
        return Response(self.idp.metadata(), media_type="application/samlmetadata+xml")

    async def _signed_in(self, request: Request) -> Response:
        asked, state = self.idp.asked(str(request.url))
        fields = {"SAMLResponse": self.idp.answer(asked)}
        if self.relay:
            fields["RelayState"] = state
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">'
            for name, value in fields.items()
        )
        place = escape(asked.get("AssertionConsumerServiceURL"))
        return HTMLResponse(
            f'<body onload="document.forms[0].submit()"><form method="post" action="{place}">'
            f"{inputs}</form></body>"
        )


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=FOUND, args=flags)
        made = await browser.new_page(viewport={"width": 1440, "height": 900})
        made.set_default_timeout(SOON_MS)
        yield made
        await browser.close()


async def test_a_saml_provider_is_connected_tried_and_signed_in_with(
    page: Page, tmp_path: Path
) -> None:
    """The provider is at `localhost` and the console at 127.0.0.1: two sites for a browser."""
    idp = SamlIdp()
    provider = Provider(idp)
    async with (
        running_console(
            tmp_path,
            connection_networks=("127.0.0.0/8", "::1/128"),
            connection_http_hosts=("localhost",),
        ) as console,
        served(console.app) as url,
        served(provider.app) as address,
    ):
        there = address.replace("127.0.0.1", "localhost")
        idp.entity_id, idp.sign_in = f"{there}/metadata", f"{there}/sso"
        await page.goto(f"{url}/access/providers/new")
        await page.get_by_label("User name").fill("owner")
        await page.get_by_label("Password").fill(OWNER_PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_label("Another SAML provider").check()
        await page.locator("[data-field=name] input").fill("corp")
        await page.locator("[data-field=entity_id] input").fill(idp.entity_id)
        await page.locator("[data-field=metadata_url] input").fill(f"{there}/metadata")
        await page.locator("[data-field=label] input").fill("Corporate")
        await page.get_by_role("button", name="Test", exact=True).click()
        await expect(page.get_by_text("Its metadata is that of a SAML provider")).to_be_visible()
        await page.get_by_role("button", name="Test and add").click()
        await expect(page.get_by_role("heading", name="Corporate")).to_be_visible()
        await expect(page.get_by_text("/api/v1/signin/metadata/corp").first).to_be_visible()
        await expect(page.get_by_text("CN=idp").first).to_be_visible()
        await page.get_by_role("button", name="Try signing in").click()
        await expect(page.get_by_text("Nobody was signed in.")).to_be_visible()
        await expect(page.get_by_text("engineers").first).to_be_visible()

        await page.context.clear_cookies()
        await page.goto(f"{url}/profile/sessions")
        await page.get_by_role("button", name="Sign in with Corporate").click()
        await page.wait_for_url("**/profile/sessions")
        await expect(page.get_by_text("Ada Lovelace").first).to_be_visible()

        provider.relay = False
        await page.context.clear_cookies()
        await page.goto(f"{url}/login")
        await page.get_by_role("button", name="Sign in with Corporate").click()
        await expect(page.get_by_text("Signing in has to begin here")).to_be_visible()
        assert urlsplit(page.url).path == "/login"
