"""Passkeys through the browser, on a device that Chromium plays (CDP)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.test_signing_in import FIRST, fill_sign_in, new_person
from tests.consoleprocess import ConsoleProcess, launch_console
from tests.ports import free_port

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleProcess]:
    """A console that knows its address, which has a name: passkeys are for such."""
    home = tmp_path_factory.mktemp("named")
    url = f"http://localhost:{free_port()}"
    running = launch_console(
        home / "console", None, url=url, environment={"CRATON_PUBLIC_URL": url}
    )
    yield running
    running.stop()


class Device:
    """What keeps the person's passkeys, who touches it whenever it is asked."""

    def __init__(self, page: Page) -> None:
        # Nobody picks a passkey from the list under the name: this device would answer at once.
        page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = undefined")
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def keeps(self) -> int:
        """How many passkeys are on it."""
        return len(self._cdp.send("WebAuthn.getCredentials", self._id)["credentials"])


def close(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()


def add_passkey(page: Page, console: ConsoleProcess, device: Device) -> None:
    """Make one on the device, in Profile; recovery codes come with the first."""
    page.goto(f"{console.url}/profile/sign-in")
    page.get_by_role("button", name="Add a passkey").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Name").fill("laptop")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Add a passkey").click()
    expect(codes(page)).to_have_count(10)
    close(page)
    expect(kept(page)).to_contain_text("Never")
    assert violations(page) == []
    assert device.keeps() == 1


def codes(page: Page) -> Locator:
    return page.get_by_role("list", name="Recovery codes").locator("[data-secret]")


def kept(page: Page, name: str = "laptop") -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def steps_up(page: Page, console: ConsoleProcess) -> None:
    """What asks again who is there takes the passkey."""
    page.goto(f"{console.url}/profile/sign-in")
    page.get_by_role("button", name="New recovery codes").click()
    page.get_by_role("dialog").get_by_role("button", name="New recovery codes").click()
    asked = page.get_by_role("dialog").filter(has_text="Confirm that it is you")
    expect(asked.get_by_label("Recovery code")).to_be_visible()
    assert violations(page) == []
    asked.get_by_role("button", name="Use your passkey").click()
    expect(codes(page)).to_have_count(10)


def signs_in_alone(page: Page, console: ConsoleProcess) -> None:
    page.context.clear_cookies()
    page.goto(f"{console.url}/login")
    alone = page.get_by_role("button", name="Sign in with a passkey")
    expect(alone).to_be_visible()
    assert violations(page) == []
    alone.click()


def test_a_passkey_signs_in_and_shows_who_is_there(watched: Page, named: ConsoleProcess) -> None:
    page, login = watched, new_person(named)
    device, inside = Device(page), page.locator(".cr-page")
    fill_sign_in(page, named, login, FIRST)
    expect(inside).to_be_visible()
    by_password = page.context.cookies()
    page.context.clear_cookies()
    fill_sign_in(page, named, login, FIRST)
    expect(inside).to_be_visible()
    add_passkey(page, named, device)

    # The browser that showed a password alone has to show more now.
    page.context.clear_cookies()
    page.context.add_cookies(by_password)  # type: ignore[arg-type]
    steps_up(page, named)

    signs_in_alone(page, named)
    expect(inside).to_be_visible()
    page.context.clear_cookies()
    fill_sign_in(page, named, login, FIRST)
    expect(page.get_by_label("Recovery code")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Use your passkey").click()
    expect(inside).to_be_visible()
    page.goto(f"{named.url}/profile/sign-in")
    expect(kept(page)).to_be_visible()
    expect(kept(page)).not_to_contain_text("Never")


def test_a_passkey_is_renamed_and_removed(
    watched: Page, named: ConsoleProcess, faults: list[str]
) -> None:
    page, login = watched, new_person(named)
    device, dialogue = Device(page), watched.get_by_role("dialog")
    fill_sign_in(page, named, login, FIRST)
    expect(page.locator(".cr-page")).to_be_visible()
    add_passkey(page, named, device)
    kept(page).get_by_role("button", name="Rename").click()
    dialogue.get_by_label("Name").fill("old laptop")
    dialogue.get_by_label("Name").press("Enter")
    expect(dialogue).to_contain_text("Done.")
    close(page)
    kept(page, "old laptop").get_by_role("button", name="Remove").click()
    dialogue.get_by_role("button", name="Remove").click()
    expect(dialogue).to_contain_text("Done.")
    close(page)
    expect(kept(page, "old laptop")).to_have_count(0)
    expect(page.get_by_role("heading", name="Recovery codes")).to_have_count(0)
    signs_in_alone(page, named)
    expect(page.get_by_text("This passkey does not sign in here")).to_be_visible()
    fill_sign_in(page, named, login, FIRST)
    expect(page.locator(".cr-page")).to_be_visible()
    faults.clear()  # the refusal that was asked for
