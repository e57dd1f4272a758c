"""Whoever is in whatever teams and groups, with whatever roles, own or built in, for however long:
the decision is what the records say, the explanation is the decision, and a binding more or less
does to rights what one expects of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from auth.explain import explain
from auth.policy import Policy
from auth.principal import Credential, CredentialKind
from auth.scope import Scope, covers, namespace, parse
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.db.engine import create_db_sessions, create_engine
from backend.db.identity import (
    GroupRecord,
    MembershipRecord,
    SessionRecord,
    TeamRecord,
    UserRecord,
)
from backend.db.rights import BindingRecord, RoleRecord
from backend.db.teams import TeamGroupRecord, TeamScopeRecord, TeamSelectorRecord
from backend.identity.holdings import policy_of
from backend.identity.loading import PrincipalLoader
from backend.identity.owned import Selection
from tests.roles import CATALOGUE, ROLES

CHECKS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NOW = time.time()
ENDS = {"for good": None, "later": NOW + 86_400, "over": NOW - 60}
TEAMS, GROUPS = ("blue", "green"), ("devs", "ops")
CLUSTER = "org/main/cluster/c"
PLACES = (
    "org/main", CLUSTER, f"{CLUSTER}/ns/web", f"{CLUSTER}/ns/webb", "org/main/etcd/e/key/~/web",
    "org/main/etcd/e/key/~/web/a", "org/main/team/blue", "org/main/team/green",
)  # fmt: skip
LABELS = {"team=blue": ("web",), "team=green": ("webb",), "team": ("web", "webb")}
RIGHTS = ("pod:get", "pod:list", "key:get", "*:list", "binding:get", "gone:get", "pod:fly")
QUESTIONS = [("pod", Verb.GET), ("pod", Verb.LIST), ("key", Verb.GET), ("binding", Verb.GET)]
SUBJECTS = [("user", "ada"), *(("team", t) for t in TEAMS), *(("group", f"p/{g}") for g in GROUPS)]

subsets = st.frozensets(st.sampled_from(GROUPS))
teams = st.fixed_dictionaries(
    {
        "member": st.booleans(),
        "groups": subsets,
        "scopes": st.frozensets(st.sampled_from(PLACES[1:6]), max_size=2),
        "labels": st.frozensets(st.sampled_from([*LABELS]), max_size=1),
    }
)
bindings = st.tuples(
    st.sampled_from([*SUBJECTS, ("user", "eve")]),
    st.sampled_from(["viewer", "operator", "custom", "missing"]),
    st.sampled_from(PLACES),
    st.sampled_from([*ENDS]),
)


class Labelled:
    """Knows the namespaces of `LABELS`."""

    version = 1

    def namespaces(self, cluster: str, labels: str) -> Iterator[Scope]:
        assert cluster == "c"
        return (namespace("main", cluster, name) for name in LABELS[labels])


@dataclass(frozen=True)
class World:
    """What ada is in, what the teams are, what a custom role allows, and who holds what."""

    groups: frozenset[str]
    teams: dict[str, dict[str, Any]]
    rights: list[str]
    held: list[tuple[tuple[str, str], str, str, str]]

    def belongs(self, team: str) -> bool:
        return self.teams[team]["member"] or bool(self.teams[team]["groups"] & self.groups)

    def is_ada(self, subject: tuple[str, str]) -> bool:
        kind, name = subject
        if kind == "team":
            return self.belongs(name)
        return name == "ada" if kind == "user" else name.removeprefix("p/") in self.groups

    def reaches(self, place: str, where: Scope) -> bool:
        reached = [parse(place)]
        if place.startswith("org/main/team/"):
            team = self.teams[place.rsplit("/", 1)[1]]
            reached += map(parse, team["scopes"])
            names = {name for labels in team["labels"] for name in LABELS[labels]}
            reached += [namespace("main", "c", name) for name in names]
        return any(where[: len(scope)] == scope for scope in reached)

    def allows(self, role: str, kind: str, verb: Verb) -> bool:
        if role == "custom":
            general = "*:list" in self.rights and verb is Verb.LIST and kind != "binding"
            return general or f"{kind}:{verb}" in self.rights
        return role != "missing" and ROLES[role].allows(kind, verb)

    def may(self, kind: str, verb: Verb, where: Scope) -> bool:
        """What the records say, told without the product."""
        return any(
            end != "over"
            and self.is_ada(subject)
            and self.allows(role, kind, verb)
            and self.reaches(place, where)
            for subject, role, place, end in self.held
        )

    def records(self) -> Iterable[SQLModel]:
        yield UserRecord(id="ada", login="ada", name="Ada")
        yield SessionRecord(id="s", user_id="ada", created=NOW, last_seen=NOW, expires=NOW + 9e5)
        yield RoleRecord(id="custom", title="Custom", rights=self.rights)
        yield from (GroupRecord(user_id="ada", provider="p", name=name) for name in self.groups)
        for name, team in self.teams.items():
            yield TeamRecord(id=name, name=name, title=name)
            if team["member"]:
                yield MembershipRecord(team_id=name, user_id="ada")
            for group in team["groups"]:
                yield TeamGroupRecord(team_id=name, provider="p", name=group)
            for scope in team["scopes"]:
                yield TeamScopeRecord(team_id=name, scope=scope)
            for labels in team["labels"]:
                yield TeamSelectorRecord(team_id=name, cluster="c", labels=labels)
        for (kind, subject), role, place, end in self.held:
            yield BindingRecord(
                subject_kind=kind, subject_id=subject, role_id=role, scope=place, expires=ENDS[end]
            )


worlds = st.builds(
    World,
    subsets,
    st.fixed_dictionaries(dict.fromkeys(TEAMS, teams)),
    st.lists(st.sampled_from(RIGHTS), max_size=3),
    st.lists(bindings, max_size=4, unique_by=lambda one: one[:3]),
)
Database = tuple[asyncio.Runner, async_sessionmaker[AsyncSession], Selection]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    engine, selection = create_engine(database_url), Selection()
    selection.selecting = Labelled()
    with asyncio.Runner() as runner:
        yield runner, create_db_sessions(engine, info=selection.session_info), selection
        runner.run(engine.dispose())


EMPTIED = (
    BindingRecord, TeamSelectorRecord, TeamScopeRecord, TeamGroupRecord, MembershipRecord,
    TeamRecord, GroupRecord, RoleRecord, SessionRecord, UserRecord,
)  # fmt: skip


async def policies(database: Database, world: World) -> tuple[Policy, Policy]:
    """Of ada's session, and as whoever asks about her is told."""
    _, db_sessions, selection = database
    async with db_sessions() as db, db.begin():
        for record in EMPTIED:
            await db.execute(SQLModel.metadata.tables[str(record.__tablename__)].delete())
        for one in world.records():
            db.add(one)
            await db.flush()
    loader = PrincipalLoader(
        db_sessions, "main", CATALOGUE, time.time, groups_last=9e5, selection=selection
    )
    loaded = await loader.load(Credential(CredentialKind.SESSION, "s"))
    assert loaded is not None
    async with db_sessions() as db:
        told = await policy_of(db, Subject(SubjectKind.USER, "ada"), CATALOGUE)
    return loaded.principal.policy, told


