"""The navigation at the widths people have: whole, icons, drawer; and the palette."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import SCREENSHOTS, ConsoleProcess
from tests.browser.fleet import wait_for

IS_BELOW = """(toggle) => {
  const above = toggle.getBoundingClientRect();
  const below = document.querySelector(".pf-v6-c-menu").getBoundingClientRect();
  return Math.abs(below.top - above.bottom) < 16
    && below.left < above.right && above.left < below.right;
}"""
ROWS = "tr.cr-row[data-key]"


def width(page: Page, pixels: int) -> None:
    page.set_viewport_size({"width": pixels, "height": 900})


@pytest.mark.parametrize("pixels", [1440, 1200])
def test_whole_navigation(owner_page: Page, console: ConsoleProcess, pixels: int) -> None:
    width(owner_page, pixels)
    owner_page.goto(console.url)
    owner_page.get_by_role("link", name="Machines", exact=True).click()
    expect(owner_page).to_have_url(re.compile(r"/machines"))
    expect(owner_page.get_by_role("navigation", name="Pages").get_by_text("Fleet")).to_be_visible()


@pytest.mark.parametrize("pixels", [1199, 800, 768])
def test_icon_rail(owner_page: Page, console: ConsoleProcess, pixels: int) -> None:
    width(owner_page, pixels)
    owner_page.goto(console.url)
    owner_page.locator(".cr-system").first.wait_for()
    link = owner_page.get_by_role("link", name="Workloads", exact=True)
    box = link.bounding_box()
    assert box is not None
    assert 0 <= box["x"] < 56
    owner_page.screenshot(path=SCREENSHOTS / f"rail-{pixels}.png")
    link.click()
    expect(owner_page).to_have_url(re.compile(r"/workloads"))
    owner_page.locator(ROWS).first.wait_for()
    assert not violations(owner_page)


def test_drawer_on_a_phone(owner_page: Page, console: ConsoleProcess) -> None:
    width(owner_page, 390)
    owner_page.goto(console.url)
    owner_page.locator(".cr-system").first.wait_for()
    machines = owner_page.get_by_role("link", name="Machines", exact=True)
    expect(machines).to_have_count(0)
    owner_page.get_by_role("button", name="Navigation").click()
    owner_page.screenshot(path=SCREENSHOTS / "drawer-390.png")
    machines.click()
    expect(owner_page).to_have_url(re.compile(r"/machines"))
    expect(machines).to_have_count(0)
    owner_page.locator(ROWS).first.wait_for()


def test_only_honoured_selectors_are_shown(owner_page: Page, console: ConsoleProcess) -> None:
    scope = owner_page.get_by_role("navigation", name="Scope")
    owner_page.goto(f"{console.url}/machines")
    owner_page.locator(ROWS).first.wait_for()
    expect(scope).to_have_count(0)  # one cluster is nothing to choose
    owner_page.goto(f"{console.url}/workloads?cluster=local&namespace=payments")
    owner_page.locator(ROWS).first.wait_for()
    expect(scope.get_by_role("button", name="Namespace: payments")).to_be_visible()
    owner_page.get_by_role("link", name="Machines", exact=True).click()
    owner_page.locator(ROWS).first.wait_for()
    expect(scope.get_by_role("button", name="Cluster: local")).to_be_visible()
    expect(scope.get_by_role("button", name=re.compile("Namespace:"))).to_have_count(0)
    owner_page.get_by_role("link", name="Images", exact=True).click()
    owner_page.locator(ROWS).first.wait_for()
    expect(scope).to_have_count(0)
    owner_page.get_by_role("link", name="Workloads", exact=True).click()
    expect(scope.get_by_role("button", name="Namespace: payments")).to_be_visible()


def test_palette_shows_each_thing_once(owner_page: Page, console: ConsoleProcess) -> None:
    owner_page.goto(console.url)
    owner_page.locator(".cr-system").first.wait_for()
    owner_page.keyboard.press("Control+k")
    field = owner_page.get_by_role("combobox")
    for text in ("mach", "event", "imag", "mach"):
        field.fill(text)
        expect(owner_page.get_by_role("option").first).to_contain_text(
            re.compile(text, re.IGNORECASE)
        )
        expect(owner_page.locator('[role=option][aria-selected="true"]')).to_have_count(1)
    field.fill("machines")
    names = owner_page.get_by_role("option", name=re.compile("^Machines"))
    expect(names).to_have_count(1)
    field.fill("no such thing anywhere")
    expect(owner_page.get_by_role("option")).to_have_count(0)
    field.fill("machines")
    names.click()
    expect(owner_page).to_have_url(re.compile(r"/machines"))


@pytest.mark.parametrize("path", ["/machines?row=none", "/machines#?row=none"])
def test_the_skip_link_leads_into_the_same_page(
    owner_page: Page, console: ConsoleProcess, path: str
) -> None:
    """Also where a long address has its search in the fragment; Back and a reload work after."""
    owner_page.goto(f"{console.url}{path}")
    owner_page.locator(ROWS).first.wait_for()
    address = owner_page.url
    skip = owner_page.get_by_role("link", name="Skip to the page")
    skip.focus()
    skip.press("Enter")
    expect(owner_page.locator("#main")).to_be_focused()
    assert owner_page.url == address
    owner_page.evaluate("location.hash = 'main'")  # an entry that the browser makes itself
    owner_page.go_back()
    expect(owner_page).to_have_url(address)
    owner_page.locator(ROWS).first.wait_for()


SCOPED = ("/", "/machines", "/workloads/pods", "/events", "/images", "/key-value/keys", "/jobs")


@pytest.mark.parametrize("path", [*SCOPED, "/access", "/activity", "/connections", "/stack"])
def test_a_selector_that_is_shown_is_applied(
    owner_page: Page, console: ConsoleProcess, path: str
) -> None:
    """What the page asks the server for is narrowed by just the selectors it shows."""
    asked: list[str] = []
    owner_page.on("websocket", lambda ws: ws.on("framesent", lambda text: asked.append(str(text))))
    owner_page.on("request", lambda request: asked.append(unquote(request.url)))
    owner_page.goto(f"{console.url}{path}?cluster=local&namespace=payments")
    owner_page.get_by_role("heading", level=1).wait_for()
    table = owner_page.locator("#main section[data-collection]")
    if path not in {"/", "/stack"}:
        table.first.wait_for()
        name = table.first.get_attribute("data-collection")
        about = f'"collection":"{name}"'
    else:
        about = "/api/v1/overview" if path == "/" else "/api/v1/stack"
    owner_page.wait_for_load_state("networkidle")
    scope = owner_page.get_by_role("navigation", name="Scope")

    def questions() -> list[str]:
        return [text.replace("\\", "") for text in asked if about in text]

    def agree(word: str, value: str) -> bool:
        """A selector may show a moment before or after what the page asks is heard of."""
        owner_page.wait_for_timeout(50)
        shown = scope.get_by_role("button", name=re.compile(f"^{word}: ")).count() > 0
        both = f'{word.lower()}="{value}"', f"{word.lower()}={value}"
        narrowed = any(one in text for text in questions() for one in both)
        return bool(questions()) and narrowed == shown

    wait_for(lambda: agree("Cluster", "local"))
    wait_for(lambda: agree("Namespace", "payments"))


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/", "Theme"),
        ("/", "Signed in as owner"),
        ("/workloads/pods", "Namespace:"),
        ("/workloads/pods", "Filter by Status"),
        ("/workloads/pods", "Columns and density"),
        ("/workloads/pods", "Saved views"),
    ],
)
def test_a_menu_opens_at_its_button(
    owner_page: Page, console: ConsoleProcess, path: str, button: str
) -> None:
    """The first time too, when its code has only just come."""
    owner_page.goto(f"{console.url}{path}")
    toggle = owner_page.get_by_role("button", name=button).first
    toggle.click()
    expect(owner_page.locator(".pf-v6-c-menu")).to_be_visible()
    owner_page.wait_for_function(IS_BELOW, arg=toggle.element_handle())


BESIDE = """() => {
  const [field, end] = [".cr-jump", ".cr-masthead-end"]
    .map((each) => document.querySelector(each).getBoundingClientRect());
  return [Math.round(field.width), Math.round(end.left - field.right)];
}"""
"""How wide the field is, and how far from what stands at the masthead's end."""


