"""A pytest plugin: a test that leaves a database connection open fails, not whichever test runs
when the garbage collector finds it.

The finalizer of a forgotten connection warns, and pytest then formats a traceback, for which
CPython parses source. Should that happen while other source is being parsed, the latter ends as
"SystemError: AST constructor recursion depth mismatch" (CPython 3.11 counts in one place).

Connections of aiosqlite are known by their threads, those of asyncpg by their making, of which
the place is told. A pool that had connections before the test outlives it, and may keep more.
"""

from __future__ import annotations

import gc
import itertools
import threading
import time
import traceback
from collections.abc import Generator, Iterator
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import aiosqlite
import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

PATIENCE = 60.0
_FRAMES = 24
_FAILED: pytest.StashKey[bool] = pytest.StashKey()
_NEXT = itertools.count()
_NUMBERS: WeakKeyDictionary[Pool, int] = WeakKeyDictionary()
_POOLED: set[tuple[int, threading.Thread]] = set()
_MADE: WeakSet[asyncpg.Connection] = WeakSet()
_OWNERS: WeakKeyDictionary[asyncpg.Connection, object] = WeakKeyDictionary()
"""The pool of SQLAlchemy that opened it."""


def pytest_configure() -> None:
    """Hear of every connection a pool opens, and of every one of asyncpg."""
    event.listen(Pool, "connect", _pooled)
    _watch(asyncpg.Connection)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note whether a part of the test failed: it may then have left anything behind."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def closed_connections(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up first, so looked at last: nothing the test or its fixtures opened is left."""
    before, made_before = _open(), _open_postgres()
    yield
    deadline = time.monotonic() + PATIENCE
    while (left := _forgotten(before)) or _forgotten_postgres(made_before):
        if request.node.stash.get(_FAILED, False) or time.monotonic() > deadline:
            break
        time.sleep(0.01)
    _close(left)
    made_left = _forgotten_postgres(made_before)
    places = [made._source_traceback for made in made_left]
    for made in made_left:
        _end(made)
    if request.node.stash.get(_FAILED, False):
        return
    if left:
        pytest.fail(f"{len(left)} SQLite connections were left open")
    if places:
        pytest.fail(f"{len(places)} PostgreSQL connections were left open; one from:\n{places[0]}")


def _watch(kind: Any) -> None:
    """Remember each connection and its place of making, which its finalizer then tells too."""
    begin = kind.__init__

    def begin_and_remember(self: Any, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        self._source_traceback = "".join(traceback.format_stack(limit=_FRAMES))
        _MADE.add(self)

    kind.__init__ = begin_and_remember


def _is_closed(made: Any) -> bool:
    return made._protocol is None or made.is_closed()


def _end(made: Any) -> None:
    """Also when its event loop has ended, which can close nothing any more."""
    if not made._loop.is_closed():
        made.terminate()
        return
    made._aborted = True
    raw = getattr(made._transport, "_sock", None)
    if raw is not None:
        raw.close()
        made._transport._sock = None


def _open_postgres() -> set[asyncpg.Connection]:
    return {made for made in _MADE if not _is_closed(made)}


def _forgotten_postgres(before: set[asyncpg.Connection]) -> set[asyncpg.Connection]:
    older = {id(_OWNERS[made]) for made in before if made in _OWNERS}
    return {
        made
        for made in _open_postgres() - before
        if made not in _OWNERS or id(_OWNERS[made]) not in older
    }


def _forgotten(before: set[threading.Thread]) -> set[threading.Thread]:
    """The new ones, but for those of a pool that had connections before: it outlives the test,
    and opens another when it needs one."""
    older = {pool for pool, thread in _POOLED if thread in before}
    return _open() - before - {thread for pool, thread in _POOLED if pool in older}


def _pooled(connection: Any, record: Any) -> None:
    """Remember which pool opened a connection."""
    opened = getattr(connection, "driver_connection", None)
    pool = record._ConnectionRecord__pool
    if isinstance(opened, aiosqlite.Connection):
        _POOLED.add((_NUMBERS.setdefault(pool, next(_NEXT)), opened._thread))
    elif isinstance(opened, asyncpg.Connection):
        _OWNERS[opened] = pool


def _open() -> set[threading.Thread]:
    """The threads of aiosqlite: each open connection has one."""
    return {t for t in threading.enumerate() if "_connection_worker_thread" in t.name}


def _close(threads: set[threading.Thread]) -> None:
    if not threads:
        return
    for found in gc.get_objects():
        if isinstance(found, aiosqlite.Connection) and found._thread in threads:
            found.stop()
    for thread in threads:
        thread.join(PATIENCE)
