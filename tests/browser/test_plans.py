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
    simulator = page.get_by_role("region", name="What would it cost?")
    owned = page.get_by_role("button", name=re.compile("You have .* now"))
    owned.click()
    expect(owned).to_be_disabled()
    expect(page.locator(".cr-curve-owned")).to_be_attached()
    simulator.get_by_label("How many").fill("3000")
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
    simulator.get_by_label("How many").fill("many")
    expect(page.get_by_role("alert")).to_contain_text("A whole number")
    simulator.get_by_label("How many").fill("15")
    expect(page.get_by_role("row", name=re.compile("^Hosted registry hosted"))).to_contain_text(
        "15 is in the tier 11 to 20, which costs as a whole: $50"
    )
    page.get_by_role("button", name="Enterprise registry").click()
    expect(page.get_by_role("region", name="enterprise-registry@2014-12")).to_contain_text(
        "sourced, weak: a rehosted news report"
    )
    assert violations(page) == []


def test_a_change_is_told_to_the_cent_before_anything_is_confirmed(
    owner_page: Page, console: ConsoleProcess
) -> None:
    page = owner_page
    page.goto(f"{console.url}/plans?on=2026-06-11&quantity=20")
    section = page.get_by_role("region", name="What would a change cost?")
    expect(section).to_contain_text("An upgrade; $200 a period is paid now.")
    expect(section).to_contain_text("from 2026-06-01 to 2026-06-30, with 20 of 30 days left")
    once = section.get_by_role("region", name="At once")
    expect(once).to_contain_text("$1,266.67 is to be paid.")
    expect(once).to_contain_text("-$133.33 (200.00 USD")
    expect(once).to_contain_text("Then $2,100 a period, next due on 2026-07-01.")
    end = section.get_by_role("region", name="At the end of the period")
    expect(end).to_contain_text("from the start of 2026-07-01")
    expect(end).to_contain_text("Nothing is to be paid for the change.")
    assert violations(page) == []

    aim = section.get_by_role("group", name="To")
    aim.get_by_label("How many").fill("60")
    expect(page).to_have_url(re.compile("toQuantity=60"))
    aim.get_by_label("Plan").select_option("managed-linux@2015-02")
    aim.get_by_label("Paid every").select_option("year")
    expect(once).to_contain_text("a whole year from 2026-06-11 on")
    expect(once).to_contain_text("next due on 2027-06-11")
    aim.get_by_label("Changed on").fill("2026-05-31")
    expect(section).to_contain_text("from 2026-05-01 to 2026-05-31, with 1 of 31 days left")
    source = section.get_by_role("group", name="From")
    source.get_by_label("Began on").fill("2026-06-30")
    expect(section).to_contain_text("It cannot begin on 2026-06-30, after the change")
    assert violations(page) == []
    address = page.url
    page.goto(f"{console.url}/overview")
    page.goto(address)
    expect(aim.get_by_label("How many")).to_have_value("60")
    expect(section).to_contain_text("It cannot begin on 2026-06-30, after the change")
