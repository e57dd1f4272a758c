"""Cookies and bearer tokens, resolved by one cache that notices every change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.principal import CredentialKind, Principal
from auth.scope import namespace, organisation, render
from auth.subject import Subject, SubjectKind, group
from auth.verb import Verb
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.identity import (
    GroupRecord,
    MembershipRecord,
    ServiceRecord,
    SessionRecord,
    TeamRecord,
    TokenRecord,
    UserRecord,
)
from backend.db.migrate import upgrade
from backend.db.rights import BindingRecord, RoleRecord
from backend.identity.credentials import Identities, Presented
from backend.identity.epoch import TOPIC, raise_epoch
from backend.identity.sessions import SessionLimits
from backend.identity.tokens import make_access_token
from tests.console import OWNER_PASSWORD, ConsoleApp
from tests.roles import CATALOGUE

MAIN = organisation("main")
WEB = namespace("main", "c1", "web")
ADA = Subject(SubjectKind.USER, "ada")
BLUE = Subject(SubjectKind.TEAM, "blue")


def bound(subject: Subject, role: str, scope=MAIN, **more) -> BindingRecord:
    return BindingRecord(
        subject_kind=subject.kind,
        subject_id=subject.id,
        role_id=role,
        scope=render(scope),
        **more,
    )


@dataclass
class World:
    """Identities over a database with ada in it, and a clock that tests move."""

    db_sessions: async_sessionmaker[AsyncSession]
    now: float = 1000.0

    def __post_init__(self) -> None:
        limits = SessionLimits(idle=60, absolute=600)
        self.identities = Identities(
            self.db_sessions, "main", limits, CATALOGUE, clock=lambda: self.now
        )

    async def add(self, *records, concerns: tuple[object, ...] = ()) -> None:
        async with self.db_sessions() as db, db.begin():
            await raise_epoch(db, *concerns)
            db.add_all(records)

    async def signed_in(self, login: str = "ada") -> Presented:
        async with self.db_sessions() as db, db.begin():
            user = await db.get(UserRecord, login)
            assert user is not None
            secret = await self.identities.open(db, user, "", "")
        return Presented(CredentialKind.SESSION, secret)

    async def token(self, owner: Subject, *rights: str, scopes=(MAIN,)) -> Presented:
        secret, record = make_access_token(owner, "ci", rights, scopes, expires=self.now + 100)
        await self.add(record)
        return Presented(CredentialKind.TOKEN, secret)

    async def can(self, presented: Presented, kind: str, verb: Verb, scope=WEB) -> bool:
        principal = await self.identities.resolve(presented)
        assert principal is not None
        return principal.policy.decide(kind, verb, scope).allowed


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    engine = create_engine(database_url)
    await upgrade(engine)
    bus = Bus(engine)
    made = World(create_db_sessions(engine, bus))
    bus.subscribe(TOPIC, lambda notice: made.identities.heard(notice.keys))
    await made.add(UserRecord(id="ada", login="ada", name="Ada"))
    await made.identities.refresh()
    yield made
    await engine.dispose()


async def test_rights_come_from_the_person_their_teams_and_their_groups(world: World) -> None:
    ada = await world.signed_in()
    assert not await world.can(ada, "pod", Verb.LIST)
    await world.add(TeamRecord(id="blue", name="blue", title="Blue"))
    await world.add(MembershipRecord(team_id="blue", user_id="ada"), concerns=(ADA,))
    await world.add(bound(BLUE, "viewer"), concerns=(BLUE,))
    assert await world.can(ada, "pod", Verb.LIST)
    assert not await world.can(ada, "pod", Verb.DELETE)
    await world.add(
        GroupRecord(user_id="ada", provider="corp", name="ops"),
        bound(group("corp", "ops"), "operator", WEB),
        bound(group("other", "ops"), "owner"),
        concerns=(ADA,),
    )
    assert await world.can(ada, "pod", Verb.DELETE)
    assert not await world.can(ada, "user", Verb.LIST)
    principal = await world.identities.resolve(ada)
    assert principal is not None
    assert principal.subjects == {ADA, BLUE, group("corp", "ops")}


async def test_a_custom_role_counts_and_its_edit_is_felt(world: World) -> None:
    """The fingerprint that open pages compare changes with the role, not with its name."""
    role = RoleRecord(id="deployer", title="Deployer", rights=["workload:*", "gone:get"])
    await world.add(role, bound(ADA, "deployer", WEB), concerns=(ADA,))
    ada = await world.signed_in()
    assert await world.can(ada, "workload", Verb.RESTART)
    before = await world.identities.resolve(ada)
    async with world.db_sessions() as db, db.begin():
        await raise_epoch(db, "role:deployer")
        await db.execute(update(RoleRecord).values(rights=["workload:get"]))
    after = await world.identities.resolve(ada)
    assert before is not None
    assert after is not None
    assert after.policy.fingerprint != before.policy.fingerprint
    assert not await world.can(ada, "workload", Verb.RESTART)


async def test_a_token_never_exceeds_its_owner_s_present_rights(world: World) -> None:
    await world.add(bound(ADA, "operator"), concerns=(ADA,))
    token = await world.token(ADA, "pod:*", "user:delete", scopes=(WEB,))
    assert await world.can(token, "pod", Verb.DELETE)
    assert not await world.can(token, "pod", Verb.DELETE, namespace("main", "c1", "shop"))
    assert not await world.can(token, "workload", Verb.LIST)
    assert not await world.can(token, "user", Verb.DELETE, MAIN)
    async with world.db_sessions() as db, db.begin():
        await raise_epoch(db, ADA)
        await db.execute(update(BindingRecord).values(role_id="viewer"))
    assert await world.can(token, "pod", Verb.LIST)
    assert not await world.can(token, "pod", Verb.DELETE)


async def test_a_token_ends_with_its_time_and_with_its_owner(world: World) -> None:
    service = Subject(SubjectKind.SERVICE, "bot")
    await world.add(ServiceRecord(id="bot", name="bot"), bound(service, "viewer"))
    own, theirs = await world.token(ADA, "*:*"), await world.token(service, "*:*")
    assert await world.can(theirs, "pod", Verb.LIST)
    async with world.db_sessions() as db, db.begin():
        await raise_epoch(db, service)
        await db.execute(update(ServiceRecord).values(disabled=True))
    assert await world.identities.resolve(theirs) is None
    assert await world.identities.resolve(own) is not None
    world.now += 101
    assert await world.identities.resolve(own) is None
    wrong = Presented(CredentialKind.SESSION, own.secret)
    assert await world.identities.resolve(wrong) is None


async def test_a_session_of_a_clock_that_stood_ahead_ends_with_it(world: World) -> None:
    right, world.now = world.now, world.now + 10 * 365 * 86_400
    ahead = await world.signed_in()
    assert await world.identities.resolve(ahead) is not None
    world.now = right
    assert await world.identities.resolve(ahead) is None
    later = await world.signed_in()
    await world.identities.sweep()
    assert await world.identities.resolve(later) is not None
    async with world.db_sessions() as db:
        kept = (await db.scalars(select(SessionRecord.id))).all()
    assert list(kept) == [later.credential.id]


async def test_a_session_ends_when_idle_and_when_its_time_is_over(world: World) -> None:
    ada = await world.signed_in()
    for _ in range(4):
        world.now += 50
        assert await world.identities.resolve(ada) is not None
    world.now += 61
    assert await world.identities.resolve(ada) is None
    ada = await world.signed_in()
    for _ in range(11):
        world.now += 55
        assert (await world.identities.resolve(ada) is None) == (world.now >= 1000 + 261 + 600)


async def test_what_a_page_asks_by_itself_does_not_keep_a_session(world: World) -> None:
    ada = await world.signed_in()
    world.now += 50
    assert await world.identities.resolve(ada, used=False) is not None
    world.now += 11
    assert await world.identities.resolve(ada, used=False) is None


async def test_a_binding_ends_at_its_time_without_any_notice(world: World) -> None:
    await world.add(bound(ADA, "viewer", expires=world.now + 30), concerns=(ADA,))
    ada = await world.signed_in()
    assert await world.can(ada, "pod", Verb.LIST)
    world.now += 29
    assert await world.can(ada, "pod", Verb.LIST)
    world.now += 1
    assert not await world.can(ada, "pod", Verb.LIST)


async def test_a_principal_loaded_while_rights_change_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The load read the bindings before the change and ends after its notice."""
    await world.add(bound(ADA, "owner"), concerns=(ADA,))
    ada = await world.signed_in()
    read, go_on, again = asyncio.Event(), asyncio.Event(), world.identities._loader._load

    async def slow(credentials):
        found = await again(credentials)
        read.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(world.identities._loader, "_load", slow)
    asked = asyncio.create_task(world.identities.resolve(ada))
    await read.wait()
    async with world.db_sessions() as db, db.begin():
        await raise_epoch(db, ADA)
        await db.execute(update(BindingRecord).values(role_id="viewer"))
    go_on.set()
    principal = await asked
    assert principal is not None
    assert not principal.policy.decide("user", Verb.DELETE, MAIN).allowed
    assert not await world.can(ada, "user", Verb.DELETE, MAIN)


