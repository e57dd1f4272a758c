"""A pytest plugin: a test that leaves a SQLite connection open fails, not whichever test runs
when the garbage collector finds it.

The finalizer of a forgotten connection warns, and pytest then formats a traceback, for which
CPython parses source. Should that happen while other source is being parsed, the latter ends as
"SystemError: AST constructor recursion depth mismatch" (CPython 3.11 counts in one place).
"""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections.abc import Generator, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import aiosqlite
import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

PATIENCE = 10.0
_FAILED: pytest.StashKey[bool] = pytest.StashKey()
_NEXT = itertools.count()
_NUMBERS: WeakKeyDictionary[Pool, int] = WeakKeyDictionary()
_POOLED: set[tuple[int, threading.Thread]] = set()


def pytest_configure() -> None:
    """Hear of every connection a pool opens."""
    event.listen(Pool, "connect", _pooled)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note whether a part of the test failed: it may then have left anything behind."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def closed_connections(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up first, so looked at last: nothing the test or its fixtures opened is left."""
    before = _open()
    yield
    deadline = time.monotonic() + PATIENCE
    while left := _forgotten(before):
        if request.node.stash.get(_FAILED, False):
            _close(left)
            return
        if time.monotonic() > deadline:
            _close(left)
            pytest.fail(f"{len(left)} SQLite connections were left open")
        time.sleep(0.01)


def _forgotten(before: set[threading.Thread]) -> set[threading.Thread]:
    """The new ones, but for those of a pool that had connections before: it outlives the test,
    and opens another when it needs one."""
    older = {pool for pool, thread in _POOLED if thread in before}
    return _open() - before - {thread for pool, thread in _POOLED if pool in older}


def _pooled(connection: Any, record: Any) -> None:
    """Remember by what number which pool opened a connection of aiosqlite."""
    opened = getattr(connection, "driver_connection", None)
    if isinstance(opened, aiosqlite.Connection):
        pool = record._ConnectionRecord__pool
        _POOLED.add((_NUMBERS.setdefault(pool, next(_NEXT)), opened._thread))


def _open() -> set[threading.Thread]:
    """The threads of aiosqlite: each open connection has one."""
    return {t for t in threading.enumerate() if "_connection_worker_thread" in t.name}


def _close(threads: set[threading.Thread]) -> None:
    for found in gc.get_objects():
        if isinstance(found, aiosqlite.Connection) and found._thread in threads:
            found.stop()
    for thread in threads:
        thread.join(PATIENCE)
