"""Change notices: every way to write is heard, commits only, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.db.audit import AuditEntry
from backend.db.bus import Bus, publish
from backend.db.engine import create_db_sessions, create_engine
from backend.db.identity import MembershipRecord, SessionRecord, TeamRecord, UserRecord
from backend.db.migrate import upgrade
from backend.db.notice import MAX_KEYS, Notice, decode, encode, rows
from backend.db.touched import reached_by_delete

TABLES = ("audit_entry", "user_account", "team_member", "user_session")
DbSessions = async_sessionmaker[AsyncSession]


class Replica:
    """One console's bus and sessions over the database, and what its listeners heard."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.bus = Bus(self.engine)
        self.db_sessions = create_db_sessions(self.engine, self.bus)
        self.heard: list[Notice] = []
        for topic in (*map(rows, TABLES), "updates/config"):
            self.bus.subscribe(topic, self.heard.append)
        self._task: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        self._task = asyncio.create_task(self.bus.run())
        if self.bus.shared:  # the line is up when everything is to be looked at
            await self.until(lambda: len(self.heard) >= len(TABLES) + 1)
        self.heard.clear()

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, self.heard
            await asyncio.sleep(0.01)

    @property
    def topics(self) -> set[str]:
        return {notice.topic.removeprefix("rows/") for notice in self.heard}

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.engine.dispose()


@pytest.fixture
async def replica(database_url: str) -> AsyncIterator[Replica]:
    made = Replica(database_url)
    await upgrade(made.engine)
    async with made.db_sessions() as session, session.begin():
        user = UserRecord(id="ada", login="ada", name="Ada")
        session.add(user)
        await session.flush()
        session.add(TeamRecord(id="blue", name="blue", title="Blue"))
        await session.flush()
        session.add(MembershipRecord(team_id="blue", user_id="ada"))
        session.add(SessionRecord(id="s", user_id="ada", created=0, last_seen=0, expires=0))
    made.heard.clear()
    yield made
    await made.close()


def entry() -> AuditEntry:
    return AuditEntry.at_now("main", actor="ada", action="test", outcome="success")


async def orm_insert(session: AsyncSession) -> None:
    session.add(entry())


async def orm_update(session: AsyncSession) -> None:
    user = await session.get(UserRecord, "ada")
    assert user is not None
    user.name = "Countess"


async def orm_delete(session: AsyncSession) -> None:
    await session.delete(await session.get(UserRecord, "ada"))


async def core_insert(session: AsyncSession) -> None:
    await session.execute(insert(AuditEntry).values(**entry().model_dump()))


async def core_update(session: AsyncSession) -> None:
    await session.execute(update(UserRecord).values(name="Countess"))


async def core_delete(session: AsyncSession) -> None:
    await session.execute(delete(UserRecord).where(UserRecord.login == "ada"))


async def core_returning(session: AsyncSession) -> None:
    await session.execute(delete(SessionRecord).returning(SessionRecord.id))


async def text_delete(session: AsyncSession) -> None:
    await session.execute(text("DELETE FROM user_account WHERE login = 'ada'"))


WAYS = [
    (orm_insert, {"audit_entry"}),
    (orm_update, {"user_account"}),
    (orm_delete, {"user_account", "team_member", "user_session"}),
    (core_insert, {"audit_entry"}),
    (core_update, {"user_account"}),
    (core_delete, {"user_account", "team_member", "user_session"}),
    (core_returning, {"user_session"}),
    (text_delete, {"user_account", "team_member", "user_session"}),
]


@pytest.mark.parametrize(("write", "told"), WAYS, ids=lambda x: getattr(x, "__name__", ""))
async def test_every_way_to_write_is_heard_with_the_commit(
    replica: Replica, write: Callable[[AsyncSession], Awaitable[None]], told: set[str]
) -> None:
    async with replica.db_sessions() as session:
        await write(session)
        await session.flush()
        assert replica.heard == []
        await session.rollback()
    assert replica.heard == []
    async with replica.db_sessions() as session:
        await write(session)
        await session.commit()
    assert replica.topics == told


async def test_reading_tells_nothing(replica: Replica) -> None:
    async with replica.db_sessions() as session:
        assert await session.get(UserRecord, "ada")
        await session.commit()
    assert replica.heard == []


async def test_a_savepoint_is_not_a_commit(replica: Replica) -> None:
    async with replica.db_sessions() as session:
        async with session.begin_nested():
            session.add(entry())
        assert replica.heard == []
        await session.rollback()
    assert replica.heard == []


