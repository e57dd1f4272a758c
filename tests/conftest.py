"""Fixtures every test may use; heavy servers are started once per run, on first use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings

from backend.live import sql
from tests.databases import place_sqlite
from tests.postgres import PostgresServer, shared_postgres

# A deadline measures how busy the machine is, not whether a property holds.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Nor is a list broken when a loaded machine's database takes longer than a person would wait: CI
# met a 504 of this limit where a test asked for rows.
sql.READ_SECONDS = 60.0

pytest_plugins = (
    "tests.connections",
    "tests.stackfixtures",
    "tests.latencies",
    "tests.collecting",
    "tests.grouping",
    "tests.hashing",
    "tests.signatures",
)


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """A real PostgreSQL, shared by all workers of this run."""
    return shared_postgres()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL (postgresql+asyncpg://) of a migrated database of this test's own."""
    name = f"t{uuid.uuid4().hex}"
    yield postgres_server.create_database(name, migrated=True)
    postgres_server.drop_database(name)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The same without any table."""
    name = f"t{uuid.uuid4().hex}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    """A migrated database's URL, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        place_sqlite(tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    """An empty database's URL, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
async def console(tmp_path):
    """A whole console on SQLite, with an owner."""
    from tests.console import running_console

    async with running_console(tmp_path) as running:
        yield running


@pytest.fixture
async def console_on(tmp_path, database_url):
    """The same, on SQLite and PostgreSQL in turn."""
    from tests.console import running_console

    async with running_console(tmp_path, database_url) as running:
        yield running
