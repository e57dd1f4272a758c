"""Health checks and the comparison of members, against the fake and real servers alike."""

import asyncio
import os
import signal
from typing import Any

import pytest

from integrations.contract import FeedState, IntegrationError
from integrations.etcd.checks import parse_checks
from integrations.etcd.client import EtcdClient
from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from integrations.etcd.consistency import ConsistencyCheck
from integrations.etcd.errors import Compacted
from integrations.etcd.snapshot import ClusterState, MemberCondition, MemberState, RaftRole
from tests.contract.etcd.real import RealCluster
from tests.contract.etcd.recording import RecordingFeed, until
from tests.waiting import until as patiently

READY = ["data_corruption", "linearizable_read", "non_learner", "serializable_read"]


async def test_every_member_passes_its_checks(store, connect):
    client = connect().client
    for endpoint in client.gateway.endpoints:

        async def is_ready(endpoint: str = endpoint) -> bool:
            """A member that has just started may not have heard of its leader yet."""
            ready = parse_checks(await client.readiness(endpoint))
            assert [check.name for check in ready] == READY
            return all(check.ok for check in ready)

        await patiently(is_ready)
        (alive,) = parse_checks(await client.liveness(endpoint))
        assert (alive.name, alive.ok) == ("serializable_read", True)


async def test_members_hash_the_same_at_one_revision(store, connect):
    for n in range(4):
        await store.put(b"k%d" % n, b"%d" % n)
    client = connect().client
    _, revision = await client.value(b"k3", fresh=True)

    newer = []

    async def all_answer() -> bool:
        """A follower hears of a put a moment after the leader, and hashes no later revision."""
        try:
            newer[:] = [await client.hash(url, revision) for url in client.gateway.endpoints]
        except IntegrationError:
            return False
        return True

    await patiently(all_answer)
    assert len({(found.hash, found.compact_revision) for found in newer}) == 1
    older = await client.hash(client.gateway.endpoints[0], revision - 1)
    assert older.hash != newer[0].hash
    await store.compact()
    await store.put(b"k3", b"later")
    with pytest.raises(Compacted):
        await client.hash(client.gateway.endpoints[0], revision - 1)


async def test_the_members_are_compared_in_the_background(store, connect):
    await store.put(b"k", b"1")
    connection = connect(poll_interval=0.3, consistency_interval=0.5)
    feeds: Any = EtcdFeeds(RecordingFeed(), RecordingFeed(), RecordingFeed())
    connection.start(feeds)

    def told():
        return next((s for s in connection.signals() if s.id == "consistency"), None)

    await until(lambda: told() is not None and told().status == "ok")
    assert told().words.startswith("3 members hold the same data at revision ")
    assert feeds.members.now is FeedState.LIVE
    await until(
        lambda: all(m.condition is MemberCondition.HEALTHY for m in connection.state.members)
    )


def members_of(endpoints) -> ClusterState:
    members = tuple(
        MemberState(str(n), f"m{n}", url, RaftRole.FOLLOWER, MemberCondition.HEALTHY)
        for n, url in enumerate(endpoints, start=1)
    )
    return ClusterState("c", members, 1, 0.0, "1")


@pytest.mark.stack
async def test_real_servers_with_other_data_are_told_apart(tmp_path):
    """Three single members that never met stand for one cluster whose member went astray."""
    servers = []
    try:
        for n, value in enumerate((b"same", b"same", b"other")):
            folder = tmp_path / str(n)
            folder.mkdir()
            servers.append(RealCluster(folder, size=1, tls=False))
            await servers[n].start()
            await servers[n].put(b"k", value)
        endpoints = tuple(server.endpoints[0] for server in servers)
        settings = servers[0].settings().model_copy(update={"endpoints": endpoints})
        connection = EtcdConnection(settings)
        try:
            check = ConsistencyCheck(connection.client, lambda: members_of(endpoints))
            found = await check.check()
        finally:
            await connection.stop()
    finally:
        for server in servers:
            await server.stop()
    assert (found.status, found.differing) == ("critical", {"3"})
    assert found.words.startswith("m3 holds other data than the other members at revision 2")


@pytest.mark.stack
async def test_a_real_member_without_the_others_fails_the_linearizable_read(tmp_path):
    cluster = RealCluster(tmp_path, tls=False)
    await cluster.start()
    connection = EtcdConnection(cluster.settings())
    try:
        kept = await cluster.leader()
        for number in {0, 1, 2} - {kept}:
            os.kill(cluster.process(number).pid, signal.SIGSTOP)
        client: EtcdClient = connection.client
        failing = None
        async with asyncio.timeout(60):  # the signal takes a moment to stop every thread
            while failing is None:
                ready = parse_checks(await client.readiness(cluster.endpoints[kept]))
                failing = next((check for check in ready if not check.ok), None)
        assert failing.name == "linearizable_read"
        assert failing.message, "it says why: a timeout, or that there is no leader"
        (alive,) = parse_checks(await client.liveness(cluster.endpoints[kept]))
        assert alive.ok, "it lives: restarting it would not help"
    finally:
        await connection.stop()
        await cluster.stop()