async def test_what_a_savepoint_undoes_costs_no_notice_of_the_rest(replica: Replica) -> None:
    async with replica.db_sessions() as session:
        session.add(UserRecord(login="lin", name="Lin"))
        await session.flush()
        undone = await session.begin_nested()
        session.add(entry())
        await session.flush()
        await undone.rollback()
        await session.commit()
    await replica.until(lambda: "user_account" in replica.topics)


async def test_an_unflushed_change_is_told_with_its_key(replica: Replica) -> None:
    made = entry()
    async with replica.db_sessions() as session:
        session.add(made)
        publish(session, "updates/config")
        await session.commit()
    assert Notice(rows("audit_entry"), (made.key,)) in replica.heard
    assert Notice("updates/config") in replica.heard


async def test_a_listener_that_fails_costs_the_others_nothing(replica: Replica) -> None:
    def broken(_notice: Notice) -> None:
        raise ZeroDivisionError

    heard: list[Notice] = []
    replica.bus.subscribe("x", broken)
    stop = replica.bus.subscribe("x", heard.append)
    await replica.bus.send("x", ["1"])
    stop()
    await replica.bus.send("x", ["2"])
    assert heard == [Notice("x", ("1",))]


def test_cascades_of_the_models_are_followed() -> None:
    assert {"team_member", "user_session"} <= reached_by_delete("user_account")
    assert reached_by_delete("audit_entry") == set()


@pytest.mark.parametrize("count", [0, 1, 100, MAX_KEYS])
def test_keys_are_split_to_fit_and_none_is_lost(count: int) -> None:
    keys = {f"ключ-{number:06}-" + "x" * 60 for number in range(count)}
    payloads = encode("me", "rows/t", keys)
    assert all(len(payload.encode()) < 8000 for payload in payloads)
    found = [decode(payload) for payload in payloads]
    assert {key for one in found if one for key in one[1].keys or ()} == keys


@pytest.mark.parametrize("keys", [None, [str(n) for n in range(MAX_KEYS + 1)], ["x" * 9000]])
def test_what_does_not_fit_means_look_at_all_of_it(keys: list[str] | None) -> None:
    assert [decode(payload) for payload in encode("me", "t", keys)] == [("me", Notice("t"))]


def test_a_strange_payload_is_no_notice() -> None:
    assert decode("{}") is None
    assert decode("") is None


@pytest.mark.postgres
@pytest.mark.parametrize(("write", "told"), WAYS, ids=lambda x: getattr(x, "__name__", ""))
async def test_another_replica_hears_it(
    postgres_url: str, write: Callable[[AsyncSession], Awaitable[None]], told: set[str]
) -> None:
    here, there = Replica(postgres_url), Replica(postgres_url)
    await upgrade(here.engine)
    async with here.db_sessions() as session, session.begin():
        session.add(UserRecord(id="ada", login="ada", name="Ada"))
    await there.listen()
    async with here.db_sessions() as session:
        await write(session)
        await session.flush()
        await session.rollback()
    async with here.db_sessions() as session:
        await write(session)
        await session.commit()
    await there.until(lambda: told <= there.topics)
    assert there.topics == told
    await here.close()
    await there.close()


@pytest.mark.postgres
async def test_own_notices_come_once(postgres_url: str) -> None:
    here, there = Replica(postgres_url), Replica(postgres_url)
    await here.listen()
    await there.listen()
    await here.bus.send("updates/config")
    await there.until(lambda: there.heard == [Notice("updates/config")])
    await there.bus.send("updates/config", ["last"])
    await here.until(lambda: Notice("updates/config", ("last",)) in here.heard)
    assert here.heard.count(Notice("updates/config")) == 1
    await here.close()
    await there.close()


@pytest.mark.postgres
async def test_a_lost_line_means_look_again_and_heals(postgres_url: str) -> None:
    here, there = Replica(postgres_url), Replica(postgres_url)
    await there.listen()
    async with here.db_sessions() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        await session.commit()
    everything = {*TABLES, "updates/config"}
    await there.until(lambda: there.topics == everything)
    await there.until(lambda: len(there.heard) >= 2 * len(everything))  # lost, and back again
    there.heard.clear()
    await here.bus.send("updates/config", ["1"])
    await there.until(lambda: Notice("updates/config", ("1",)) in there.heard)
    await here.close()
    await there.close()
