"""The watch hub against the fake: what real servers do too rarely to wait for."""

import asyncio
from typing import Any

import pytest

from integrations.contract import FeedState
from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from integrations.etcd.fake import FakeCluster
from integrations.etcd.settings import EtcdSettings
from tests.contract.etcd.recording import SOON, RecordingFeed, until


@pytest.fixture
async def watched():
    opened = []

    async def make(fake: FakeCluster, **overrides):
        settings = EtcdSettings(name="t", endpoints=fake.endpoints, **overrides)
        connection = EtcdConnection(settings, fake.transport)
        feeds: Any = EtcdFeeds(RecordingFeed(), RecordingFeed(), RecordingFeed())
        connection.start(feeds)
        opened.append(connection)
        await until(lambda: feeds.keys.now is FeedState.LIVE)
        return connection, feeds

    yield make
    for connection in opened:
        await connection.stop()


async def test_one_watch_on_a_follower(watched):
    fake = FakeCluster()
    connection, _ = await watched(fake, poll_interval=0.1)
    await until(lambda: connection.state is not None)
    leader = fake.members[0].host
    connection._hub.leave(connection.stats.endpoint)
    await until(lambda: connection.stats.endpoint and leader not in connection.stats.endpoint)
    await until(lambda: fake.watches == 1)


async def test_restored_from_a_backup_means_a_new_listing(watched):
    fake = FakeCluster()
    for n in range(5):
        await fake.put(b"/old/%d" % n, b"x")
    connection, feeds = await watched(fake)
    await fake.restore(2)
    await fake.put(b"/new", b"x")
    await until(lambda: set(feeds.keys.rows) == {"/new"})
    await fake.put(b"/newer", b"x")
    await until(lambda: "/newer" in feeds.keys.rows, SOON)
    assert connection.stats.listings == 2


async def test_a_recycled_watch_loses_nothing_and_is_not_stale(watched):
    fake = FakeCluster()
    _, feeds = await watched(fake, watch_recycle=0.05)
    for n in range(40):
        await fake.put(b"/k/%d" % n, b"x")
        await asyncio.sleep(0.01)
    await until(lambda: len(feeds.keys.rows) == 40)
    assert [state for state, _ in feeds.keys.states] == [FeedState.CONNECTING, FeedState.LIVE]


async def test_no_leader_is_stale_and_heals(watched):
    fake = FakeCluster()
    _, feeds = await watched(fake, poll_interval=0.1)
    await fake.elect(None)
    await until(lambda: feeds.keys.now is FeedState.STALE)
    assert "no leader" in feeds.keys.states[-1][1]
    await until(lambda: any(e.reason == "QuorumLost" for e in feeds.events.rows.values()))
    await fake.elect(1)
    await until(lambda: feeds.keys.now is FeedState.LIVE)


async def test_everything_down_is_stale_with_the_rows_kept(watched):
    fake = FakeCluster()
    await fake.put(b"/k", b"x")
    connection, feeds = await watched(fake, poll_interval=0.1)
    for n in range(3):
        fake.kill(n)
    await until(lambda: feeds.members.now is FeedState.STALE and feeds.keys.now is FeedState.STALE)
    assert set(feeds.keys.rows) == {"/k"}
    assert len(feeds.members.rows) == 3
    assert connection.state.answering == 0
    for n in range(3):
        fake.revive(n)
    await until(lambda: feeds.members.now is FeedState.LIVE and feeds.keys.now is FeedState.LIVE)


async def test_a_frozen_member_is_left_by_the_poll(watched):
    fake = FakeCluster()
    connection, feeds = await watched(fake, poll_interval=0.1, deadline=0.5)
    await until(lambda: connection.stats.endpoint)
    frozen = connection.stats.endpoint.removeprefix("http://")
    fake.transport.frozen.add(frozen)
    await until(lambda: connection.stats.endpoint and frozen not in connection.stats.endpoint)
    assert FeedState.STALE not in [state for state, _ in feeds.keys.states]


async def test_a_learner_is_never_watched(watched):
    fake = FakeCluster()
    fake.members[1].learner = fake.members[2].learner = True
    connection, _ = await watched(fake, poll_interval=0.1)
    for _ in range(5):
        connection._hub.leave(connection.stats.endpoint)
        await until(lambda: connection.stats.endpoint)
        assert fake.members[0].host in connection.stats.endpoint


async def test_more_keys_than_the_limit_is_said(watched):
    fake = FakeCluster()
    for n in range(10):
        await fake.put(b"/k/%d" % n, b"x")
    connection, feeds = await watched(fake, key_limit=4, page_size=3)
    assert len(feeds.keys.rows) == 4
    assert "the first 4 keys are shown, 6 more are not" in feeds.keys.states[-1][1]
    await fake.put(b"/k/99", b"x")
    await fake.delete(b"/k/0")
    await until(lambda: "/k/0" not in feeds.keys.rows)
    assert connection.index.refused == 7


async def test_signing_in(watched):
    fake = FakeCluster(user=("craton", "pw"))
    connection, _feeds = await watched(fake, username="craton", password="pw")
    fake.tokens.clear()  # expired
    await fake.put(b"/k", b"x")
    held, _ = await connection.client.value(b"/k")
    assert held.value == b"x"
    assert "pw" not in repr(connection.settings)
