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


def test_a_team_owns_namespaces_by_their_labels(
    owner_page: Page, console: ConsoleProcess, team: str
) -> None:
    page = owner_page
    page.goto(f"{console.url}/access/teams?q={team}")
    page.get_by_role("row", name=team).get_by_role("link", name=team).first.click()
    panel = page.get_by_role("complementary", name=team)
    panel.get_by_role("button", name="Edit").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Add labels").click()
    labels = dialogue.get_by_role("textbox", name="Labels")
    labels.fill("kubernetes.io/metadata.name in (")
    dialogue.get_by_role("button", name="Which namespaces fit?").click()
    expect(dialogue.get_by_text("The selector cannot be read")).to_be_visible()
    labels.fill("kubernetes.io/metadata.name in (payments,shop)")
    dialogue.get_by_role("textbox", name="Cluster").fill("local")
    dialogue.get_by_role("button", name="Which namespaces fit?").click()
    expect(dialogue.get_by_text("local/payments, local/shop")).to_be_in_viewport()
    assert violations(page) == []
    dialogue.get_by_role("button", name="Save").click()
    dialogue.get_by_role("contentinfo").get_by_role("button", name="Close").click()
    expect(panel.get_by_role("heading", name="Namespaces by labels")).to_be_visible()
    expect(panel.get_by_text("(payments,shop) in local")).to_be_visible()
    expect(panel.get_by_text("namespace shop")).to_be_visible()
    assert violations(page) == []