def asked() -> Iterator[tuple[str, Verb, Scope]]:
    for kind, verb in QUESTIONS:
        for place in PLACES:
            yield kind, verb, parse(place)
            yield kind, verb, (*parse(place), "below", "x")


def allowed(policy: Policy) -> set[tuple[str, Verb, Scope]]:
    return {question for question in asked() if policy.decide(*question).allowed}


@CHECKS
@given(world=worlds)
def test_the_decision_is_what_the_records_say_and_the_explanation_is_the_decision(
    database: Database, world: World
) -> None:
    decided, told = database[0].run(policies(database, world))
    assert decided.fingerprint == told.fingerprint
    for question in asked():
        decision, explanation = decided.decide(*question), explain(told, *question)
        assert decision.allowed == world.may(*question), question
        assert explanation.allowed == decision.allowed
        deciding = explanation.reasons[0] if explanation.reasons else None
        assert (deciding.id if deciding else None) == decision.binding
        assert all(covers(one.scope, question[2]) for one in explanation.reasons)


@CHECKS
@given(world=worlds, more=bindings)
def test_a_binding_more_never_takes_and_one_less_never_gives(
    database: Database, world: World, more: Any
) -> None:
    if more[:3] in [one[:3] for one in world.held]:
        return
    added = World(world.groups, world.teams, world.rights, [*world.held, more])
    less, _ = database[0].run(policies(database, world))
    greater, _ = database[0].run(policies(database, added))
    assert allowed(less) <= allowed(greater)
    mine = added.is_ada(more[0]) and more[3] != "over"
    if not mine or more[1] == "missing":
        assert allowed(less) == allowed(greater), "of another, over, or of no role"
    again, _ = database[0].run(policies(database, world))
    assert allowed(again) == allowed(less)
