"""Refused lists, rows and subscriptions are in the audit record, as those of routes are."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from auth.role import Role, Verb
from backend.audit import Origin, Refusals
from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from tests.unit.live.browser import Browser
from tests.unit.live.sample import ORG, PODS, Sockets, person, pod

KEYS = Role("keys", "Keys", frozenset({("key", Verb.LIST)}))
"""Holds something, but nothing of pods."""


class Console:
    def __init__(self, db_sessions, caller) -> None:
        self.db_sessions = db_sessions
        self.source = MemorySource(PODS)
        registry = Registry()
        registry.add(PODS, self.source)
        self.caller = {"now": caller}
        self.hub = LiveHub(registry, Sockets(self.caller), refusals=Refusals(db_sessions))

    def open(self) -> Browser:
        caller = self.caller["now"]
        return Browser(LiveConnection(self.hub, caller, Origin.of(caller)))

    async def entries(self) -> list[AuditEntry]:
        async with self.db_sessions() as db:
            return list((await db.execute(select(AuditEntry))).scalars())


@pytest.fixture
async def db_sessions(tmp_path):
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/c.db")
    await upgrade(engine)
    yield create_db_sessions(engine)
    await engine.dispose()


async def test_a_subscription_without_a_right_is_recorded_once(db_sessions):
    console = Console(db_sessions, person(role=KEYS))
    browser = console.open()
    for name in ("a", "b", "c"):
        await browser.send("subscribe", id=name, collection="pods")
    await browser.read()
    assert browser.shown["a"].error["status"] == 403
    (entry,) = await console.entries()
    assert (entry.action, entry.decision, entry.target) == ("pod:watch", "denied", "pods")


async def test_a_right_taken_from_an_open_page_is_no_attempt(db_sessions):
    console = Console(db_sessions, person())
    console.source.put(pod("p1"))
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods")
    console.caller["now"] = person(role=KEYS)
    assert browser.session is not None
    await browser.session.recheck()
    await browser.read()
    assert browser.shown["s"].error["status"] == 403
    assert await console.entries() == []


async def test_a_page_that_is_seen_is_not_recorded(db_sessions):
    console = Console(db_sessions, person(("org", ORG)))
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods")
    await browser.send("subscribe", id="t", collection="nothing-of-that-name")
    await browser.read()
    assert browser.shown["t"].error["status"] == 404
    assert await console.entries() == []
