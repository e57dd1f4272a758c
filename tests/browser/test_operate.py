"""Acting on the cluster in the browser: what is asked for becomes so, as the watch tells it."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import IMAGE, Shop
from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.pages import TablePage
from tests.ownnode import budget, own_node, web
from tests.stackfixtures import RunningStack
from tests.waiting import until_sync


def choose(page: Page, action: str) -> Locator:
    """The dialogue of an action from the object's menu, once it has read the object."""
    page.get_by_role("button", name="Actions", exact=True).press("Enter")
    page.get_by_role("menuitem", name=action, exact=True).press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name="Cancel")).to_be_visible()
    return dialogue


def finish(dialogue: Locator, verb: str) -> None:
    dialogue.get_by_role("button", name=verb, exact=True).press("Enter")
    expect(dialogue).to_contain_text("Done.")


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_deployment_is_scaled_seen_confirmed_and_undone(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    page.goto(console.url + shop.path)
    dialogue = choose(page, "Scale")
    dialogue.get_by_role("textbox", name="Pods").fill("5")
    dialogue.get_by_role("button", name="Show what would change").press("Enter")
    row = dialogue.get_by_role("row", name=re.compile(r"spec\.replicas set by kubectl.* 2 5"))
    expect(row).to_be_visible()
    assert violations(page) == []
    assert shop.read("deployment", "web")["spec"]["replicas"] == 2
    finish(dialogue, "Scale")
    # What the cluster asks for and has is told by the watch, not by the answer.
    expect(dialogue.locator(".cr-outcome-now")).to_contain_text("5/5")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")
    until_sync(lambda: shop.read("deployment", "web")["spec"]["replicas"] == 2)


def test_what_another_made_of_it_meanwhile_is_shown_before_it_is_changed(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    page.goto(console.url + shop.path)
    dialogue = choose(page, "Scale")
    shop.stack.kubectl("scale", "deployment", "web", "--replicas=4", "-n", shop.namespace)
    dialogue.get_by_role("textbox", name="Pods").fill("3")
    dialogue.get_by_role("button", name="Scale", exact=True).press("Enter")
    expect(dialogue).to_contain_text("was changed meanwhile")
    assert shop.read("deployment", "web")["spec"]["replicas"] == 4
    finish(dialogue, "Do it anyway")
    until_sync(lambda: shop.read("deployment", "web")["spec"]["replicas"] == 3)


def test_a_rollback_shows_what_changes_first(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    shop.apply(f"{IMAGE}:2")
    page = owner_page
    page.goto(console.url + shop.path)
    expect(page.locator("main")).to_contain_text(f"{IMAGE}:2")
    until_sync(
        lambda: (
            shop.read("deployment", "web")["metadata"]["annotations"].get(
                "deployment.kubernetes.io/revision"
            )
            == "2"
        )
    )
    dialogue = choose(page, "Roll back")
    expect(dialogue).to_contain_text("It is at revision 2 now")
    expect(dialogue.get_by_role("button", name="Roll back", exact=True)).to_be_disabled()
    dialogue.get_by_role("button", name="Show what would change").press("Enter")
    expect(dialogue.get_by_role("row").last).to_contain_text(f"{IMAGE}:1")
    assert violations(page) == []
    finish(dialogue, "Roll back")
    close(page)
    expect(page.locator("main")).to_contain_text(f"{IMAGE}:1")


def test_pods_are_evicted_together_and_a_namespace_goes_by_its_name(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    until_sync(lambda: shop.read("deployment", "web")["status"].get("readyReplicas") == 2)
    table = TablePage(page, console, f"/workloads/pods?q={shop.namespace}").loaded()
    expect(table.rows).to_have_count(2)
    names = [row["metadata"]["name"] for row in shop.read("pods", "-l=app=web")["items"]]
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    bar = page.get_by_role("group", name="Selected rows")
    bar.get_by_role("button", name="Evict").press("Enter")
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-part]")).to_have_count(2)
    assert violations(page) == []
    dialogue.get_by_role("button", name="Evict").press("Enter")
    expect(dialogue).to_contain_text("2 of 2 done.")
    close(page)
    page.goto(f"{console.url}/clusters/local/namespaces/-/{shop.namespace}")
    dialogue = choose(page, "Delete")
    expect(dialogue.locator("[data-collection=workloads]")).to_be_visible()
    go = dialogue.get_by_role("button", name="Delete", exact=True)
    expect(go).to_be_disabled()
    dialogue.get_by_role("textbox", name="Type the name to confirm").fill(shop.namespace)
    go.press("Enter")
    expect(dialogue).to_contain_text("told to go")


def test_labels_and_taints_are_edited_as_lists(
    owner_page: Page, console: ConsoleProcess, shop: Shop
) -> None:
    page = owner_page
    page.goto(console.url + shop.path)
    dialogue = choose(page, "Edit labels")
    dialogue.get_by_role("button", name="Add a label").press("Enter")
    dialogue.get_by_role("textbox", name="Key").nth(1).fill("tier")
    dialogue.get_by_role("textbox", name="Value").nth(1).fill("front")
    assert violations(page) == []
    finish(dialogue, "Save")
    assert shop.read("deployment", "web")["metadata"]["labels"] == {"app": "web", "tier": "front"}
    close(page)
    nodes = json.loads(shop.stack.kubectl("get", "nodes", "-o", "json"))["items"]
    node = next(one["metadata"]["name"] for one in nodes if "taints" not in one["spec"])
    page.goto(f"{console.url}/clusters/local/nodes/-/{node}")
    dialogue = choose(page, "Edit taints")
    dialogue.get_by_role("button", name="Add a taint").press("Enter")
    dialogue.get_by_role("textbox", name="Key").fill("craton.test/held")
    dialogue.get_by_role("combobox").select_option("PreferNoSchedule")
    assert violations(page) == []
    finish(dialogue, "Save")
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")
    until_sync(
        lambda: "craton.test/held" not in shop.stack.kubectl("get", "node", node, "-o", "json")
    )


def test_a_node_is_drained_its_pods_told_before_and_one_by_one(
    owner_page: Page, console: ConsoleProcess, stack: RunningStack
) -> None:
    page = owner_page
    with own_node(stack) as node:
        there = Shop(stack, node)
        objects = [web(2, node), budget("all", minAvailable=2)]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        stack.kubectl("apply", "-n", node, "-f", "-", stdin=text)
        until_sync(lambda: there.read("pdb", "all")["status"].get("currentHealthy") == 2)
        page.goto(f"{console.url}/clusters/local/nodes/-/{node}")
        dialogue = choose(page, "Drain")
        waits = dialogue.locator("[data-fate=waits]")
        expect(waits.get_by_role("listitem")).to_have_count(2)
        expect(waits).to_contain_text("The budget all needs 2 healthy pods and has 2.")
        assert violations(page) == []
        dialogue.get_by_role("button", name="Drain", exact=True).press("Enter")
        page.wait_for_url("**/jobs/*")
        main = page.locator("main")
        expect(main).to_contain_text("needs 2 healthy pods")
        assert violations(page) == []
        # One may go: the other waits for the first to be back.
        spec = json.dumps(budget("all", minAvailable=1))
        stack.kubectl("apply", "-n", node, "-f", "-", stdin=spec)
        expect(main).to_contain_text(" left")
        expect(main).to_contain_text("100%")
        assert there.read("node", node)["spec"]["unschedulable"] is True
