"""Many things of the update service at once, and the way back, against the real service."""

from __future__ import annotations

import re
import sqlite3
import time
import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import ConsoleProcess
from tests.browser.fleet import OPEN, Fleet, wait_for
from tests.browser.pages import TablePage


@pytest.fixture
def fleet(console: ConsoleProcess) -> Fleet:
    return Fleet(console)


def ticked(page: Page, fleet: Fleet, table: str, count: int) -> Locator:
    """All of the fleet's rows of a table ticked; the bar with what can be done with them."""
    shown = TablePage(page, fleet.console, f"/{table}?q={fleet.mark}").loaded()
    expect(shown.rows).to_have_count(count)
    page.get_by_role("checkbox", name="Select all rows shown").check()
    bar = page.get_by_role("group", name="Selected rows")
    expect(bar).to_contain_text(f"{count} rows selected")
    return bar


def begin(page: Page, bar: Locator, verb: str) -> Locator:
    """The dialogue of what is done with the ticked rows, read and without faults."""
    bar.get_by_role("button", name=verb, exact=True).click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.locator("[data-part], [data-refused]").first).to_be_visible()
    assert violations(page) == []
    return dialogue


def confirm(dialogue: Locator, verb: str, done: int, *, all_of: int | None = None) -> None:
    dialogue.get_by_role("button", name=verb, exact=True).press("Enter")
    expect(dialogue).to_contain_text(f"{done} of {all_of or done} done.")


def undo(dialogue: Locator) -> None:
    dialogue.get_by_role("button", name="Undo").press("Enter")
    expect(dialogue).to_contain_text("Undone.")


def close(dialogue: Locator) -> None:
    dialogue.get_by_role("button", name="Close").last.click()
    expect(dialogue).to_have_count(0)


