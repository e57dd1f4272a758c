"""The watch's state machine against the fake, lever by lever."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import FeedState
from integrations.kubernetes import KINDS, ConnectionSettings, Limits
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.watch import WatchCoordinator, Watcher
from tests.contract.kubernetes.harness import ACCESS, Recorder, pod, until

LIMITS = Limits(
    backoff_first=0.01,
    backoff_limit=0.05,
    probe_interval=0.05,
    idle=10.0,
    denied_retry=0.05,
    deadline=5.0,
    page_size=2,
)
SETTINGS = ConnectionSettings(name="fake", kubeconfig=Path("unused"), limits=LIMITS)
WATCH = "/api/v1/pods?watch"


def impatient() -> ConnectionSettings:
    """Settings under which silence and hanging are noticed while a test waits."""
    limits = LIMITS.model_copy(update={"idle": 0.3, "deadline": 0.3})
    return SETTINGS.model_copy(update={"limits": limits})


class Setup:
    def __init__(self, settings: ConnectionSettings = SETTINGS) -> None:
        self.store = Store()
        self.feed = Recorder()
        self.transport = StreamingTransport(FakeKubernetes(self.store))
        self.client = KubernetesClient(settings, access=ACCESS, transport=self.transport)
        self.coordinator = WatchCoordinator()
        self.watcher = Watcher(self.client, KINDS["pods"], self.feed, self.coordinator)
        self.task: asyncio.Task[None] | None = None

    def go(self) -> None:
        self.task = asyncio.create_task(self.watcher.run())

    async def end(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.client.aclose()

    def put(self, name: str, **more: Any) -> None:
        self.store.put("pods", pod("ns", name) | more)

    @property
    def lists(self) -> int:
        return self.store.requests.count("/api/v1/pods")

    @property
    def watches(self) -> int:
        return self.store.requests.count(WATCH)

    async def live(self) -> None:
        await until(lambda: self.feed.now is FeedState.LIVE)


@pytest.fixture
async def setup():
    made = Setup()
    yield made
    await made.end()


async def test_an_ended_watch_resumes_without_listing(setup: Setup):
    setup.put("a")
    setup.go()
    await setup.live()
    puts = setup.feed.puts
    setup.store.end_watches()
    await until(lambda: setup.watches == 2)
    setup.put("b")
    await until(lambda: "ns/b" in setup.feed.rows)
    assert setup.feed.puts == puts + 1, "nothing was listed again"
    assert [s for s, _ in setup.feed.states] == [FeedState.CONNECTING, FeedState.LIVE]


async def test_a_token_that_no_header_can_carry_is_a_state_and_ends_nothing():
    access = Access("https://fake", StaticCredential(ClientCredential(token="tok\u00e9n")))
    transport = StreamingTransport(FakeKubernetes(Store()))
    connection = KubernetesConnection(SETTINGS, access=access, transport=transport)
    await connection.start()
    try:
        await until(lambda: "visible ASCII" in connection.health.message)
        assert connection._task is not None
        assert not connection._task.done()
    finally:
        await connection.stop()


async def test_a_bookmark_moves_the_place_to_resume(setup: Setup):
    setup.go()
    await setup.live()
    setup.store.put("nodes", {"metadata": {"name": "n"}})
    setup.store.bookmark()
    await until(lambda: setup.watcher._version == str(setup.store.version))
    setup.store.compact()
    setup.store.end_watches()
    await until(lambda: setup.watches == 2)
    setup.put("a")
    await until(lambda: "ns/a" in setup.feed.rows)
    assert setup.watches == 2, "without the bookmark this would have been a 410"


async def test_410_lists_again_without_ghosts_or_emptiness(setup: Setup):
    setup.put("stays")
    setup.put("goes")
    setup.go()
    await setup.live()
    setup.store.up = False
    setup.store.break_watches()
    await until(lambda: setup.feed.now is FeedState.STALE)
    assert set(setup.feed.rows) == {"ns/stays", "ns/goes"}
    setup.store.delete("pods", "ns/goes")
    setup.store.compact()
    setup.store.up = True
    await until(lambda: set(setup.feed.rows) == {"ns/stays"})
    assert setup.feed.now is FeedState.LIVE


async def test_an_error_event_with_410_lists_again(setup: Setup):
    setup.go()
    await setup.live()
    setup.watcher._version = "1"
    setup.store.end_watches()
    await until(lambda: setup.watches >= 3)
    await setup.live()


async def test_a_history_that_went_back_is_listed_again(setup: Setup):
    setup.put("ghost")
    setup.go()
    await setup.live()
    setup.store.objects.clear()
    setup.store.version = setup.store.oldest = 50
    setup.store.bookmark()
    await until(lambda: setup.feed.rows == {})


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming list", "paged list"])
async def test_a_cache_that_lags_is_said_and_waited_for(streaming: bool):
    setup = Setup()
    store = setup.store
    store.streaming, store.behind = streaming, True
    setup.put("a")
    setup.go()
    try:
        await until(lambda: "has not caught up" in str(setup.feed.states[-1:]))
        assert setup.feed.now is FeedState.CONNECTING
        assert setup.watches + setup.lists < 10, "asked when it said, not at once"
        store.behind = False
        await until(lambda: "ns/a" in setup.feed.rows)
        await setup.live()
    finally:
        await setup.end()


async def test_a_lagging_listing_after_live_rows_is_staleness(setup: Setup):
    setup.put("a")
    setup.go()
    await setup.live()
    setup.store.behind = True
    setup.watcher._version = ""
    setup.store.end_watches()
    await until(lambda: setup.feed.now is FeedState.STALE)
    assert set(setup.feed.rows) == {"ns/a"}
    setup.store.behind = False
    await setup.live()


async def test_a_refused_streaming_list_is_remembered_and_paged(setup: Setup):
    setup.store.streaming = False
    for number in range(5):
        setup.put(f"p{number}")
    setup.go()
    await setup.live()
    assert len(setup.feed.rows) == 5
    assert setup.lists == 3
    assert setup.coordinator.streaming is False


async def test_silence_reopens_the_watch_and_is_not_staleness():
    setup = Setup(impatient())
    setup.go()
    await setup.live()
    await until(lambda: setup.watches >= 2)
    assert [s for s, _ in setup.feed.states] == [FeedState.CONNECTING, FeedState.LIVE]
    await setup.end()


async def test_a_hanging_server_becomes_stale_and_live_again():
    setup = Setup(impatient())
    setup.put("a")
    setup.go()
    await setup.live()
    setup.store.freeze()
    await until(lambda: setup.feed.now is FeedState.STALE)
    assert "deadline" in setup.feed.states[-1][1]
    setup.store.thaw()
    await setup.live()
    assert set(setup.feed.rows) == {"ns/a"}
    await setup.end()


async def test_denied_is_said_and_tried_again_slowly(setup: Setup):
    setup.store.denied = {"pods"}
    setup.go()
    await until(lambda: setup.feed.now is FeedState.DENIED)
    setup.store.denied = set()
    setup.put("a")
    await setup.live()
    assert set(setup.feed.rows) == {"ns/a"}


async def test_an_expired_token_is_denied(setup: Setup):
    setup.store.unauthorized = True
    setup.go()
    await until(lambda: setup.feed.now is FeedState.DENIED)


async def test_a_kind_that_is_not_served_is_empty_and_says_so(setup: Setup):
    setup.store.missing = {"pods"}
    setup.go()
    await until(lambda: setup.feed.now is FeedState.LIVE)
    assert "does not serve pods" in setup.feed.states[-1][1]


async def test_an_unreadable_object_costs_only_itself(setup: Setup):
    setup.put("a")
    setup.put("bad", metadata={"name": "bad", "namespace": ["ns"]})
    setup.put("z")
    setup.go()
    await setup.live()
    assert set(setup.feed.rows) == {"ns/a", "ns/z"}
    assert setup.watcher.unreadable == 1


async def test_what_is_not_as_declared_costs_only_itself(
    setup: Setup,
):
    setup.put("odd", spec={"nodeName": "node-1", "containers": "none"})
    setup.go()
    await setup.live()
    odd = setup.feed.rows["ns/odd"]
    assert (odd.spec.node_name, odd.spec.containers) == ("node-1", [])
    assert setup.watcher.unreadable == 0


async def test_nulls_are_no_obstacle(setup: Setup):
    setup.put("a", spec={"containers": None}, status={"conditions": None})
    setup.go()
    await setup.live()
    assert setup.feed.rows["ns/a"].spec.containers == []


async def test_a_reader_that_fails_does_not_end_the_watch(
    setup: Setup, caplog: pytest.LogCaptureFixture
):
    setup.go()
    await setup.live()
    put, fails = setup.feed.put, [True]

    def failing(key: str, value: Any) -> None:
        if fails:
            fails.clear()
            raise ValueError("a reader's mistake")
        put(key, value)

    setup.feed.put = failing  # type: ignore[method-assign]
    setup.put("a")
    await until(lambda: "ns/a" in setup.feed.rows)
    assert "a reader's mistake" in caplog.text


async def test_a_line_too_long_is_refused():
    limits = LIMITS.model_copy(update={"line_bytes": 2048})
    setup = Setup(SETTINGS.model_copy(update={"limits": limits}))
    setup.put("big", filler="x" * 4096)
    setup.go()
    await until(lambda: any("larger than 2048" in message for _, message in setup.feed.states))
    await setup.end()


class TestConnection:
    @pytest.fixture
    async def connected(self):
        store, feeds = Store(), {"pods": Recorder(), "nodes": Recorder()}
        transport = StreamingTransport(FakeKubernetes(store))
        connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)
        yield store, connection, feeds
        await connection.stop()

    async def test_a_cluster_that_is_not_there_yet(self, connected):
        store, connection, feeds = connected
        store.up = False
        await connection.start(feeds)
        await until(lambda: "refused" in connection.health.message)
        assert connection.health.state is FeedState.CONNECTING
        store.up = True
        await until(lambda: feeds["pods"].now is FeedState.LIVE)
        assert connection.health.version == "v1.36.0"
        assert connection.watches == 2

    async def test_an_old_server_is_never_asked_to_stream_a_list(self, connected):
        store, connection, feeds = connected
        store.minor = "26+"
        await connection.start(feeds)
        await until(lambda: feeds["pods"].now is FeedState.LIVE)
        assert connection.coordinator.streaming is False
        assert "/api/v1/pods" in store.requests

    async def test_failing_checks_are_named(self, connected):
        store, connection, feeds = connected
        seen = []
        connection.on_health(seen.append)
        await connection.start(feeds)
        await until(lambda: connection.health.state is FeedState.LIVE)
        store.failing = ["etcd"]
        await until(lambda: connection.health.failing == ("etcd",))
        assert connection.health.message == "not ready: etcd"
        assert seen[-1] is connection.health

    async def test_a_hang_is_found_by_the_probe_and_wakes_everybody_after(self, connected):
        store, connection, feeds = connected
        await connection.start(feeds)
        await until(lambda: feeds["nodes"].now is FeedState.LIVE)
        connection.client.settings = impatient()
        store.freeze()
        await until(lambda: connection.health.state is FeedState.STALE)
        assert feeds["pods"].now is FeedState.STALE
        store.thaw()
        await until(
            lambda: feeds["pods"].now is FeedState.LIVE and feeds["nodes"].now is FeedState.LIVE
        )
        await until(lambda: connection.watches == 2)

    async def test_several_feeds_share_a_watch(self, connected):
        store, connection, feeds = connected
        second = Recorder()
        await connection.start({"pods": [feeds["pods"], second]})
        await until(lambda: second.now is FeedState.LIVE)
        store.put("pods", pod("ns", "a"))
        await until(lambda: "ns/a" in second.rows and "ns/a" in feeds["pods"].rows)
        assert connection.watches == 1
        with pytest.raises(RuntimeError):
            connection.attach("pods", second)

    async def test_a_probe_does_not_queue_behind_listings(self, connected):
        store, connection, feeds = connected
        await connection.start(feeds)
        await until(lambda: connection.health.state is FeedState.LIVE)
        for _ in range(LIMITS.calls):
            await connection.client.api._gate.acquire()
        before = store.requests.count("/readyz")
        await until(lambda: store.requests.count("/readyz") > before + 1)
        assert connection.health.state is FeedState.LIVE
