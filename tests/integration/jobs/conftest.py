"""Fleets of real worker processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.jobs.processes import Fleet


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """No worker yet, on PostgreSQL."""
    made = Fleet(postgres_url, tmp_path)
    await made.prepare()
    yield made
    await made.close()


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Fleet]:
    """No worker yet, on SQLite."""
    made = Fleet(f"sqlite+aiosqlite:///{tmp_path / 'craton.db'}", tmp_path)
    await made.prepare()
    yield made
    await made.close()
