"""A provider that can be made to lie, and a console that believes in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from backend.http import stepup
from backend.providers import outward, protocol
from backend.providers.ldap import directories, servers, wire
from tests.console import ConsoleApp, running_console
from tests.identity.provider import LyingProvider, running_provider
from tests.slapd import Slapd, running_slapd


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider in the test's own process is slow where the machine is: only a test that makes
    it slow is to see it given up. Nor does it ask anew who is there, however long a test takes."""
    for module in (outward, protocol, servers, wire):
        monkeypatch.setattr(module, "SECONDS", 120.0)
    monkeypatch.setattr(servers, "CONNECT_SECONDS", 120.0)
    monkeypatch.setattr(directories, "WAIT_SECONDS", 120.0)
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


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """A real OpenLDAP server, one for each worker: each test adds people and groups of its own."""
    with running_slapd(tmp_path_factory.mktemp("slapd")) as running:
        yield running
