"""Jobs in the browser: the tray, the page of one job, and cancelling it."""

from __future__ import annotations

import sqlite3
import time

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.consoleprocess import ConsoleProcess

JOB = "e" * 32


def add_job(console: ConsoleProcess) -> None:
    """A job that waits for code this console does not have, so that it stays as it is."""
    now = time.time()
    values = {
        "id": JOB, "kind": "browser.test", "title": "Import something large", "state": "waiting",
        "done": 1, "total": 4, "stage": "downloading", "started_by": "owner", "fence": 1,
        "organisation": "main", "scope": "org/main", "created": now, "updated": now,
    }  # fmt: skip
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    with sqlite3.connect(console.home / "craton.db", timeout=60) as database:
        database.execute(f"INSERT INTO job ({columns}) VALUES ({marks})", list(values.values()))


def test_a_job_is_followed_and_cancelled(owner_page: Page, console: ConsoleProcess) -> None:
    add_job(console)
    owner_page.goto(f"{console.url}/jobs/{JOB}")
    expect(owner_page.get_by_role("heading", level=1)).to_contain_text("Import something large")
    expect(owner_page.get_by_role("progressbar").first).to_be_visible()
    assert violations(owner_page) == []
    owner_page.get_by_role("button", name="Jobs:").click()
    expect(owner_page.get_by_role("dialog", name="Jobs")).to_contain_text("25%")
    assert violations(owner_page) == []
    owner_page.keyboard.press("Escape")
    owner_page.get_by_role("button", name="Cancel job Import something large").first.click()
    dialogue = owner_page.get_by_role("dialog")
    expect(dialogue).to_contain_text("what was done so far is undone")
    dialogue.get_by_role("button", name="Cancel job").click()
    expect(dialogue.get_by_role("link", name="Show the record in Activity")).to_be_visible()
    dialogue.get_by_role("button", name="Close").last.click()
    expect(owner_page.get_by_text("cancelling").first).to_be_visible()
