"""A Chromium tab on the pods page while pods change: does its memory stay flat?

`renderer` is the tab's own process; half of it is Chromium's program code, shared with every
other tab (`private` leaves that out).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.browser.conftest import CHROMIUM
from tests.consoleprocess import OWNER, ConsoleProcess

__all__ = ["ROW", "launched", "measure_tab", "opened", "sign_in"]

ROW = "tr.cr-row[data-key]"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def opened(console: ConsoleProcess) -> AsyncIterator[Page]:
    """An empty tab of a Chromium that is signed in."""
    async with async_playwright() as play:
        browser = await launched(play)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await sign_in(context, console)
        try:
            yield await context.new_page()
        finally:
            await browser.close()


async def measure_tab(
    console: ConsoleProcess, path: str, seconds: float, every: float, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """A sample now and after each `every` seconds: MB of the tab, DOM nodes, rows on screen."""
    async with opened(console) as page:
        empty = _renderer().memory_full_info()
        say(f"an empty tab: {empty.rss / 1e6:.0f} MB, private {empty.uss / 1e6:.0f} MB")
        started = time.monotonic()
        await page.goto(f"{console.url}{path}")
        await page.locator(ROW).first.wait_for(timeout=60_000)
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        samples = []
        end = time.monotonic() + seconds
        while True:
            samples.append(await _sample(page, session, time.monotonic() - started))
            say(str(samples[-1]))
            if time.monotonic() >= end:
                break
            await asyncio.sleep(every)
    return samples


async def launched(play: Playwright) -> Browser:
    """The Chromium that the tests use."""
    return await play.chromium.launch(executable_path=_program(), args=list(FLAGS))


def _program() -> str:
    return next(name for name in CHROMIUM if Path(name).exists())


async def sign_in(context: BrowserContext, console: ConsoleProcess) -> None:
    """Sign the browser in as the owner."""
    answer = await context.request.post(
        f"{console.url}/api/v1/session",
        data={"login": OWNER, "password": console.password},
        headers={"X-Craton-Request": "1", "Origin": console.url},
    )
    assert answer.status == 200, await answer.text()


async def _sample(page: Page, session: Any, at: float) -> dict[str, Any]:
    await session.send("HeapProfiler.collectGarbage")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    named = {entry["name"]: entry["value"] for entry in metrics}
    renderer = _renderer()
    held = renderer.memory_full_info()
    return {
        "s": round(at),
        "heap MB": round(named["JSHeapUsedSize"] / 1e6, 1),
        "renderer MB": round(held.rss / 1e6),
        "private MB": round(held.uss / 1e6),
        "nodes": int(named["Nodes"]),
        "listeners": int(named["JSEventListeners"]),
        "rows": await page.locator(ROW).count(),
        "first row": (await page.locator(ROW).first.inner_text())[:90],
    }


def _renderer() -> psutil.Process:
    """The largest renderer below this process: the page's."""
    found = [
        process
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    return max(found, key=lambda process: process.memory_info().rss)
