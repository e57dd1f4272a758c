"""A pytest plugin: tests that share a heavy server run on one worker of xdist.

xdist's own `--dist loadgroup` appends the group to an attribute of the item that pytest 9
no longer reads, and silently groups nothing; the files that belong together are named here.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "tests/integration/console/test_outages.py": "a console and a stack to break",
    "tests/integration/console/test_two_clusters.py": "a console on two stacks",
    "tests/integration/console/": "a console on the shared stack",
    "tests/integration/realnodes/": "a stack with real nodes",
    "tests/browser/test_logs.py": "a browser on real nodes",
    "tests/browser/test_terminal.py": "a browser on real nodes",
    "tests/browser/test_usage.py": "a browser on real nodes",
    "tests/integration/replicas/": "consoles over one PostgreSQL, to be killed and frozen",
    "tests/integration/http/": "a console and an update server to attack",
    "tests/browser/test_live.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_keyvalue.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_keys.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_importing.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_table.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_operate.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_editing.py": "changes the shared stack, or counts what is in it",
    "tests/browser/test_incident.py": "changes the shared stack, or counts what is in it",
}
"""By the beginning of the test's id; the first that fits counts."""


class GroupScheduling(LoadScopeScheduling):
    """Sends a group as one piece; every other test is a piece of its own."""

    def _split_scope(self, nodeid: str) -> str:
        found = (group for start, group in GROUPS.items() if nodeid.startswith(start))
        return next(found, nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling | None:
    """Take the place of `--dist loadgroup`."""
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
