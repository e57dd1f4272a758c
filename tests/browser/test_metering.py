"""Metered usage in the browser: nothing yet, then a month with spikes, a gap, and its hours."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from backend.commerce.metering.days import by_start, rolled
from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.span import Span, month
from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.browser.test_pages import examine
from tests.consoleprocess import OWNER, ConsoleProcess, launch_console
from tests.databases import place_sqlite


def last_month() -> Span:
    today = datetime.now(UTC).date()
    return month(today.replace(day=1) - timedelta(days=1), "UTC")


def spiked(span: Span) -> dict[str, list[Hour]]:
    """Two days of 60 and 58 servers among those of 12, and a day that nobody saw."""
    peaks = {3: 60, 9: 58}
    return {
        subject: [
            Hour(start, 4, high, 4, 4 * HOUR, 60, HOUR, start + HOUR)
            for number, day in enumerate(span.days)
            if number != 14
            for start in day.hours
            for high in (5 if subject else peaks.get(number, 12),)
        ]
        for subject in ("", "berlin")
    }


def put(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))


def fill(database: sqlite3.Connection, span: Span) -> None:
    """The hours, and the days that were written when they were over."""
    for subject, hours in spiked(span).items():
        key = {"meter": "servers", "subject": subject}
        for hour in hours:
            put(database, "usage_hour", key | asdict(hour))
        for day in rolled(span.days, by_start(hours)):
            told = asdict(day)
            when = {"zone": "UTC", "day": str(told.pop("date"))}
            put(database, "usage_day", key | when | told)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ConsoleProcess]:
    """A console that is connected to nothing, and young: an hour that ends would be metered."""
    left = HOUR - time.time() % HOUR
    if left < 90:
        time.sleep(left + 1)
    running = launch_console(tmp_path / "console", None)
    yield running
    running.stop()


@pytest.fixture
def metered(tmp_path: Path) -> Iterator[ConsoleProcess]:
    """One that has metered the last month."""
    home = tmp_path / "metered"
    home.mkdir()
    place_sqlite(home / "craton.db")
    with closing(sqlite3.connect(home / "craton.db")) as database, database:
        fill(database, last_month())
    running = launch_console(home, None)
    yield running
    running.stop()


def test_before_the_first_hour_it_says_when_there_will_be_one(
    watched: Page, console: ConsoleProcess
) -> None:
    sign_in(watched.context, console, OWNER, console.password)
    watched.goto(f"{console.url}/metering")
    expect(watched.get_by_text("Nothing has been metered yet")).to_be_visible()
    assert violations(watched) == []


def test_a_month_is_explained_down_to_its_hours(watched: Page, metered: ConsoleProcess) -> None:
    page, span = watched, last_month()
    sign_in(page.context, metered, OWNER, metered.password)
    page.goto(f"{metered.url}/metering?month={span.first:%Y-%m}")
    sentence = page.locator(".cr-page-sentence")
    expect(sentence).to_contain_text(f"{span.first:%B %Y}: 12")
    free = [said(span, 3), said(span, 9)]
    expect(page.locator(".cr-metering-why")).to_contain_text(
        f"The 2 higher days are free: 60 ({free[0]}), 58 ({free[1]})."
    )
    expect(page.locator(".cr-metering-why")).to_contain_text("24 hours were not seen at all")
    expect(page.locator(".cr-metering-chart canvas")).to_be_visible()
    examine(page, "metering")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_label("Billed by").select_option("peak")
    expect(sentence).to_contain_text(f"{span.first:%B %Y}: 60")
    expect(page).to_have_url(re.compile("by=peak"))
    page.get_by_role("button", name=free[0], exact=True).click()
    hours = page.get_by_role("table", name=f"Hours of {free[0]}")
    expect(hours.get_by_role("row")).to_have_count(25)
    assert violations(page) == []
    address = page.url
    page.goto(f"{metered.url}/licence")
    page.goto(address)
    expect(hours.get_by_role("row")).to_have_count(25)
    expect(sentence).to_contain_text(": 60")
    page.get_by_label("Of", exact=True).select_option("berlin")
    expect(sentence).to_contain_text(f"{span.first:%B %Y}: 5")

    with page.expect_download() as download:
        page.get_by_role("link", name="Hours as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1 + (span.length - 1) * 24
    assert lines[1].endswith(",servers,server,berlin,4,5,4,60,3600")


def said(span: Span, number: int) -> str:
    day: date = span.days[number].date
    return f"{day:%b} {day.day}, {day.year}"