async def test_one_change_loads_only_those_it_concerns_and_many_at_once(world: World) -> None:
    """A thousand open pages must not become a thousand times four queries."""
    await world.add(UserRecord(id="eve", login="eve", name="Eve"))
    ada, eve = [await world.signed_in() for _ in range(200)], await world.signed_in("eve")
    loader = world.identities._loader
    await asyncio.gather(*(world.identities.resolve(one) for one in (*ada, eve)))
    assert loader.batches == 1
    await world.add(bound(ADA, "viewer"), concerns=(ADA,))
    kept = await world.identities.resolve(eve)
    assert loader.batches == 1
    assert kept is await world.identities.resolve(eve)
    found = await asyncio.gather(*(world.identities.resolve(one) for one in ada * 3))
    assert loader.batches == 2
    assert all(isinstance(p, Principal) and p.policy.bindings for p in found)


async def test_after_a_lost_notice_everybody_is_looked_at_again(world: World) -> None:
    ada = await world.signed_in()
    assert await world.identities.resolve(ada) is not None
    deaf = World(world.db_sessions)
    assert await deaf.identities.resolve(ada) is not None
    await world.add(bound(ADA, "viewer"), concerns=(ADA,))
    assert not await deaf.can(ada, "pod", Verb.LIST)
    await deaf.identities.refresh()
    assert await deaf.can(ada, "pod", Verb.LIST)


