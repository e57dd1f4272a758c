"""No query without an open page or a change: an idle console leaves its database alone, but for
what is listed here with its interval."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from backend.omaha.store.sqlite import SqliteStore
from tests.console import ConsoleApp, running_console
from tests.postgres import PostgresServer

LOOKED_AT = 8.0
"""Seconds."""
SETTLED = 180.0
"""Seconds a busy machine may need for what a start brings with it."""

PERIODIC = {
    r"^(BEGIN|COMMIT|ROLLBACK|;|SET |SELECT pg_advisory_unlock_all)": 0.0,  # around the others
    r"^UPDATE job_lease SET expires": 5.0,  # this replica does the sweeps
    r"^UPDATE job_worker SET expires": 30.0,  # this replica runs
    r"^DELETE FROM job_worker WHERE": 30.0,  # others that ended without a word
    r"^SELECT 1$": 5.0,  # is the line for notices still up?
    r"FROM omaha_instance WHERE grant_state = 1": 5.0,  # grants that time out
    r"FROM omaha_rollout WHERE state = 1": 5.0,  # rollouts that time moves on
    r"omaha_tally t JOIN": 5.0,  # and whether machines are still under way
    r"^SELECT provider_session": 60.0,  # whose groups are asked for again?
    r"^DELETE FROM (login_attempt|logout_token_seen|sealed_secret|provider_trial)": 60.0,
    r"^DELETE FROM saml_assertion_seen": 60.0,
    r"^SELECT policy_epoch.value": 1.0,  # and rights? A command line tells nobody of it
    r"^SELECT break_glass.id": 5.0,  # is its hour over?
    r"^PRAGMA data_version": 2.0,  # did another process write the SQLite file?
    r"^SELECT version FROM omaha_config": 2.0,  # and the configuration?
    r"(INTO|FROM) usage_(hour|day|period)": 3600.0,  # an hour of use has ended
    r"FROM omaha_(rollup|tally)": 3600.0,  # and of the update service's machines
}
"""Statements by what they begin with or hold, and the seconds between two; 0: no bound."""

pytestmark = pytest.mark.timeout(400)


def interval(statement: str) -> tuple[str, float] | None:
    """The entry of `PERIODIC` that allows the statement."""
    return next((entry for entry in PERIODIC.items() if re.search(entry[0], statement)), None)


def excess(statements: list[str], seconds: float) -> list[str]:
    """What is not allowed at all, or came more often than its interval allows."""
    allowed: Counter[tuple[str, float]] = Counter()
    found = []
    for statement in statements:
        entry = interval(statement)
        if entry is None:
            found.append(statement)
            continue
        allowed[entry] += 1
        if entry[1] and allowed[entry] > seconds / entry[1] + 1:
            found.append(statement)
    return found


async def looked_at(statements: Callable[[], list[str]]) -> None:
    """After what the start brought, a while in which nothing but the list is asked."""
    deadline = time.monotonic() + SETTLED
    while True:
        before, began = len(statements()), time.monotonic()
        await asyncio.sleep(LOOKED_AT)
        wrong = excess(statements()[before:], time.monotonic() - began)
        if not wrong:
            return
        assert time.monotonic() < deadline, "\n".join(wrong)


@pytest.mark.postgres
async def test_an_idle_console_leaves_postgresql_alone(
    tmp_path: Path, postgres_url: str, postgres_server: PostgresServer
) -> None:
    name = make_url(postgres_url).database or ""
    postgres_server.log_statements(name)
    async with running_console(tmp_path, postgres_url) as console:
        await used(console)
        assert any("user_account" in line for line in postgres_server.statements(name))
        await looked_at(lambda: postgres_server.statements(name))


async def test_an_idle_console_leaves_sqlite_alone(tmp_path: Path) -> None:
    """The update service's own connections included, which SQLAlchemy knows nothing of."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    async with running_console(tmp_path) as console:
        for engine in (console.state.engine, console.state.jobs._engine):
            event.listen(engine.sync_engine, "before_cursor_execute", note)
        assert console.state.updates is not None
        store = console.state.updates.store
        assert isinstance(store, SqliteStore)
        for connection in (store._reader, store._writer):
            await connection.run(connection.raw.set_trace_callback, seen.append)
        await used(console)
        assert seen
        await looked_at(lambda: seen)


async def used(console: ConsoleApp) -> None:
    """Somebody looked at a page and went away."""
    owner = await console.owner()
    assert (await owner.get("/collections/activity", params={"limit": 5})).status_code == 200
