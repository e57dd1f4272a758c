"""A pytest plugin: what tests measured is said at the end, also when they passed.

A test records it as a property whose name starts with `latency of `.
"""

from __future__ import annotations

import pytest

PREFIX = "latency of "


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each measured latency."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    measured = [
        (name.removeprefix(PREFIX), value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name.startswith(PREFIX)
    ]
    if measured:
        terminalreporter.section("latency from the command's end to the frame")
        for what, seconds in measured:
            terminalreporter.line(f"{seconds:>8}  {what}")
