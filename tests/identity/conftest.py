"""A provider that can be made to lie, and a console that believes in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.http import stepup
from backend.providers import outward, protocol
from tests.console import ConsoleApp, running_console
from tests.identity.provider import LyingProvider, running_provider


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider in the test's own process is slow where the machine is: only a test that makes
    it slow is to see it given up. Nor does it ask anew who is there, however long a test takes."""
    for module in (outward, protocol):
        monkeypatch.setattr(module, "SECONDS", 120.0)
    monkeypatch.setattr(stepup, "ACTION_SECONDS", float("inf"))


@pytest.fixture
async def provider() -> AsyncIterator[LyingProvider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
async def believer(tmp_path: Path, provider: LyingProvider) -> AsyncIterator[ConsoleApp]:
    """A console on SQLite whose operator declared the provider."""
    declared = (provider.settings(),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        yield console
