"""What a person in Chromium waits for over a large stack: pages, sort, filter and search."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tests.bench.scale_console import percentiles
from tests.bench.scale_tab import ROW, opened
from tests.consoleprocess import ConsoleProcess

__all__ = ["measure_use"]

CHANGED = """([selector, before]) => {
    const rows = [...document.querySelectorAll(selector)].map((row) => row.dataset.key);
    return rows.length > 0 && rows.join() !== before;
}"""
KEYS = "(rows) => rows.map((row) => row.dataset.key).join()"


async def measure_use(
    console: ConsoleProcess, rounds: int, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Milliseconds from the act to other rows on the screen, for each thing done."""
    took: dict[str, list[float]] = {}
    async with opened(console) as page:

        async def timed(name: str, act: Callable[[], Awaitable[object]], *, anew: bool) -> None:
            before = "" if anew else await page.locator(ROW).evaluate_all(KEYS)
            started = time.monotonic()
            await act()
            await page.wait_for_function(CHANGED, arg=[ROW, before])
            took.setdefault(name, []).append(time.monotonic() - started)
            await page.wait_for_timeout(300)

        for number in range(rounds):
            first = " (the browser's first)" if number == 0 else ""
            for name, path in (("pods", "/workloads/pods"), ("machines", "/machines")):
                url = f"{console.url}{path}"
                await timed(f"{name}: open{first}", lambda url=url: page.goto(url), anew=True)
                for act, what in _acts(page, name).items():
                    await timed(f"{name}: {act}", what, anew=False)
            await page.goto(f"{console.url}/")
            await page.get_by_role("heading", level=1).wait_for()
            link = page.get_by_role("link", name="Machines", exact=True).first
            await timed("machines: by the navigation", link.click, anew=True)
    result = {name: percentiles(seconds) for name, seconds in took.items()}
    for name, found in result.items():
        say(f"{name}: {found}")
    return result


def _acts(page: Page, name: str) -> dict[str, Callable[[], Awaitable[object]]]:
    def sort(column: str) -> Callable[[], Awaitable[object]]:
        header = page.get_by_role("columnheader", name=column, exact=True)
        return header.get_by_role("button", name=column).first.click

    search = page.get_by_role("textbox", name="Search this table")
    if name == "machines":
        return {
            "sort by name": sort("Name"),
            "search": lambda: search.fill("worker-12"),
        }

    async def filtered() -> None:
        await page.get_by_role("button", name="Filter by Namespace").click()
        await page.get_by_role("checkbox", name=re.compile("^load-07")).click()

    return {
        "sort by machine": sort("Machine"),
        "filter by namespace": filtered,
        "search": lambda: search.fill("service-012"),
    }
