from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from integrations.contract import FeedState
from integrations.kubernetes import KINDS
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.watch import WatchCoordinator, Watcher
from tests.contract.kubernetes.harness import Cluster, Recorder, pod, unique, until


@asynccontextmanager
async def watching(
    client: KubernetesClient, plural: str, *, streaming: bool = True
) -> AsyncIterator[tuple[Recorder, Watcher, WatchCoordinator]]:
    feed, coordinator = Recorder(), WatchCoordinator()
    coordinator.streaming = streaming
    watcher = Watcher(client, KINDS[plural], feed, coordinator)
    task = asyncio.create_task(watcher.run())
    try:
        yield feed, watcher, coordinator
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.aclose()


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = unique("watched")
    cluster.put("namespaces", {"metadata": {"name": name}})
    return name


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming list", "paged list"])
async def test_the_feed_follows_the_cluster(cluster: Cluster, namespace: str, streaming: bool):
    for name in ("a", "b", "c"):
        cluster.put("pods", pod(namespace, name))
    async with watching(cluster.client(), "pods", streaming=streaming) as (feed, _watcher, _):
        await until(lambda: feed.now is FeedState.LIVE)
        assert {f"{namespace}/{n}" for n in "abc"} <= set(feed.rows)
        cluster.put("pods", pod(namespace, "d"))
        await until(lambda: f"{namespace}/d" in feed.rows)
        cluster.delete("pods", f"{namespace}/a")
        await until(lambda: f"{namespace}/a" not in feed.rows)
        assert [state for state, _ in feed.states] == [FeedState.CONNECTING, FeedState.LIVE]


async def test_a_change_replaces_the_object(cluster: Cluster, namespace: str):
    secret = {"metadata": {"namespace": namespace, "name": "keys", "labels": {"v": "1"}}}
    cluster.put("secrets", secret)
    async with watching(cluster.client(), "secrets") as (feed, _watcher, _):
        await until(lambda: f"{namespace}/keys" in feed.rows)
        secret["metadata"]["labels"] = {"v": "2"}
        cluster.put("secrets", {**secret, "stringData": {"a": "CANARY"}})
        key = f"{namespace}/keys"
        await until(lambda: feed.rows[key].metadata.labels == {"v": "2"})
        assert "CANARY" not in repr(feed.rows)


async def test_cluster_scoped_objects_have_their_name_as_key(cluster: Cluster):
    name = unique("node")
    async with watching(cluster.client(), "nodes") as (feed, _watcher, _):
        await until(lambda: feed.now is FeedState.LIVE)
        cluster.put("nodes", {"metadata": {"name": name}})
        await until(lambda: name in feed.rows)


async def test_a_version_too_old_is_answered_by_a_new_listing(cluster: Cluster, namespace: str):
    cluster.put("pods", pod(namespace, "kept"))
    async with watching(cluster.client(), "pods") as (feed, watcher, _):
        await until(lambda: feed.now is FeedState.LIVE)
        feed.rows[f"{namespace}/ghost"] = None
        watcher._version = "1"
        await cluster.forget_history()
        await until(lambda: f"{namespace}/ghost" not in feed.rows)
        await until(lambda: feed.now is FeedState.LIVE and f"{namespace}/kept" in feed.rows)


async def test_a_missing_right_is_a_state_not_an_empty_page(cluster: Cluster):
    async with watching(cluster.client(limited=True), "pods") as (feed, _watcher, _):
        await until(lambda: feed.now is FeedState.DENIED)
        assert "pods" in feed.states[-1][1]
        assert feed.rows == {}


async def test_events_can_be_watched(cluster: Cluster, namespace: str):
    async with watching(cluster.client(), "events") as (feed, _watcher, _):
        await until(lambda: feed.now is FeedState.LIVE)
        cluster.put(
            "events",
            {
                "metadata": {"namespace": namespace, "name": "web.1"},
                "involvedObject": {"kind": "Pod", "namespace": namespace, "name": "web"},
                "reason": "Pulled",
                "type": "Normal",
            },
        )
        await until(lambda: f"{namespace}/web.1" in feed.rows)
