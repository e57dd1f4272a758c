"""A terminal in a real container in the browser: opened, typed into, left by its key, ended."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console, wait_loaded
from tests.integration.realnodes.cluster import pods_of
from tests.integration.realnodes.idle import make_pod
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def site(
    real_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """A console on the stack with real nodes."""
    running = launch_console(tmp_path_factory.mktemp("terminal"), real_stack)
    try:
        with running.caller() as caller:
            wait_loaded(caller)
        yield running
    finally:
        running.stop()


@pytest.fixture
def operator(watched: Page, site: ConsoleProcess) -> Page:
    sign_in(watched.context, site, OWNER, site.password)
    return watched


def shows(page: Page, text: str) -> None:
    expect(page.locator(".xterm-rows")).to_contain_text(text)


def opened(page: Page, site: ConsoleProcess, where: str) -> None:
    page.goto(f"{site.url}/clusters/local/{where}?tab=terminal")
    page.get_by_role("button", name="Open a terminal").click()
    expect(page.locator(".cr-terminal-state")).to_contain_text(f"As craton:{OWNER}")
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()


def test_a_shell_is_used_and_left_by_keyboard(operator: Page, site: ConsoleProcess) -> None:
    page = operator
    opened(page, site, "deployments/demo/web")
    page.keyboard.type("echo sum-$((40+2)); stty size\n")
    shows(page, "sum-42")
    assert violations(page) == []
    page.keyboard.type("ech")
    page.keyboard.press("Tab")  # the shell's: nothing else gets the focus
    page.keyboard.press("Escape")
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    page.keyboard.press("Control+c")
    page.keyboard.press("Shift+F6")
    find = page.get_by_role("textbox", name="Find in this terminal")
    expect(find).to_be_focused()
    find.fill("sum-42")
    find.press("Enter")
    expect(page.locator(".xterm-selection div").first).to_be_attached()
    page.get_by_role("button", name="Larger").click()
    page.get_by_text("For screen readers").click()
    expect(page.locator(".xterm-accessibility")).to_be_attached()
    assert violations(page) == []
    page.get_by_role("tab", name="Events").click()
    page.get_by_role("tab", name="Terminal").click()  # it went on meanwhile
    shows(page, "sum-42")
    page.locator(".xterm").click()
    page.keyboard.type("exit 7\n")
    expect(page.locator("[data-reason=exited]")).to_contain_text("It ended with code 7.")
    page.get_by_role("button", name="Open a new one").click()
    expect(page.get_by_text("This is a new session")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("[data-reason=closed]")).to_be_visible()


def test_a_command_a_theme_and_a_narrow_window(operator: Page, site: ConsoleProcess) -> None:
    page = operator
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.url}/clusters/local/deployments/demo/web?tab=terminal")
    page.get_by_role("textbox", name="Command").fill("sh -c 'stty size; top'")
    page.get_by_role("button", name="Open a terminal").click()
    shows(page, "PPID")  # its words are cut to the width it was told
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.get_by_role("button", name="Ctrl+C").click()
    expect(page.locator("[data-reason=exited]")).to_be_visible()


def test_the_end_of_its_pod_is_told(
    operator: Page, site: ConsoleProcess, real_stack: RunningStack
) -> None:
    name = f"term-{uuid.uuid4().hex[:6]}"
    make_pod(real_stack, "demo", name)
    page = operator
    opened(page, site, f"pods/demo/{name}")
    real_stack.kubectl("delete", "pod", "-n", "demo", name, "--wait=false")
    expect(page.locator("[data-reason=gone]")).to_be_visible()


def test_a_debug_container_is_started_and_used(
    operator: Page, site: ConsoleProcess, real_stack: RunningStack
) -> None:
    name = f"debug-{uuid.uuid4().hex[:6]}"
    make_pod(real_stack, "demo", name)
    image = pods_of(real_stack, "logger")[0]["spec"]["containers"][0]["image"]
    page = operator
    page.goto(f"{site.url}/clusters/local/pods/demo/{name}?tab=terminal")
    page.get_by_role("button", name="Start a debug container").click()
    dialogue = page.get_by_role("dialog")
    field = dialogue.get_by_label("Image")
    field.fill(image.rpartition("/")[2])
    suggested = dialogue.locator(f"datalist option[value='{image}']")
    expect(suggested).to_be_attached()
    assert violations(page) == []
    field.fill(image)
    dialogue.get_by_role("button", name="Debug with a container").click()
    expect(dialogue).to_contain_text("It ends by itself after 4 hours")
    dialogue.get_by_role("button", name="Close").first.click()
    chosen = page.get_by_role("combobox", name="Container")
    expect(chosen).to_have_value(re.compile("^debug-"))
    page.get_by_role("button", name="Open a terminal").click()
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    page.keyboard.type("ps\n")
    shows(page, "sleep 100000")
