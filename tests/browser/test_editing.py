"""Editing and creating as YAML in the browser, under a concurrent writer."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import IMAGE, Shop
from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.waiting import until_sync


def open_editor(page: Page, console: ConsoleProcess, path: str) -> Locator:
    page.goto(f"{console.url}{path}?tab=yaml")
    page.get_by_role("button", name="Edit", exact=True).press("Enter")
    text = page.get_by_role("textbox", name="YAML of web, to edit")
    expect(text).to_be_visible()
    return text


def rewrite(page: Page, line: str, end: str) -> None:
    """The end of a line, after its colon, by hand."""
    page.locator(".cm-line", has_text=line).first.click()
    page.keyboard.press("End")
    for _ in range(len(line.partition(": ")[2])):
        page.keyboard.press("Backspace")
    page.keyboard.type(end)


def review(page: Page) -> Locator:
    page.get_by_role("button", name="Review and save…").press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name="Save", exact=True)).to_be_visible()
    return dialogue


def test_yaml_is_edited_reviewed_saved_and_taken_back(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    open_editor(page, console, shop.path)
    rewrite(page, "replicas: 2", "3")
    expect(page.locator(".cr-field-line")).to_contain_text("spec.replicas integer")
    expect(page.locator(".cr-field-line")).to_contain_text("Set by kubectl-client-side-apply")
    assert violations(page) == []
    dialogue = review(page)
    expect(dialogue.get_by_role("row").last).to_contain_text("spec.replicas")
    assert violations(page) == []
    assert shop.read("deployment", "web")["spec"]["replicas"] == 2
    dialogue.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(dialogue).to_contain_text("Done.")
    expect(dialogue.locator(".cr-outcome-now")).to_contain_text("3/3")
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")
    until_sync(lambda: shop.read("deployment", "web")["spec"]["replicas"] == 2)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close the editor").press("Enter")
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()


def test_a_field_is_completed_and_a_wrong_one_is_marked_at_its_line(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    open_editor(page, console, shop.path)
    page.locator(".cm-line", has_text="replicas: 2").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("minRea")
    option = page.get_by_role("option", name="minReadySeconds")
    expect(option).to_be_visible()
    expect(page.locator(".cm-completionInfo")).to_contain_text("Minimum number of seconds")
    # So soon after the list came, the editor takes Enter for a new line: no person is that quick.
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_contain_text("minReadySeconds:")
    page.keyboard.type("soon")
    expect(page.locator(".cm-lintRange-error")).to_have_text("soon")
    page.get_by_role("button", name="Review and save…").press("Enter")
    expect(page.locator("main")).to_contain_text("The cluster does not take this")
    expect(page.locator("main")).to_contain_text("It is a string there")
    assert violations(page) == []
    # What was typed is still there, and is not left without being asked.
    page.get_by_role("button", name="Cancel").press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Stay").press("Enter")
    expect(page.locator(".cm-content")).to_contain_text("minReadySeconds: soon")


def test_a_conflict_is_understood_chosen_and_merged(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    open_editor(page, console, shop.path)
    rewrite(page, "replicas: 2", "3")
    rewrite(page, f"image: {IMAGE}:1", f"{IMAGE}:2")
    shop.stack.kubectl("scale", "deployment", "web", "--replicas=5", "-n", shop.namespace)
    shop.stack.kubectl("label", "deployment", "web", "tier=back", "-n", shop.namespace)
    page.get_by_role("button", name="Review and save…").press("Enter")
    conflict = page.get_by_role("region", name="Changed meanwhile")
    expect(conflict).to_contain_text("web was changed by somebody else while you were editing it")
    clash = conflict.get_by_role("group", name="spec.replicas")
    expect(clash).to_contain_text("It was: 2")
    expect(clash.get_by_role("radio", name="Mine: 3")).to_be_checked()
    assert violations(page) == []
    clash.get_by_role("radio", name="Theirs: 5").check()
    conflict.get_by_role("button", name="Merge and go on editing").press("Enter")
    expect(conflict).to_have_count(0)
    text = page.locator(".cm-content")
    expect(text).to_contain_text("replicas: 5")
    expect(text).to_contain_text("tier: back")
    expect(text).to_contain_text(f"{IMAGE}:2")
    dialogue = review(page)
    expect(dialogue.get_by_role("row").last).to_contain_text(f"{IMAGE}:2")
    dialogue.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(dialogue).to_contain_text("Done.")
    found = shop.read("deployment", "web")
    assert found["spec"]["replicas"] == 5
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:2"
    assert found["metadata"]["labels"]["tier"] == "back"


def test_objects_are_created_tried_first_and_the_failed_one_again(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    page.goto(f"{console.url}/workloads")
    page.get_by_role("link", name="Create from YAML").press("Enter")
    expect(page.get_by_role("combobox", name="Cluster")).to_have_value("local")
    page.get_by_label("Namespace for those that name none").fill(shop.namespace)
    text = page.get_by_role("textbox", name="YAML of the new objects")
    good = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "good"}}
    bad = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bad"}, "datas": {}}
    # As it is pasted: typed, the editor would close brackets and indent.
    text.fill(f"{json.dumps(good)}\n---\n{json.dumps(bad)}\n")
    page.get_by_role("button", name="Try it").press("Enter")
    result = page.get_by_role("region", name="Result")
    expect(result.locator("[data-outcome=valid]")).to_contain_text("good")
    refused = result.locator("[data-outcome=refused]")
    expect(refused).to_contain_text("Line 3: The cluster knows no field datas")
    assert violations(page) == []
    page.get_by_role("button", name="Create one object").press("Enter")
    expect(result.locator("[data-outcome=created]")).to_contain_text("good")
    page.get_by_role("link", name="good").press("Enter")
    expect(page.get_by_role("heading", name="good")).to_be_visible()
    assert "bad" not in shop.stack.kubectl("get", "cm", "-n", shop.namespace, "-o", "name")
