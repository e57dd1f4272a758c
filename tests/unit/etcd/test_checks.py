"""What a member's failing check and a comparison of members mean for its row, on the fake."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.etcd.changes import changes
from integrations.etcd.checks import HealthChecks, parse_checks
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.consistency import ConsistencyCheck
from integrations.etcd.fake import FakeCluster
from integrations.etcd.poll import MemberPoller
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.snapshot import MemberCondition
from tests.contract.etcd.recording import RecordingFeed


class World:
    def __init__(self, **options) -> None:
        self.fake = FakeCluster(**options)
        settings = EtcdSettings(name="test", endpoints=self.fake.endpoints, deadline=0.5)
        self.connection = EtcdConnection(settings, self.fake.transport)
        self.poller = MemberPoller(self.connection.client, RecordingFeed())
        self.state: Any = None

    async def look(self, *, checks: bool = False, again: bool = False):
        """Poll; with the members' own checks or a comparison when asked for, then as rows."""
        self.state = await self.poller.poll()
        if checks:
            await self.poller.checks.check()
        if again:
            if self.poller.consistency.result is not None:
                old = self.poller.consistency.result
                self.poller.consistency.result = replace(old, at=0.0)
            await self.poller.consistency.check()
        self.state = await self.poller.poll()
        return {m.name: m for m in self.state.members}


@pytest.fixture
async def world(monkeypatch):
    monkeypatch.setattr("integrations.etcd.consistency._PAUSE", 0.0)
    made = World()
    await made.fake.put(b"k", b"v")
    yield made
    await made.connection.stop()


def test_the_lines_of_an_answer_are_read_whatever_else_it_holds():
    text = "[+]a ok\nnoise\n[-]b failed: etcdserver: no\n[-]c\nok\n"
    assert [(c.name, c.ok, c.message) for c in parse_checks(text)] == [
        ("a", True, ""),
        ("b", False, "etcdserver: no"),
        ("c", False, ""),
    ]


async def test_a_failing_check_is_the_members_reason(world):
    world.fake.members[1].failing["serializable_read"] = "disk gone"
    members = await world.look(checks=True)
    assert members["m1"].condition is MemberCondition.HEALTHY
    assert members["m2"].condition is MemberCondition.UNHEALTHY
    assert members["m2"].reason == "cannot read its own data (readyz: disk gone)"


async def test_a_check_heals_and_an_old_answer_is_not_believed(world):
    world.fake.members[1].failing["linearizable_read"] = "etcdserver: request timed out"
    now = 1000.0
    checks = HealthChecks(world.connection.client, lambda: world.state, lambda: now)
    await world.look()
    await checks.check()
    member = world.fake.members[1].id
    assert checks.failing(member) == (
        "cannot confirm reads with the other members (readyz: etcdserver: request timed out)",
    )
    now += 46
    assert checks.failing(member) == ()
    world.fake.members[1].failing.clear()
    await checks.check()
    assert checks.failing(member) == ()


async def test_a_learner_and_an_old_version_are_no_trouble(world):
    world.fake.members[1].learner = True
    world.fake.members[2].has_checks = False
    members = await world.look(checks=True)
    assert {member.condition for member in members.values()} == {MemberCondition.HEALTHY}


async def test_without_a_leader_the_members_are_not_asked(world):
    world.fake.members[1].failing["serializable_read"] = "disk gone"
    await world.look(checks=True)
    await world.fake.elect(None)
    members = await world.look(checks=True)
    assert members["m2"].reason == "sees no leader"


async def test_a_member_with_other_data_is_named_until_all_agree_again(world):
    before = world.state = await world.poller.poll()
    world.fake.members[2].corruption = "bit rot"
    members = await world.look(again=True)
    assert members["m3"].reason == "its data differs from that of the other members"
    assert members["m1"].condition is MemberCondition.HEALTHY
    assert "DataDiffers" in {event.reason for event in changes(before, world.state)}
    # A member that cannot be asked proves nothing.
    world.fake.kill(0)
    world.fake.kill(1)
    await world.look(again=True)
    assert world.poller.consistency.result.status == "critical"
    world.fake.revive(0)
    world.fake.revive(1)
    world.fake.members[2].corruption = ""
    members = await world.look(again=True)
    assert members["m3"].condition is MemberCondition.HEALTHY
    assert world.poller.consistency.result.status == "ok"


async def test_without_a_majority_no_member_is_called_right(world):
    for n, member in enumerate(world.fake.members):
        member.corruption = str(n)
    members = await world.look(again=True)
    assert all(member.differs for member in members.values())
    assert "none has a majority" in world.poller.consistency.result.words


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda fake: setattr(fake.members[1], "compacted", 9), "a compaction was under way"),
        (lambda fake: (fake.kill(0), fake.kill(1)), "nothing to compare with"),
        (lambda fake: setattr(fake.members[0], "refusal", (404, 5, "Not Found")), "too old"),
        (lambda fake: setattr(fake.members[0], "refusal", (403, 7, "denied")), "root role"),
    ],
)
async def test_what_cannot_be_compared_is_not_called_different(world, harm, words):
    world.fake.members[2].corruption = "would be found"
    harm(world.fake)
    members = await world.look(again=True)
    assert not any(member.differs for member in members.values())
    assert world.poller.consistency.result.status == "unknown"
    assert words in world.poller.consistency.result.words


async def test_a_comparison_is_made_once_a_minute_at_most(world):
    await world.poller.poll()
    check = ConsistencyCheck(world.connection.client, lambda: world.poller.state)
    first = await check.check()
    world.fake.members[2].corruption = "later"
    assert await check.check() is first
