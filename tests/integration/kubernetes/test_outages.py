"""What the rows and the freshness do when a real API server dies, hangs and returns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from integrations.contract import FeedState
from integrations.kubernetes.connection import KubernetesConnection
from tests.contract.kubernetes.harness import RealCluster, Recorder, pod, unique, until
from tests.contract.kubernetes.server import ApiServer
from tests.waiting import until as patiently

pytestmark = pytest.mark.stack


@pytest.fixture
def cluster(api_server: ApiServer, tmp_path: Path):
    real = RealCluster(api_server, tmp_path)
    yield real
    real.http.close()


@pytest.fixture
async def connected(cluster: RealCluster):
    feeds = {kind: Recorder() for kind in ("pods", "namespaces", "secrets", "events")}
    connection = cluster.connection()
    await connection.start(feeds)
    await until(lambda: all(feed.now is FeedState.LIVE for feed in feeds.values()))
    yield connection, feeds
    await connection.stop()


def namespace(cluster: RealCluster) -> str:
    name = unique("outage")
    cluster.put("namespaces", {"metadata": {"name": name}})
    return name


async def test_killed_and_back_stale_then_live_without_ghosts(
    cluster: RealCluster, connected: tuple[KubernetesConnection, dict[str, Recorder]]
):
    connection, feeds = connected
    ns = namespace(cluster)
    for name in ("stays", "goes"):
        cluster.put("pods", pod(ns, name))
    pods = feeds["pods"]
    await until(lambda: f"{ns}/goes" in pods.rows)

    cluster.server.kill()
    await until(lambda: all(feed.now is FeedState.STALE for feed in feeds.values()))
    await until(lambda: connection.health.state is FeedState.STALE)
    assert f"{ns}/goes" in pods.rows, "rows stay while the source is away"
    await asyncio.to_thread(cluster.server.start)
    await until(lambda: all(feed.now is FeedState.LIVE for feed in feeds.values()))
    await until(lambda: connection.health.state is FeedState.LIVE)

    cluster.delete("pods", f"{ns}/goes")
    await until(lambda: f"{ns}/goes" not in pods.rows)
    assert f"{ns}/stays" in pods.rows


async def test_changes_made_while_away_are_seen_on_return(
    cluster: RealCluster, connected: tuple[KubernetesConnection, dict[str, Recorder]]
):
    _connection, feeds = connected
    ns = namespace(cluster)
    cluster.put("pods", pod(ns, "goes"))
    pods = feeds["pods"]
    await until(lambda: f"{ns}/goes" in pods.rows)
    cluster.server.kill()
    await until(lambda: pods.now is FeedState.STALE)
    start = asyncio.to_thread(cluster.server.start)
    await start
    # The watch may be back before these: either way the rows must agree at the end.
    cluster.delete("pods", f"{ns}/goes")
    cluster.put("pods", pod(ns, "comes"))
    await until(lambda: f"{ns}/comes" in pods.rows and f"{ns}/goes" not in pods.rows)


async def test_a_hanging_server_is_noticed_and_its_return_too(
    cluster: RealCluster, connected: tuple[KubernetesConnection, dict[str, Recorder]]
):
    connection, feeds = connected
    # Half-open: the sockets stay, nothing is said. The probe's deadline finds it.
    limits = connection.settings.limits.model_copy(update={"deadline": 1.0})
    connection.client.settings = connection.settings.model_copy(update={"limits": limits})
    cluster.server.pause()
    try:
        await until(lambda: all(feed.now is FeedState.STALE for feed in feeds.values()))
    finally:
        cluster.server.proceed()
    await until(lambda: all(feed.now is FeedState.LIVE for feed in feeds.values()))
    ns = namespace(cluster)
    await until(lambda: ns in feeds["namespaces"].rows)


async def test_the_watch_count_does_not_grow(
    cluster: RealCluster, connected: tuple[KubernetesConnection, dict[str, Recorder]]
):
    connection, feeds = connected

    def ours() -> float:
        gauges = cluster.server.metric("apiserver_longrunning_requests")
        return sum(
            count
            for labels, count in gauges.items()
            if 'verb="WATCH"' in labels and 'resource="secrets"' in labels
        )

    await until(lambda: connection.watches == len(feeds))

    async def counted() -> bool:
        return await asyncio.to_thread(ours) > 0

    await patiently(counted)
    before = await asyncio.to_thread(ours)
    cluster.server.kill()
    await until(lambda: connection.watches == 0)
    await asyncio.to_thread(cluster.server.start)
    await until(lambda: connection.watches == len(feeds))

    async def as_before() -> bool:
        return await asyncio.to_thread(ours) == before

    await patiently(as_before)
    await until(lambda: connection.watches == len(feeds))
