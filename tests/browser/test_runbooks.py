"""Runbooks walked in the browser, on a real etcd cluster of the test's own."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import SCREENSHOTS, sign_in
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console
from tests.ownetcd import OwnEtcd, own_etcd

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@dataclass
class Site:
    """A store, a console that is connected to it, and the owner's browser."""

    etcd: OwnEtcd
    console: ConsoleProcess
    page: Page

    def open(self, path: str) -> None:
        self.page.goto(f"{self.console.url}{path}")

    def pictured(self, name: str) -> None:
        """In both looks and widths; accessible in each."""
        page = self.page
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, height in ((1440, 900), (390, 844)):
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=SCREENSHOTS / f"{scheme}-{width}" / f"{name}.png")
                assert violations(page) == [], (scheme, width)
                wide = page.evaluate(
                    "Math.max(...[...document.querySelectorAll('main, .cr-page')]"
                    ".map((one) => one.scrollWidth))"
                )
                assert wide <= width, f"{name} is {wide} wide on {width}"
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def site(watched: Page, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    with ExitStack() as stack:

        def make(size: int = 3, *args: str) -> Site:
            etcd = stack.enter_context(own_etcd(tmp_path / "etcd", size, args))
            console = launch_console(tmp_path / "console", None, environment=etcd.environment)
            stack.callback(console.stop)
            sign_in(watched.context, console, OWNER, console.password)
            return Site(etcd, console, watched)

        yield make


def begin(page: Page) -> Locator:
    page.get_by_role("button", name="Begin", exact=True).press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name="Cancel")).to_be_visible()
    return dialogue


def states(page: Page) -> list[str | None]:
    return [one.get_attribute("data-step") for one in page.locator("[data-step]").all()]


def test_a_store_is_defragmented_stopped_and_goes_on(site: Callable[..., Site]) -> None:
    made = site()
    made.etcd.holes()
    page = made.page
    made.open("/key-value")
    link = page.get_by_role("link", name="Give free space back")
    expect(link).to_be_visible()
    made.pictured("runbooks-members")
    link.press("Enter")
    expect(page.get_by_role("heading", name="Give free space back")).to_be_visible()
    expect(page.locator("[data-step]")).to_have_count(4)
    expect(page.locator("[data-step]").first).to_contain_text("All 3 members answer.")
    expect(page.locator("[data-step]").last).to_contain_text("the leader")
    made.pictured("runbook-defragment")
    # Held in the midst of the second step, to be stopped there.
    second = page.locator("[data-step]").nth(1).inner_text()
    number = int(second.split("Defragment m")[1][0]) - 1
    gate = made.etcd.gates[number]
    gate.hold = b"/v3/maintenance/defragment"
    dialogue = begin(page)
    assert violations(page) == []
    dialogue.get_by_role("button", name="Begin", exact=True).press("Enter")
    page.wait_for_url("**/runbooks/defragment/runs/*")
    expect(page.locator("[data-step=running]")).to_have_count(1)
    expect(page.locator("[data-step=done]")).to_contain_text("before")
    made.pictured("runbook-under-way")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Done.")
    gate.hold = b""
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_contain_text("It was stopped.")
    expect(page.locator("[data-step=stopped]")).to_contain_text("If this fails")
    made.pictured("runbook-stopped")
    page.get_by_role("button", name="Go on", exact=True).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Go on", exact=True).press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Done.")
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_contain_text("3 members defragmented")
    expect(page.locator("[data-step=done]")).to_have_count(4)
    made.pictured("runbook-done")


def test_what_is_not_so_is_named_before_it_is_begun(site: Callable[..., Site]) -> None:
    made = site()
    made.etcd.run(made.etcd.cluster.kill(1))
    made.open("/key-value/own/runbooks/defragment")
    failing = made.page.locator("[data-check=failed]").first
    expect(failing).to_contain_text("Not all members answer: m2")
    made.pictured("runbook-held")
    dialogue = begin(made.page)
    dialogue.get_by_role("button", name="Begin", exact=True).press("Enter")
    expect(dialogue).to_contain_text("Not all members answer: m2")
    # It is looked at anew while the page is open.
    made.page.keyboard.press("Escape")
    made.etcd.run(made.etcd.cluster.revive(1))
    expect(made.page.locator("[data-check=failed]")).to_have_count(0)


