"""A real console on the stack with real nodes (`real_stack`, tests/stackfixtures.py)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.consoleprocess import ConsoleProcess, launch_console, wait_loaded
from tests.stackfixtures import RunningStack


@pytest.fixture(scope="session")
def console(
    real_stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """A console that has all rows of the stack."""
    running = launch_console(tmp_path_factory.mktemp("console"), real_stack)
    try:
        with running.caller() as client:
            wait_loaded(client)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def caller(console: ConsoleProcess) -> Iterator[httpx2.Client]:
    """The owner."""
    with console.caller() as client:
        yield client
