"""A database that is slow for one part of the overview takes nothing from the others."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.db.engine import create_engine
from backend.live import sql
from tests.console import running_console

pytestmark = pytest.mark.postgres


async def test_the_other_systems_are_told_while_the_groups_cannot_be_read(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_console(tmp_path, postgres_url) as console:
        owner, engine = await console.owner(), create_engine(postgres_url)
        async with engine.begin() as holder:
            await holder.execute(sa.text("LOCK TABLE omaha_group IN ACCESS EXCLUSIVE MODE"))
            monkeypatch.setattr(sql, "READ_SECONDS", 0.2)
            answer = await owner.get("/overview")
            assert answer.status_code == 200, answer.text
            systems = {each["name"]: each for each in answer.json()["systems"]}
            assert systems["updates"]["state"] == "down"
            assert systems["updates"]["sentence"] == "the database did not answer in time"
            assert systems["kubernetes"]["state"] == "absent"
        await engine.dispose()