def test_a_full_store_is_made_to_write_again(site: Callable[..., Site]) -> None:
    made = site(1, "--quota-backend-bytes=3000000")

    async def fill() -> None:
        for number in range(400):
            await made.etcd.cluster.put(b"/fill/%d" % (number % 2), b"x" * 100_000)

    with pytest.raises(RuntimeError, match="database space exceeded"):
        made.etcd.run(fill())
    page = made.page
    # Where a write is refused for it, the way out is shown.
    made.open("/key-value/own/value?key=%2Ffill%2F0")
    page.get_by_role("button", name="Actions", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Edit", exact=True).press("Enter")
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("textbox", name="Value", exact=True).fill("small")
    dialogue.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(dialogue).to_contain_text("has used up its space (the alarm NOSPACE)")
    way = dialogue.get_by_role("link", name="What to do")
    expect(way).to_have_attribute("href", "/key-value/own/runbooks/nospace")
    made.pictured("key-no-space")
    made.open("/")
    link = page.locator(".cr-problems").get_by_role("link", name="What to do")
    expect(link).to_be_visible()
    made.pictured("overview-full-store")
    link.press("Enter")
    expect(page.locator("main")).to_contain_text("the store refuses every write")
    expect(page.locator("[data-step]")).to_have_count(4)
    made.pictured("runbook-nospace")
    dialogue = begin(page)
    dialogue.get_by_role("button", name="Begin", exact=True).press("Enter")
    # One member: it is asked first whether the store may pause.
    expect(dialogue).to_contain_text("the store answers nothing meanwhile")
    dialogue.get_by_text("Allow that the store answers nothing meanwhile").click()
    assert violations(page) == []
    dialogue.get_by_role("button", name="Begin", exact=True).press("Enter")
    page.wait_for_url("**/runbooks/nospace/runs/*")
    expect(page.locator("[data-step=done]")).to_have_count(4)
    expect(page.locator("main")).to_contain_text("The store takes writes.")
    made.pictured("runbook-nospace-done")
    made.etcd.ctl("put", "/after", "1")


def test_a_lost_member_is_replaced(site: Callable[..., Site]) -> None:
    made = site()
    made.etcd.run(made.etcd.cluster.kill(2))
    shutil.rmtree(made.etcd.cluster._folder / "m3")
    page = made.page
    made.open("/")
    page.locator(".cr-problems").get_by_role("link", name="What to do").press("Enter")
    expect(page.locator("main")).to_contain_text("m3 does not answer")
    expect(page.locator("[data-step]")).to_have_count(4)
    made.pictured("runbook-replace")
    dialogue = begin(page)
    expect(dialogue.get_by_role("textbox", name="Name of the new member")).to_have_value("m3")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Begin", exact=True).press("Enter")
    page.wait_for_url("**/runbooks/replace/runs/*")
    start = page.locator("[data-step=running]")
    expect(start).to_contain_text("--initial-cluster-state existing")
    made.pictured("runbook-replace-start")
    made.etcd.run(made.etcd.cluster.revive(2, "existing"))
    expect(page.locator("[data-step=done]")).to_have_count(4)
    expect(page.locator("main")).to_contain_text("m3 votes: 3 members, 1 of them may fail.")


def test_a_snapshot_is_downloaded_whole_or_fails(site: Callable[..., Site]) -> None:
    made = site(1)

    async def write() -> None:
        for number in range(12):
            await made.etcd.cluster.put(b"/large/%d" % number, b"x" * 60_000)

    made.etcd.run(write())
    page = made.page
    made.open("/key-value")
    page.get_by_role("link", name="Take a snapshot").press("Enter")
    expect(page.locator("main")).to_contain_text("etcdutl snapshot restore")
    made.pictured("snapshot")

    def download() -> Download:
        page.get_by_role("button", name="Download", exact=True).press("Enter")
        dialogue = page.get_by_role("dialog")
        expect(dialogue).to_contain_text("every secret of the store in clear")
        with page.expect_download() as found:
            dialogue.get_by_role("button", name="Download", exact=True).press("Enter")
        expect(dialogue).to_contain_text("The download has begun")
        page.keyboard.press("Escape")
        return found.value

    taken = download()
    file = taken.path().read_bytes()
    assert hashlib.sha256(file[:-32]).digest() == file[-32:]
    assert "-revision-" in taken.suggested_filename
    # One that breaks off is a failed download, not a file that looks whole.
    made.etcd.gates[0].cut = 500_000
    assert download().failure() is not None
