"""Workload identity on the page of a service account, with a token of the real cluster."""

from __future__ import annotations

import uuid

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.consoleprocess import OWNER
from tests.stackfixtures import RunningStack

PODS = "system:serviceaccount:default:default"


def field(dialogue: Locator, name: str) -> Locator:
    return dialogue.locator(f"[data-field={name}]").locator("input, textarea, select").first


def test_a_pod_of_a_cluster_is_trusted_tested_and_trusted_no_more(
    owner_page: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    page, name = owner_page, f"ci-{uuid.uuid4().hex[:8]}"
    with console.signed_in(OWNER, console.password) as owner:
        made = owner.http.post("/service-accounts", json={"name": name})
        assert made.status_code == 201, made.text
    account = made.json()["id"]
    page.goto(f"{console.url}/access/service-accounts?row={account}")
    trusted = page.locator("section.cr-section").filter(has_text="Workload identity")
    expect(trusted).to_contain_text("Nothing is trusted yet.")
    trusted.get_by_role("button", name="Trust a workload").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("A job of GitHub Actions").check()
    expect(dialogue.get_by_label("Repository")).to_be_visible()
    assert violations(page) == []
    dialogue.get_by_label("A pod of a connected cluster").check()
    field(dialogue, "name").fill("the shop's pods")
    field(dialogue, "cluster").select_option("local")
    field(dialogue, "namespace").fill("default")
    field(dialogue, "service_account").fill("default")
    field(dialogue, "audience").fill("craton")
    dialogue.get_by_role("button", name="Trust a workload").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Close", exact=True).last.click()
    line = page.locator("[data-rule]")
    expect(line).to_contain_text("Cluster local")
    expect(line).to_contain_text(PODS)
    expect(line).to_contain_text("15 minutes")
    assert violations(page) == []

    token = stack.kubectl("create", "token", "default", "-n", "default", "--audience", "craton")
    trusted.get_by_role("button", name="Test a token").click()
    field(dialogue, "token").fill(token.strip())
    dialogue.get_by_role("button", name="Test a token").click()
    expect(dialogue).to_contain_text("The rule the shop's pods matches")
    expect(dialogue).to_contain_text(PODS)
    assert violations(page) == []
    dialogue.get_by_role("button", name="Close", exact=True).last.click()

    line.get_by_role("button", name="Remove").click()
    dialogue.get_by_role("button", name="Remove").click()
    expect(dialogue).to_contain_text("Done.")
    dialogue.get_by_role("button", name="Close", exact=True).last.click()
    expect(line).to_have_count(0)
    expect(trusted).to_contain_text("Nothing is trusted yet.")
