"""Accessibility of a page as axe sees it, contrast included."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from tests.stackfixtures import REPOSITORY

__all__ = ["CONSOLE_NOISE", "violations"]

CONSOLE_NOISE: Final = re.compile(r"Failed to load resource|WebSocket connection")
"""The browser's own words about an answer that the page handles itself."""

_AXE: Final = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _script(path: Path) -> str:
    return path.read_text()


_SETTLED: Final = """() => Promise.all(document.getAnimations()
    .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished.catch(() => null)))"""
"""What fades in has its colours at the end."""


_LOOKS: Final = 4
_PAUSE_MS: Final = 700


def violations(page: Page) -> list[str]:
    """One line per rule that the page breaks, with the first element that does. What is wrong only
    while something is drawn anew is no fault of the page: a fault is there at each look."""
    for _ in range(_LOOKS - 1):
        if not _look(page):
            return []
        page.wait_for_timeout(_PAUSE_MS)
    return _look(page)


def _look(page: Page) -> list[str]:
    page.evaluate(_SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script(_AXE))
    found = page.evaluate("axe.run(document)")["violations"]
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]} {rule['nodes'][0]['failureSummary'][:200]}"
        for rule in found
    ]
