"""A provider that can be made to lie, and a console that believes in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console import ConsoleApp, running_console
from tests.identity.provider import LyingProvider, running_provider


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
