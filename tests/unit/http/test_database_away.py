"""A database that is away, or whose disk is full, is said to who asks: no fault of the console."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from backend.db.engine import create_engine
from backend.http.problems import install_problem_handlers
from tests.postgres import cluster


def serving(engine: AsyncEngine) -> httpx2.AsyncClient:
    """A page that writes a row of 100 kB, and one that meets an error of its own."""
    app = FastAPI()
    install_problem_handlers(app)

    @app.post("/rows")
    async def write() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO kept VALUES (:x)"), {"x": "x" * 100_000})

    @app.post("/wrong")
    async def wrong() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO kept (x, x, x) VALUES (NULL)"))

    @app.post("/file")
    def file() -> None:
        Path("/nowhere/at/all").read_text()

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://console.test")


async def test_a_full_disk_is_said_as_such(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'small.db'}", pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE kept (x TEXT)"))
        await connection.execute(text("PRAGMA max_page_count = 40"))
    async with serving(engine) as http:
        answers = [await http.post("/rows") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 503, 503]
        assert "the disk of the console's data is full" in answers[-1].json()["detail"]
        assert answers[-1].headers["retry-after"] == "5"
        own = await http.post("/file")
    assert (own.status_code, own.json()["title"]) == (500, "Something failed inside the console")
    await engine.dispose()


@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_a_database_that_is_down_is_said_as_such() -> None:
    with cluster() as postgres:
        engine = create_engine(postgres.create_database("away"))
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE kept (x TEXT)"))
        async with serving(engine) as http:
            assert (await http.post("/rows")).status_code == 200
            assert (await http.post("/wrong")).status_code == 500
            postgres.kill()
            for _ in range(2):  # the connection that was open, and one that cannot be made
                answer = await http.post("/rows")
                assert answer.status_code == 503
                assert "does not answer just now" in answer.json()["detail"]
        await engine.dispose()