def test_machines_are_moved_back_hidden_and_forgotten(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    fleet.group("one")
    fleet.group("two")
    machines = {name: fleet.machine(name, "one") for name in ("a", "b")}

    def groups() -> set[str]:
        return {row["group"] for row in fleet.rows("instances").values()}

    dialogue = begin(page, ticked(page, fleet, "updates/instances", 2), "Move to group")
    dialogue.get_by_label("Group").select_option(label=f"{fleet.mark}-two (amd64)")
    confirm(dialogue, "Move to group", 2)
    wait_for(lambda: groups() == {f"{fleet.mark}-two"})
    undo(dialogue)

    def back() -> bool:
        for name, machine in machines.items():  # their track decides again, once they ask
            fleet.check(machine, name, "one")
        return groups() == {f"{fleet.mark}-one"}

    wait_for(back)
    close(dialogue)
    dialogue = begin(page, ticked(page, fleet, "updates/instances", 2), "Retry update")
    expect(dialogue.locator("[data-refused]")).to_have_count(2)
    expect(dialogue).to_contain_text("its last update did not fail.")
    expect(dialogue.get_by_role("button", name="Retry update")).to_be_disabled()
    dialogue.get_by_role("button", name="Cancel").click()
    dialogue = begin(page, ticked(page, fleet, "updates/instances", 2), "Hide")
    confirm(dialogue, "Hide", 2)
    undo(dialogue)
    close(dialogue)
    dialogue = begin(page, ticked(page, fleet, "updates/instances", 2), "Forget machine")
    expect(dialogue).to_contain_text("This cannot be undone.")
    confirm(dialogue, "Forget machine", 2)
    wait_for(lambda: not fleet.rows("instances"))


def test_failed_machines_among_others_may_try_again(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    channel = fleet.channel("c", fleet.package(1)["id"])
    fleet.group("one", channel["id"], **OPEN)
    fleet.group("two")
    failed = fleet.machine("failed", "one")
    fleet.machine("well", "two")
    fleet.fail(failed, "failed", "one")
    wait_for(lambda: "error" in {row["status"] for row in fleet.rows("instances").values()})
    dialogue = begin(page, ticked(page, fleet, "updates/instances", 2), "Retry update")
    expect(dialogue.locator("[data-part]")).to_have_text([f"{fleet.mark}-failed"])
    expect(dialogue.locator("[data-refused]")).to_contain_text(f"{fleet.mark}-well")
    confirm(dialogue, "Retry update", 1)
    wait_for(lambda: "error" not in {row["status"] for row in fleet.rows("instances").values()})


def test_machines_of_a_filter_are_counted_and_moved(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    fleet.group("one")
    fleet.group("two")
    for name in ("a", "b", "c"):
        fleet.machine(name, "one")
    table = TablePage(page, fleet.console, f"/updates/instances?q={fleet.mark}").loaded()
    expect(table.rows).to_have_count(3)
    page.get_by_role("button", name="Move these machines").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Application").select_option(label=f"{fleet.mark} app")
    dialogue.get_by_label("Group").select_option(label=f"{fleet.mark}-two (amd64)")
    expect(dialogue.get_by_role("button", name="Move these machines")).to_be_disabled()
    dialogue.get_by_role("button", name="Count them").press("Enter")
    expect(dialogue.locator("[data-preview]")).to_contain_text("3 machines would move.")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Move these machines").press("Enter")
    expect(dialogue).to_contain_text("Done.")
    two = f"{fleet.mark}-two"
    wait_for(lambda: {row["group"] for row in fleet.rows("instances").values()} == {two})


def test_groups_are_switched_on_and_off_again(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    fleet.group("off")
    fleet.group("on", **OPEN)

    def updates() -> dict[str, str]:
        rows = fleet.rows("groups").values()
        return {row["name"].removeprefix(f"{fleet.mark}-"): row["updates"] for row in rows}

    dialogue = begin(page, ticked(page, fleet, "updates/groups", 2), "Switch updates on")
    expect(dialogue.locator("[data-refused]")).to_have_text(
        f"{fleet.mark}-on: its updates are on already."
    )
    confirm(dialogue, "Switch updates on", 1)
    wait_for(lambda: updates() == {"off": "on", "on": "on"})
    undo(dialogue)
    wait_for(lambda: updates() == {"off": "off", "on": "on"})
    close(dialogue)
    dialogue = begin(page, ticked(page, fleet, "updates/groups", 2), "Switch updates off")
    confirm(dialogue, "Switch updates off", 1)
    wait_for(lambda: updates() == {"off": "off", "on": "off"})


def started(fleet: Fleet, *names: str) -> None:
    """Groups of these names, a rollout of each under way."""
    channel = fleet.channel("c", fleet.package(1)["id"])
    for name in names:
        group = fleet.group(name, channel["id"])
        fleet.change("POST", f"groups/{group['id']}/start", group["version"])
    wait_for(lambda: states(fleet) == ["active"] * len(names))


def states(fleet: Fleet) -> list[str]:
    """Of the rollouts that count now."""
    rows = fleet.rows("rollouts").values()
    return sorted(row["state"] for row in rows if row["current"])


def test_rollouts_are_paused_with_a_reason_and_resumed(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    started(fleet, "one", "two")
    dialogue = begin(page, ticked(page, fleet, "updates/rollouts", 2), "Pause")
    dialogue.get_by_label("Reason").fill("too fast")
    confirm(dialogue, "Pause", 2)
    wait_for(lambda: states(fleet) == ["paused", "paused"])
    assert {row["reason"] for row in fleet.rows("rollouts").values()} == {"too fast"}
    undo(dialogue)
    wait_for(lambda: states(fleet) == ["active", "active"])
    close(dialogue)
    dialogue = begin(page, ticked(page, fleet, "updates/rollouts", 2), "Resume")
    expect(dialogue.locator("[data-refused]")).to_have_count(2)
    expect(dialogue.get_by_role("button", name="Resume")).to_be_disabled()


def test_an_aborted_rollout_is_begun_anew(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    started(fleet, "one")
    table = TablePage(page, fleet.console, f"/updates/rollouts?q={fleet.mark}").loaded()
    table.rows.first.locator(".cr-name-link").click()
    table.panel().get_by_role("button", name="Abort").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Reason").fill("wrong version")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Abort").press("Enter")
    expect(dialogue).to_contain_text("Done.")
    wait_for(lambda: "active" not in states(fleet))
    undo(dialogue)
    wait_for(lambda: states(fleet) == ["active"])


def test_channels_that_nobody_follows_are_removed(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    fleet.channel("free")
    fleet.group("one", fleet.channel("followed")["id"])
    dialogue = begin(page, ticked(page, fleet, "updates/channels", 2), "Delete")
    expect(dialogue.locator("[data-refused]")).to_have_text(
        f"{fleet.mark}-followed: groups follow it."
    )
    confirm(dialogue, "Delete", 1)
    wait_for(
        lambda: (
            [row["name"] for row in fleet.rows("channels").values()] == [f"{fleet.mark}-followed"]
        )
    )


def test_packages_that_no_channel_needs_are_removed(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    fleet.package(1)
    fleet.channel("c", fleet.package(2)["id"])
    dialogue = begin(page, ticked(page, fleet, "updates/packages", 2), "Delete")
    expect(dialogue.locator("[data-refused]")).to_contain_text("a channel points at it.")
    confirm(dialogue, "Delete", 1)
    wait_for(lambda: [row["release"] for row in fleet.rows("packages").values()] == ["5000.2.0"])


def test_a_floor_is_removed_and_set_again_with_its_reason(owner_page: Page, fleet: Fleet) -> None:
    page = owner_page
    floor, target = fleet.package(1), fleet.package(2)
    channel = fleet.channel("c", target["id"])
    path = f"channels/{channel['id']}/floors"
    reason = {"reason": "a new layout of disks"}
    fleet.change("PUT", f"{path}/{floor['id']}", channel["version"], reason)
    table = TablePage(page, fleet.console, f"/updates/channels?q={fleet.mark}").loaded()
    table.rows.first.locator(".cr-name-link").click()
    table.panel().get_by_role("button", name="Remove floor").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Floor").select_option(label="5000.1.0: a new layout of disks")
    assert violations(page) == []
    dialogue.get_by_role("button", name="Remove floor").press("Enter")
    expect(dialogue).to_contain_text("Done.")
    assert fleet.get(path)["items"] == []
    undo(dialogue)
    (kept,) = fleet.get(path)["items"]
    assert (kept["package"]["id"], kept["reason"]) == (floor["id"], "a new layout of disks")


@pytest.fixture
def jobs(console: ConsoleProcess) -> str:
    """What the titles of two jobs begin with: one waits for code that is not here, one is over."""
    mark = f"chore {uuid.uuid4().hex[:8]}"
    now = time.time()
    with sqlite3.connect(console.home / "craton.db", timeout=60) as database:
        for state in ("waiting", "failed"):
            values = {
                "id": uuid.uuid4().hex, "kind": "browser.test", "title": f"{mark} {state}",
                "state": state, "done": 1, "total": 4, "stage": "", "started_by": "owner",
                "fence": 1, "organisation": "main", "scope": "org/main", "created": now,
                "updated": now,
            }  # fmt: skip
            columns, marks = ", ".join(values), ", ".join("?" * len(values))
            database.execute(f"INSERT INTO job ({columns}) VALUES ({marks})", list(values.values()))
    return mark


def test_jobs_that_are_under_way_are_cancelled(
    owner_page: Page, console: ConsoleProcess, jobs: str
) -> None:
    page = owner_page
    table = TablePage(page, console, f"/jobs?q={jobs}").loaded()
    expect(table.rows).to_have_count(2)
    page.get_by_role("checkbox", name="Select all rows shown").check()
    bar = page.get_by_role("group", name="Selected rows")
    dialogue = begin(page, bar, "Cancel job")
    expect(dialogue.locator("[data-refused]")).to_have_text(f"{jobs} failed: it is over.")
    confirm(dialogue, "Cancel job", 1)
    close(dialogue)
    expect(table.rows.filter(has_text=re.compile("waiting"))).to_contain_text("Cancelling")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_group_is_switched_on_and_off_on_a_telephone(
    owner_page: Page, fleet: Fleet, scheme: str
) -> None:
    page = owner_page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    fleet.group("one")
    table = TablePage(page, fleet.console, f"/updates/groups?q={fleet.mark}").loaded()
    assert violations(page) == []
    table.rows.first.locator(".cr-name-link").click()
    table.panel().get_by_role("button", name="Switch updates on").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("button", name="Switch updates on").click()
    expect(dialogue).to_contain_text("Done.")
    assert violations(page) == []
    undo(dialogue)
