"""One team's things on every page: chosen in the masthead, kept in the address, cleared there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage

PAYMENTS = "org/main/cluster/local/ns/payments"


@pytest.fixture
def team(console: ConsoleProcess) -> Iterator[str]:
    """A team that owns the namespace payments."""
    name = f"pay-{uuid.uuid4().hex[:8]}"
    with console.signed_in("owner", console.password) as owner:
        assert owner.http.post("/teams", json={"name": name}).status_code == 201
        answer = owner.http.patch(
            f"/teams/{name}", json={"scopes": [PAYMENTS]}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 200, answer.text
        yield name
        assert owner.http.delete(f"/teams/{name}").status_code == 204


def test_a_team_narrows_every_page(owner_page: Page, console: ConsoleProcess, team: str) -> None:
    page = owner_page
    table = TablePage(page, console, "/workloads/pods").loaded()
    others = table.rows.filter(has_text=re.compile(r"database-0"))
    expect(others.first).to_be_visible()
    page.get_by_role("button", name="Team: All teams").click()
    page.get_by_role("option", name=team).click()
    page.wait_for_url(f"**team={team}*")
    expect(others).to_have_count(0)
    expect(table.rows.filter(has_text="ledger").first).to_be_visible()
    assert violations(page) == []
    page.reload()
    chosen = page.get_by_role("button", name=f"Team: {team}")
    expect(chosen).to_be_visible()
    expect(table.rows.filter(has_text="ledger").first).to_be_visible()
    expect(others).to_have_count(0)
    page.get_by_role("link", name="Machines", exact=True).click()
    expect(page.get_by_role("heading", name=f"Nothing of {team} here")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Show all teams").click()
    expect(table.rows.first).to_be_visible()
    expect(page).not_to_have_url(re.compile("team="))
    page.goto(f"{console.url}/workloads/pods?team=no-such-team")
    expect(page.get_by_role("heading", name="There is no team no-such-team")).to_be_visible()
    expect(table.rows).to_have_count(0)
    page.get_by_role("button", name="Team: no-such-team").click()
    page.get_by_role("option", name="All teams").click()
    expect(others.first).to_be_visible()
    expect(page).not_to_have_url(re.compile("team="))
