"""How long a person waits for a page's content, on this machine and on a slow line.

    python -m tests.bench.load_bench [--home <CRATON_HOME of a running stack>] [--rounds 5]

Without `--home` a small stack of its own is started and stopped. Each round is a browser that
has never seen the console (its cache empty) and then the same page again. `slow` is what a
hotel's network and an old laptop are: 1.6 Mbit/s, 150 ms for each answer, a quarter of the CPU,
as Chromium emulates them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright

from tests.bench.scale_console import start_console
from tests.bench.scale_tab import launched, sign_in
from tests.consoleprocess import ConsoleProcess, wait_loaded
from tests.stackfixtures import RunningStack, launch_stack

PAGES = {
    "overview": ("/", ".cr-problems li, .cr-calm"),
    "pods": ("/workloads/pods", "tr.cr-row[data-key]"),
}
"""What is opened, and what of it a person came for."""
LINES: dict[str, dict[str, float] | None] = {
    "here": None,
    "slow": {"latency": 150, "download": 1.6e6 / 8, "upload": 0.75e6 / 8, "cpu": 4},
}
LIMITS = {"content": 3_000, "kib": 250, "requests": 15, "shift": 0.01}
"""The aims on the slow line, with an empty cache."""

SPY = """(selector) => {
  const seen = { content: 0, shift: 0, longest: 0 };
  window.craton = seen;
  const look = () => {
    if (seen.content || !document.querySelector(selector)) return;
    requestAnimationFrame(() => setTimeout(() => { seen.content ||= performance.now(); }));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const each = (type, take) => new PerformanceObserver(
    (list) => list.getEntries().forEach(take)
  ).observe({ type, buffered: true });
  each("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  each("longtask", (entry) => { seen.longest = Math.max(seen.longest, entry.duration); });
}"""
"""Runs before the page's own code: when the content was painted, what moved, the longest task."""


async def visit(page: Page, wire: CDPSession, url: str, content: str) -> dict[str, float]:
    """Open the page; what it took, until nothing is asked for any more."""
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await page.goto(url)
    await page.wait_for_function("() => window.craton?.content", timeout=60_000)
    paint = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    first = await page.evaluate(paint)
    await page.wait_for_timeout(1_000)  # what comes and what moves right after counts as well
    seen = await page.evaluate("() => window.craton")
    return {
        "first paint": first,
        "content": seen["content"],
        "requests": len(sizes),
        "kib": sum(sizes) / 1024,
        "shift": seen["shift"],
        "longest task": seen["longest"],
    }


async def slowed(context: BrowserContext, page: Page, line: dict[str, float] | None) -> CDPSession:
    """The page's wire, as slow as the line."""
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    if line is not None:
        await wire.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": line["latency"],
                "downloadThroughput": line["download"],
                "uploadThroughput": line["upload"],
            },
        )
        await wire.send("Emulation.setCPUThrottlingRate", {"rate": line["cpu"]})
    return wire


async def measure(console: ConsoleProcess, rounds: int) -> dict[str, dict[str, float]]:
    """The median of the rounds, for each page, line, and cache."""
    found: dict[str, list[dict[str, float]]] = {}
    async with async_playwright() as play:
        browser = await launched(play)
        for number in range(rounds):
            for line, conditions in LINES.items():
                for name, (path, content) in PAGES.items():
                    context = await browser.new_context(viewport={"width": 1440, "height": 900})
                    await sign_in(context, console)
                    await context.add_init_script(f"({SPY})({json.dumps(content)})")
                    for cache in ("empty cache", "again"):
                        page = await context.new_page()
                        wire = await slowed(context, page, conditions)
                        one = await visit(page, wire, f"{console.url}{path}", content)
                        found.setdefault(f"{name}, {line}, {cache}", []).append(one)
                        await page.close()
                    await context.close()
            print(f"round {number + 1} of {rounds}", flush=True)
        await browser.close()
    return {
        what: {key: statistics.median(one[key] for one in ones) for key in ones[0]}
        for what, ones in found.items()
    }


def show(found: dict[str, dict[str, float]]) -> None:
    """The figures as the README's table, and what misses its aim."""
    print("\n| Page | first paint ms | content ms | KiB | requests | moved | longest task ms |")
    print("|---|---|---|---|---|---|---|")
    for what, one in found.items():
        print(
            f"| {what} | {one['first paint']:.0f} | {one['content']:.0f} | {one['kib']:.0f} "
            f"| {one['requests']:.0f} | {one['shift']:.3f} | {one['longest task']:.0f} |"
        )
    for name in PAGES:
        one = found[f"{name}, slow, empty cache"]
        for key, most in LIMITS.items():
            if one[key] > most:
                print(f"{name}: {key} is {one[key]:.3g}, the aim is {most}")


def main() -> None:
    """Read the options, find or start a stack, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="CRATON_HOME of a running stack")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="craton-load-"))
    own: RunningStack | None = None
    console: Any = None
    try:
        if options.home is None:
            own = launch_stack(folder / "stack")
            own.wait_ready()
        console = start_console(folder / "console", options.home or folder / "stack")
        with console.caller() as caller:
            wait_loaded(caller)
        found = asyncio.run(measure(console, options.rounds))
        show(found)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1))
    finally:
        if console is not None:
            console.stop()
        if own is not None:
            own.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
