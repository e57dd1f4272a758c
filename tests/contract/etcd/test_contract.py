"""One suite, run against the fake and against real servers, so the fake cannot drift."""

from typing import Any

import msgspec
import pytest

from integrations.contract import FeedState, NotFound
from integrations.etcd.connection import EtcdFeeds
from integrations.etcd.errors import Compacted
from integrations.etcd.index import KeyEntry
from integrations.etcd.models import WatchCreate, WatchLine, WatchRequest, key_range
from integrations.etcd.snapshot import MemberCondition, RaftRole
from tests.contract.etcd.recording import SOON, RecordingFeed, until


def feeds() -> Any:
    return EtcdFeeds(RecordingFeed(), RecordingFeed(), RecordingFeed())


async def test_values_and_pages(store, connect):
    for n in range(5):
        await store.put(b"/app/%d" % n, b"x" * n)
    client = connect(page_size=2).client
    first = await client.keys(b"/app/", None, 0)
    assert [kv.key for kv in first.kvs] == [b"/app/0", b"/app/1"]
    assert (first.more, first.count) == (True, 5)
    assert all(kv.value == b"" for kv in first.kvs)
    second = await client.keys(b"/app/", first.kvs[-1].key, first.header.revision)
    assert [kv.key for kv in second.kvs] == [b"/app/2", b"/app/3"]
    held, revision = await client.value(b"/app/3")
    assert (held.value, held.version, held.lease) == (b"xxx", 1, "0")
    assert revision >= held.mod_revision == held.create_revision
    with pytest.raises(NotFound):
        await client.value(b"/app/absent", fresh=True)


async def test_pinned_revision_that_was_compacted(store, connect):
    for n in range(3):
        await store.put(b"k", b"%d" % n)
    client = connect().client
    _, revision = await client.value(b"k", fresh=True)
    await store.put(b"k", b"later")
    await store.compact()
    with pytest.raises(Compacted):
        await client.keys(b"", None, revision - 1)


async def test_members_and_status(store, connect):
    connection = connect()
    target = feeds()
    connection.start(target)

    def all_healthy() -> bool:
        found = connection.state and connection.state.members
        return bool(found) and all(
            m.condition is MemberCondition.HEALTHY
            and m.db_size and m.db_in_use and m.quota and m.latency
            for m in found
        )  # fmt: skip

    await until(lambda: len(target.members.rows) == 3 and connection.state.has_quorum)
    await until(all_healthy)
    state = connection.state
    leaders = [m for m in state.members if m.role is RaftRole.LEADER]
    assert len(leaders) == 1
    assert {m.name for m in state.members} == {"m1", "m2", "m3"}
    assert all(m.version.startswith("3.") for m in state.members)
    assert all(int(m.id) > 0 and m.id.isdigit() for m in state.members)
    assert target.members.now is FeedState.LIVE
    health = await connection.client.health(connection.settings.endpoints[0])
    assert health.health == "true"
    assert (await connection.client.alarms()).alarms == ()
    await until(lambda: any(s.id == "space" for s in connection.signals()))


async def test_keys_follow_puts_and_deletes(store, connect):
    await store.put(b"/a/one", b"1")
    connection = connect()
    target = feeds()
    connection.start(target)
    await until(lambda: target.keys.now is FeedState.LIVE)
    assert target.keys.rows["/a/one"].size is None  # the listing reads no values
    await store.put(b"/a/b/two", b"12345")
    await until(lambda: "/a/b/two" in target.keys.rows, SOON)
    entry: KeyEntry = target.keys.rows["/a/b/two"]
    assert (entry.size, entry.version) == (5, 1)
    await store.put(b"/a/one", b"")
    await until(lambda: target.keys.rows["/a/one"].version == 2, SOON)
    assert target.keys.rows["/a/one"].size == 0
    await store.delete(b"/a/one")
    await until(lambda: "/a/one" not in target.keys.rows, SOON)
    page, more = connection.index.listing("/a/", None, 10)
    assert [(child.name, child.total) for child in page] == [("b", 1)]
    assert more is None


async def test_only_the_prefix_is_watched(store, connect):
    await store.put(b"/app/a", b"1")
    await store.put(b"/other", b"1")
    connection = connect(prefix="/app/")
    target = feeds()
    connection.start(target)
    await until(lambda: target.keys.now is FeedState.LIVE)
    await store.put(b"/other2", b"1")
    await store.put(b"/app/b", b"1")
    await until(lambda: "/app/b" in target.keys.rows, SOON)
    assert set(target.keys.rows) == {"/app/a", "/app/b"}


async def test_compacted_watch_start_is_cancelled_with_status_200(store, connect):
    for n in range(5):
        await store.put(b"k", b"%d" % n)
    await store.compact()
    connection = connect()
    key, end = key_range(b"")
    request = WatchRequest(create_request=WatchCreate(key=key, range_end=end, start_revision=2))
    gateway = connection.client.gateway
    seen = []
    async with gateway.stream(gateway.endpoints[0], "watch", (request,)) as lines:
        async for line in lines:
            seen.append(msgspec.json.decode(line, type=WatchLine, strict=False).result)
            if seen[-1].canceled:
                break
    assert seen[-1].compact_revision > 2


async def test_compaction_means_a_new_listing(store, connect):
    await store.put(b"/k", b"1")
    connection = connect()
    target = feeds()
    connection.start(target)
    await until(lambda: target.keys.now is FeedState.LIVE)
    connection._hub._next = 1  # as if it had slept through the compaction
    await store.put(b"/k", b"2")
    await store.delete(b"/k")
    await store.put(b"/m", b"2")
    await store.compact()
    await until(lambda: "/m" in target.keys.rows)
    connection._hub._next = 1
    connection._hub.leave(connection.stats.endpoint)
    await until(lambda: connection.stats.listings == 2)
    await until(lambda: connection.stats.endpoint)
    assert set(target.keys.rows) == {"/m"}
    assert FeedState.STALE not in [state for state, _ in target.keys.states]


async def test_a_killed_member_does_not_stop_the_stream(store, connect):
    connection = connect(poll_interval=0.5)
    target = feeds()
    connection.start(target)
    await until(lambda: target.keys.now is FeedState.LIVE and connection.state is not None)
    await until(lambda: connection.stats.endpoint)
    watched = connection.settings.endpoints.index(connection.stats.endpoint)
    await store.kill(watched)
    await until(lambda: connection.stats.restarts >= 1)
    await store.put(b"/after", b"1")
    await until(lambda: "/after" in target.keys.rows)
    await until(lambda: any(e.reason == "MemberDown" for e in target.events.rows.values()))
    await until(
        lambda: sum(m.condition is MemberCondition.DOWN for m in connection.state.members) == 1
    )
    await store.revive(watched)
    await until(lambda: any(e.reason == "MemberUp" for e in target.events.rows.values()))