def test_the_way_to_anything_stays_in_its_place(owner_page: Page, console: ConsoleProcess) -> None:
    """Whether or not there is a selector beside it."""
    scope = owner_page.get_by_role("navigation", name="Scope")
    places = []
    for path, selectors in (("/images", 0), ("/workloads", 1), ("/machines", 0)):
        owner_page.goto(f"{console.url}{path}")
        owner_page.locator(ROWS).first.wait_for()
        expect(scope).to_have_count(selectors)
        places.append(owner_page.evaluate(BESIDE))
    assert places == [places[0]] * 3


def test_what_is_typed_before_the_palette_is_there_is_its(
    owner_page: Page, console: ConsoleProcess
) -> None:
    """Its code is held back until some was typed; the rest follows while it comes."""
    held: list[Route] = []
    free = False

    def hold(route: Route) -> None:
        if free:
            route.continue_()
        else:
            held.append(route)

    owner_page.route(re.compile(r"/assets/Palette-[^/]*\.js$"), hold)
    owner_page.goto(console.url)
    owner_page.locator(".cr-system").first.wait_for()
    owner_page.keyboard.press("/")
    owner_page.keyboard.type("fraud")
    expect(owner_page.get_by_role("textbox", name="Jump to anything")).to_have_value("fraud")
    expect(owner_page.get_by_role("dialog")).to_have_count(0)
    free = True
    for route in held:
        route.continue_()
    owner_page.keyboard.type("-check")
    field = owner_page.get_by_role("combobox", name="Jump to anything")
    expect(field).to_have_value("fraud-check")
    owner_page.keyboard.press("Escape")
    owner_page.keyboard.press("/")
    owner_page.keyboard.type("mach")
    expect(field).to_have_value("mach")
