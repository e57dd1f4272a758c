"""A lost quorum is one problem; while it lasts its members are none of their own."""

from __future__ import annotations

from typing import Any

import pytest

from backend.features.keyvalue.collections import MEMBERS
from backend.features.keyvalue.rows import MemberRow
from backend.features.overview.collections import PROBLEMS
from backend.features.overview.derive import Problems
from backend.features.overview.members import quorum_problem
from backend.features.overview.rows import ProblemRow
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from tests.unit.overview.test_problems import Clock, make


def member(name: str, status: str = "healthy", *, etcd: str = "main", **values: Any) -> MemberRow:
    given = {"role": "follower", "reason": "" if status == "healthy" else "no answer", **values}
    healthy = status in {"healthy", "unknown"}
    return make(
        MemberRow,
        key=f"{etcd}/{name}",
        etcd=etcd,
        name=name,
        status=status,
        healthy=healthy,
        **given,
    )


class World:
    def __init__(self) -> None:
        self.clock = Clock()
        self.members: MemorySource[MemberRow] = MemorySource(MEMBERS)
        self.problems = Problems(self.clock).rows
        registry = Registry()
        registry.add(MEMBERS, self.members)
        registry.add(self.problems.collection, self.problems)

    async def are(self, *rows: MemberRow, at: float) -> dict[str, ProblemRow]:
        self.clock.now = at
        for row in rows:
            self.members.put(row)
        return await self.settled()

    async def settled(self) -> dict[str, ProblemRow]:
        await self.members.flush()
        await self.problems.flush()
        return self.shown()

    def shown(self) -> dict[str, ProblemRow]:
        return {problem.key: problem for problem in self.problems}


@pytest.fixture
async def world() -> World:
    made = World()
    await made.are(*(member(name) for name in ("a", "b", "c")), at=1000.0)
    return made


async def test_with_a_quorum_each_member_is_a_problem(world: World) -> None:
    shown = await world.are(member("a", "down"), at=2000.0)
    assert list(shown) == ["etcd-members/main/a"]
    assert (shown["etcd-members/main/a"].name, shown["etcd-members/main/a"].reason) == (
        "a",
        "no answer",
    )


async def test_a_lost_quorum_is_one_problem_that_says_what_stops(world: World) -> None:
    await world.are(member("a", "down"), at=2000.0)
    gone = (member("b", "down"), member("c", "unhealthy", reason="sees no leader"))
    (problem,) = (await world.are(*gone, at=3000.0)).values()
    assert (problem.kind, problem.name) == ("etcd", "main")
    assert problem.reason == "Quorum lost: 2 of 3 members are down, writes are refused"
    assert (problem.rank, problem.severity, problem.count) == (0, "error", 2)
    assert (problem.since, problem.link) == (3000.0, "/key-value")
    assert "no key can change" in problem.affects
    places = [scope(problem, "main") for scope in PROBLEMS.scopes]
    assert ("org", "main", "etcd", "main") in places


async def test_members_still_down_afterwards_return_with_their_own_beginning(world: World) -> None:
    await world.are(member("a", "down"), at=2000.0)
    await world.are(member("b", "down"), at=3000.0)
    shown = await world.are(member("b"), at=4000.0)
    assert {key: problem.since for key, problem in shown.items()} == {"etcd-members/main/a": 2000.0}
    assert await world.are(member("a"), at=5000.0) == {}


async def test_a_lost_quorum_keeps_its_beginning_while_more_fail(world: World) -> None:
    await world.are(member("a", "down"), member("b", "down"), at=2000.0)
    (problem,) = (await world.are(member("c", "down"), at=3000.0)).values()
    assert problem.since == 2000.0
    assert problem.reason == "Cannot be reached: none of its 3 members answers"


async def test_what_was_lost_before_has_no_beginning() -> None:
    world = World()
    world.members.put(member("a", "down"))
    world.members.put(member("b", "down"))
    world.members.put(member("c"))
    (problem,) = (await world.settled()).values()
    assert problem.since is None


async def test_clusters_are_apart_and_a_removed_one_leaves_nothing(world: World) -> None:
    await world.are(*(member(name, "down", etcd="other") for name in ("x", "y", "z")), at=2000.0)
    assert set(world.shown()) == {"etcd/other/quorum"}
    for name in ("x", "y", "z"):
        world.members.remove(f"other/{name}")
    assert await world.settled() == {}


def test_learners_do_not_count_and_unwatched_members_are_not_called_down() -> None:
    rows = [member("a"), member("b", "down"), member("c", "unknown")]
    assert quorum_problem(rows) is None
    assert quorum_problem([member("a"), member("l", "down", role="learner")]) is None
    two = quorum_problem([member("a"), member("b", "down")])
    assert two is not None, "two members tolerate no failure"
    assert "1 of 2 members" in two.reason