async def test_a_failed_load_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await world.signed_in()

    async def broken(_credentials):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(world.identities._loader, "_load", broken)
        with pytest.raises(ConnectionResetError):
            await world.identities.resolve(ada)
    assert await world.identities.resolve(ada) is not None


async def test_bearer_requests_work_like_signed_in_ones(console_on: ConsoleApp) -> None:
    """No cookie, no CSRF header, no Origin: a program's request, guarded all the same."""
    owner = await console_on.owner()
    mine = (await owner.get("/session")).json()["id"]
    secret, record = make_access_token(
        Subject(SubjectKind.USER, mine), "ci", ["user:*"], [MAIN], expires=2e10
    )
    async with console_on.state.db_sessions() as db, db.begin():
        db.add(record)
    program = console_on.caller()
    for name in ("x-craton-request", "origin"):
        del program.headers[name]
    program.headers["authorization"] = f"Bearer {secret}"
    made = await program.post("/users", json={"login": "ada", "password": OWNER_PASSWORD})
    assert made.status_code == 201, made.text
    assert (await program.get("/collections/users")).json()["total"] == 2
    assert (await program.get("/collections/bindings")).status_code in {403, 404}
    async with console_on.state.db_sessions() as db:
        stored = await db.get(TokenRecord, record.id)
    assert stored is not None
    assert stored.last_used is not None
    assert secret not in str(stored.model_dump())


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer", "Bearer " + "x" * 500, "Basic YTpi", ""]
)
async def test_a_wrong_header_does_not_fall_back_to_the_cookie(
    console: ConsoleApp, authorization: str
) -> None:
    owner = await console.owner()
    answer = await owner.get("/session", headers={"authorization": authorization})
    assert answer.status_code == 401


async def test_a_cookie_cannot_do_without_our_header_by_adding_a_scheme(
    console: ConsoleApp,
) -> None:
    owner = await console.owner()
    del owner.headers["x-craton-request"]
    answer = await owner.delete("/session", headers={"authorization": "Bearer x"})
    assert answer.status_code == 401
    assert (await owner.get("/session")).status_code == 200
