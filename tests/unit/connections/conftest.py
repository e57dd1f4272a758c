"""A console without any upstream, on each database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.secrets.keyring import make_key
from tests.console import running_console


@pytest.fixture
async def console(tmp_path: Path, database_url: str) -> Any:
    shared = "" if database_url.startswith("sqlite") else database_url
    async with running_console(tmp_path, shared, secrets_keys=make_key("first")) as running:
        yield running
