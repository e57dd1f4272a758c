"""What metrics-server measures: read, told, kept for an hour, and what is said without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from backend.connections.measured import Measured
from backend.features.cluster.usage.history import HOUR, History, in_buckets
from integrations.contract import FeedState
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.metrics_poll import (
    FORGET,
    LARGE,
    LARGE_PERIOD,
    NO_METRICS,
    NODE_USAGE,
    PERIOD,
    POD_USAGE,
    MetricsPoll,
)
from integrations.kubernetes.settings import ConnectionSettings

AT = "2026-11-30T13:00:00Z"
NODE = {
    "metadata": {"name": "real-1", "labels": {"zone": "a"}},
    "timestamp": AT,
    "window": "14.9s",
    "usage": {"cpu": "43861049n", "memory": "896Ki"},
}
POD = {
    "metadata": {"name": "web-1", "namespace": "shop"},
    "timestamp": AT,
    "containers": [
        {"name": "web", "usage": {"cpu": "250m", "memory": "1Gi"}},
        {"name": "side", "usage": {"cpu": "0", "memory": "1024Ki"}},
    ],
}


class Server:
    """Answers as metrics-server behind an API server does."""

    def __init__(self) -> None:
        self.nodes: list[Any] = [NODE]
        self.pods: list[Any] = [POD]
        self.answer: httpx2.Response | None = None
        self.denied: set[str] = set()
        self.client = KubernetesClient(
            ConnectionSettings(name="c", server="https://c.invalid"),
            access=Access("http://c", StaticCredential(ClientCredential(token="t"))),
            transport=httpx2.MockTransport(self._answer),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.answer is not None:
            return self.answer
        what = request.url.path.rpartition("/")[2]
        if what in self.denied:
            told = {"kind": "Status", "message": f"no {what}", "reason": "Forbidden", "code": 403}
            return httpx2.Response(403, json=told)
        found = {"nodes": self.nodes, "pods": self.pods}[what]
        return httpx2.Response(200, json={"kind": "List", "items": found})


class Told:
    """A feed that remembers."""

    def __init__(self) -> None:
        self.there: dict[str, Any] = {}
        self.now: tuple[FeedState, str] = (FeedState.CONNECTING, "")
        self._listed: dict[str, Any] = {}

    def put(self, key: str, value: Any) -> None:
        self._listed[key] = value

    def delete(self, key: str) -> None:
        raise AssertionError(key)

    def begin(self) -> None:
        self._listed = {}

    def commit(self) -> None:
        self.there = self._listed

    def state(self, state: FeedState, message: str = "") -> None:
        self.now = (state, message)


@pytest.fixture
def server() -> Server:
    return Server()


def told_by(server: Server) -> tuple[MetricsPoll, Told, Told]:
    poll, nodes, pods = MetricsPoll(server.client), Told(), Told()
    assert not poll.wanted
    poll.attach(NODE_USAGE, nodes)
    poll.attach(POD_USAGE, pods)
    assert poll.wanted
    return poll, nodes, pods


async def test_nodes_and_containers_are_measured_in_cores_and_bytes(server: Server):
    poll, nodes, pods = told_by(server)
    assert await poll.look() == PERIOD
    node, pod = nodes.there["real-1"], pods.there["shop/web-1"]
    assert node.cpu == pytest.approx(0.043861049)
    assert node.memory == 896 * 1024
    assert node.at == 1796043600.0
    assert [(c.name, c.cpu, c.memory) for c in pod.containers] == [
        ("web", 0.25, 2.0**30),
        ("side", 0.0, 2.0**20),
    ]
    assert (pod.cpu, pod.memory) == (0.25, 2.0**30 + 2.0**20)
    assert nodes.now == pods.now == (FeedState.POLLING, "")


async def test_one_that_cannot_be_read_costs_no_other(server: Server):
    unreadable = (
        {"cpu": "1" * 5000 + "n", "memory": "1Ki"},
        {"cpu": "5n"},
        {"cpu": "-5", "memory": "1"},
    )
    server.pods = [
        *({**POD, "containers": [{"name": "web", "usage": used}]} for used in unreadable),
        {"metadata": 3}, {**POD, "timestamp": "yesterday"}, POD, {"containers": []},
    ]  # fmt: skip
    server.nodes = [{**NODE, "usage": {"cpu": "abc", "memory": "1Ki"}}]
    poll, nodes, pods = told_by(server)
    await poll.look()
    assert [*pods.there] == ["shop/web-1"]
    assert pods.there["shop/web-1"].cpu == 0.25
    assert not nodes.there, "absent, not zero"


async def test_a_cluster_without_metrics_is_said_to_be_one(server: Server):
    server.answer = httpx2.Response(404, text="404 page not found\n")
    poll, nodes, pods = told_by(server)
    assert await poll.look() == LARGE_PERIOD
    assert nodes.now == pods.now == (FeedState.LIVE, NO_METRICS)
    assert not nodes.there


async def test_what_was_measured_stays_for_a_while_when_nothing_new_comes(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    poll, nodes, _ = told_by(server)
    await poll.look()
    server.answer = httpx2.Response(
        503, json={"kind": "Status", "message": "the server is currently unable", "code": 503}
    )
    await poll.look()
    state, why = nodes.now
    assert state is FeedState.STALE
    assert why == "metrics-server does not answer: the server is currently unable"
    assert nodes.there, "lately is still about now"
    long_ago = {what: at - FORGET - 1 for what, at in poll._succeeded.items()}
    monkeypatch.setattr(poll, "_succeeded", long_ago)
    await poll.look()
    assert not nodes.there
    server.answer = None
    await poll.look()
    assert nodes.now == (FeedState.POLLING, "")
    assert nodes.there


async def test_a_right_that_is_missing_is_named(server: Server):
    message = 'nodes.metrics.k8s.io is forbidden: User "craton" cannot list resource "nodes"'
    server.answer = httpx2.Response(
        403, json={"kind": "Status", "message": message, "reason": "Forbidden", "code": 403}
    )
    poll, nodes, _ = told_by(server)
    assert await poll.look() == server.client.settings.limits.denied_retry
    assert nodes.now == (FeedState.DENIED, message)


async def test_nodes_are_told_to_who_may_not_see_pods(server: Server):
    server.denied = {"pods"}
    poll, nodes, pods = told_by(server)
    await poll.look()
    assert nodes.now == (FeedState.POLLING, "")
    assert nodes.there
    assert pods.now == (FeedState.DENIED, "no pods")


async def test_many_pods_are_looked_at_once_a_minute(server: Server):
    server.pods = [
        {**POD, "metadata": {"name": f"web-{number}", "namespace": "shop"}}
        for number in range(LARGE + 1)
    ]
    poll, _, pods = told_by(server)
    assert await poll.look() == LARGE_PERIOD
    assert len(pods.there) == LARGE + 1


async def test_no_answer_but_a_list_is_taken(server: Server):
    for body in (b"[]", b'{"items": {}}', b"<html>"):
        server.answer = httpx2.Response(200, content=body)
        poll, nodes, _ = told_by(server)
        await poll.look()
        assert nodes.now[0] is FeedState.STALE, body
        assert "answered metrics we cannot read" in nodes.now[1]


async def test_rows_change_only_with_what_is_more_than_a_wavering(server: Server):
    table, changed = Measured("used"), []
    feeds = {**table.node_feeds("c"), **table.pod_feeds("c")}
    table.on_change(changed.extend)
    poll = MetricsPoll(server.client)
    for what, feed in feeds.items():
        poll.attach(what, feed)
    await poll.look()
    assert {key for key, _, _ in changed} == {"c/real-1", "c/shop/web-1"}
    changed.clear()
    server.nodes = [{**NODE, "usage": {"cpu": "45000000n", "memory": "1000Ki"}}]
    await poll.look()
    assert changed == []
    server.nodes = [{**NODE, "usage": {"cpu": "60000000n", "memory": "1000Ki"}}]
    await poll.look()
    [(key, _, row)] = changed
    assert (key, row.cpu, row.memory) == ("c/real-1", 0.06, 1000 * 1024)
    server.nodes = []
    await poll.look()
    assert table.get("c/real-1") is None


def looked(history: History, times: int, *, every: float = 15.0) -> Callable[..., None]:
    """Take looks at a history; gives a function that says what is measured at one more."""
    now = 0.0

    def look(**used: float) -> None:
        nonlocal now
        now += every
        history.look(now)
        for key, cpu in used.items():
            history.add(key, "", cpu, cpu * 2)
        history.done()

    for number in range(times):
        look(always=float(number))
    return look


def test_an_hour_is_kept_and_no_more():
    history = History()
    look = looked(history, 1000)
    points = history.of("always")[""]
    assert len(history.times) == len(points.cpu) == HOUR / 15 + 1
    assert points.cpu[-1] == 999.0
    assert points.memory[-1] == 1998.0
    assert points.cpu[0] == 999.0 - HOUR / 15
    look()
    assert history.of("always")[""].cpu[-2:] == [999.0, None], "missing, not zero"


def test_series_that_begin_late_or_have_gaps_stay_in_their_places():
    history = History()
    look = looked(history, 3)
    look(late=1.0, always=3.0)
    look(always=4.0)
    look(late=2.0, always=5.0)
    assert history.of("late")[""].cpu == [None, None, None, 1.0, None, 2.0]
    assert history.of("always")[""].cpu == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    for _ in range(300):
        look()
    look(late=7.0)
    assert [p for p in history.of("late")[""].cpu if p is not None] == [7.0]
    assert len(history.of("late")[""].cpu) == len(history.times)


def test_parts_and_keys_are_summed_up_where_they_were_measured():
    history = History()
    history.look(0.0)
    history.add("a", "web", 1.0, 10.0)
    history.done()
    history.look(15.0)
    history.add("a", "web", 1.0, 10.0)
    history.add("a", "side", 2.0, 20.0)
    history.add("b", "web", 4.0, 40.0)
    history.done()
    history.look(30.0)
    assert history.together(["a", "b"]).cpu == [1.0, 7.0], "one that goes on is not told"
    assert history.measured("a")
    history.add("b", "web", 4.0, 40.0)
    history.done()
    assert history.together(["a", "b", "none"]) == ([1.0, 7.0, 4.0], [10.0, 70.0, 40.0])
    assert history.together([]) == ([None] * 3, [None] * 3)
    assert not history.measured("a")
    assert history.measured("b")
    assert history.together(["b"]).cpu == [None, 4.0, 4.0]


def test_a_clock_that_is_set_back_leaves_an_hour():
    """It was 2099 for a look."""
    history = History()
    look = looked(history, 10)
    history.look(4e9)
    history.add("always", "", 1.0, 2.0)
    history.done()
    for _ in range(2000):
        look(always=1.0)
    assert len(history.times) == HOUR / 15 + 1
    assert history.of("always")[""].cpu == [1.0] * len(history.times)


def test_what_is_gone_is_forgotten():
    history = History()
    look = looked(history, 10)
    for number in range(2000):
        look(**{f"job-{number}": 1.0})
    assert len(history) < 60


def test_means_end_with_a_whole_one():
    assert in_buckets([], 3) == []
    assert in_buckets([1.0, None, 3.0], 3) == [1.0, None, 3.0]
    assert in_buckets([9.0, 1.0, 3.0, None, 5.0], 3) == [9.0, 2.0, 5.0]
    assert in_buckets([None, None, 2.0, 4.0], 2) == [None, 3.0]
    assert len(in_buckets([1.0] * 241, 30)) <= 30
    assert json.dumps(in_buckets([None], 30)) == "[null]"
