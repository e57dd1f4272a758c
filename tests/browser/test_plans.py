"""Plans and prices in the browser: a quantity is simulated, and its address is the simulation."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess


def test_a_quantity_is_simulated_and_can_be_sent_to_others(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    page.goto(f"{console.url}/plans")
    owned = page.get_by_role("button", name=re.compile("You have .* now"))
    owned.click()
    expect(owned).to_be_disabled()
    expect(page.locator(".cr-curve-owned")).to_be_attached()
    page.get_by_label("How many").fill("3000")
    line = page.get_by_role("row", name=re.compile("^Premium Managed Linux premium.*2015-02"))
    expect(line).to_contain_text("$63,000")
    expect(line).to_contain_text("2,000 more cost the same. From 5,001 on it is $83,200.")
    expect(line).to_contain_text("$756,000")
    expect(page.locator(".cr-page-sentence")).to_contain_text("from $12,300 to $63,000 a month")
    expect(page).to_have_url(re.compile("quantity=3000"))
    page.get_by_role("checkbox", name=re.compile("2016-legacy")).check()
    expect(page.locator("path.cr-curve")).to_have_count(3)
    assert violations(page) == []
    address = page.url
    page.goto(f"{console.url}/overview")
    page.goto(address)
    expect(line).to_contain_text("$63,000")
    expect(page.locator("path.cr-curve")).to_have_count(3)

    page.get_by_label("What is counted").select_option("private_repositories")
    expect(page.get_by_role("row", name=re.compile("^Hosted registry hosted"))).to_contain_text(
        "More than 1,000 has no price here: a person makes it."
    )
    page.get_by_label("How many").fill("many")
    expect(page.get_by_role("alert")).to_contain_text("A whole number")
    page.get_by_label("How many").fill("15")
    expect(page.get_by_role("row", name=re.compile("^Hosted registry hosted"))).to_contain_text(
        "15 is in the tier 11 to 20, which costs as a whole: $50"
    )
    page.get_by_role("button", name="Enterprise registry").click()
    expect(page.get_by_role("region", name="enterprise-registry@2014-12")).to_contain_text(
        "sourced, weak: a rehosted news report"
    )
    assert violations(page) == []
