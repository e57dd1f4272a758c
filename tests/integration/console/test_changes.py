"""What happens in the real systems arrives as frames, within a second on a quiet machine.

The measured latencies are said at the end of the run (tests/latencies.py) and none fails it: tests
share their cores with others.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.consoleprocess import Person
from tests.integration.console.conftest import OpenTab
from tests.integration.console.livesocket import LiveSocket
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(600)

NAMESPACE = "shop"
LIMIT = 60.0
"""Seconds after which a test gives up."""


class Stopwatch:
    """Runs a command outside, and measures from its end to the frame."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record

    async def seen(
        self,
        socket: LiveSocket,
        command: Callable[[], object],
        holds: Callable[[], bool],
        what: str,
        limit: float = LIMIT,
    ) -> None:
        ended = 0.0

        def run() -> None:
            nonlocal ended
            command()
            ended = time.monotonic()

        # Looking starts before: the frame is often here before the command line tool ends.
        wait = asyncio.create_task(socket.until(holds, limit, what))
        try:
            await asyncio.to_thread(run)
        except BaseException:
            wait.cancel()
            raise
        latency = max(0.0, await wait - ended)
        self._record(f"latency of {what}", f"{latency:.3f} s")


@pytest.fixture
def stopwatch(record_property: Callable[[str, object], None]) -> Stopwatch:
    return Stopwatch(record_property)


@pytest.fixture
def deployment(stack: RunningStack):
    """The name of a deployment of this test's own, with one pod."""
    name = f"live-{uuid.uuid4().hex[:6]}"
    stack.kubectl("create", "deployment", name, "--image=example.invalid/web:1", "-n", NAMESPACE)
    yield name
    stack.kubectl("delete", "deployment", name, "-n", NAMESPACE, "--wait=false")


async def test_scaling_and_deleting_pods(
    stack: RunningStack, owner: Person, tab: OpenTab, deployment: str, stopwatch: Stopwatch
) -> None:
    socket = await tab(owner)
    pods = await socket.subscribe("pods", "pods", q=deployment, sort=["name"])
    owns = await socket.subscribe("owns", "workloads", filter=[f"name={deployment}"])
    await socket.until(lambda: pods.total == 1 and owns.total == 1, LIMIT, "the first pod")

    def scale(replicas: int) -> Callable[[], object]:
        chosen = ("deployment", deployment, f"--replicas={replicas}")
        return partial(stack.kubectl, "scale", *chosen, "-n", NAMESPACE)

    await stopwatch.seen(
        socket, scale(3), lambda: len(pods.rows) == pods.total == 3, "kubectl scale"
    )
    gone = pods.rows[0]["name"]
    await stopwatch.seen(
        socket,
        lambda: stack.kubectl("delete", "pod", gone, "-n", NAMESPACE, "--wait=false"),
        lambda: all(row["name"] != gone or row["status"] == "Terminating" for row in pods.rows),
        "kubectl delete pod",
    )
    await socket.until(
        lambda: pods.total == 3 and gone not in {row["name"] for row in pods.rows},
        LIMIT,
        "the pod is gone and has a successor",
    )
    await stopwatch.seen(socket, scale(0), lambda: pods.total < 3 or _going(pods.rows), "to zero")
    await socket.until(lambda: pods.total == 0 and pods.rows == [], LIMIT, "no pod is left")
    socket.assert_as_described()


def _going(rows: list[dict]) -> bool:
    return any(row["status"] == "Terminating" for row in rows)


async def test_keys(stack: RunningStack, owner: Person, tab: OpenTab, stopwatch: Stopwatch) -> None:
    key = f"/live/{uuid.uuid4().hex}"
    socket = await tab(owner)
    keys = await socket.subscribe("keys", "keys", filter=[f"path={key}"])
    assert keys.total == 0
    await stopwatch.seen(
        socket, partial(stack.etcdctl, "put", key, "a"), lambda: keys.total == 1, "etcdctl put"
    )
    first = keys.rows[0]
    await stopwatch.seen(
        socket,
        partial(stack.etcdctl, "put", key, "more"),
        lambda: keys.rows[0]["revision"] > first["revision"] and keys.rows[0]["size"] == 4,
        "etcdctl put again",
    )
    await stopwatch.seen(
        socket, partial(stack.etcdctl, "del", key), lambda: keys.rows == [], "etcdctl del"
    )
    assert keys.total == 0
    socket.assert_as_described()


async def test_events(
    stack: RunningStack, owner: Person, tab: OpenTab, stopwatch: Stopwatch
) -> None:
    reason = f"Live{uuid.uuid4().hex[:8]}"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": reason.lower(), "namespace": NAMESPACE},
        "involvedObject": {"kind": "Pod", "name": "web", "namespace": NAMESPACE},
        "reason": reason,
        "message": "made by a test",
        "type": "Warning",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
        "source": {"component": "test"},
    }
    socket = await tab(owner)
    events = await socket.subscribe("events", "events", filter=[f"reason={reason}"])
    assert events.total == 0
    await stopwatch.seen(
        socket,
        lambda: stack.kubectl("create", "-f", "-", stdin=json.dumps(event)),
        lambda: events.total == 1,
        "an event",
    )
    assert events.rows[0]["severity"] == "warning"
    assert events.rows[0]["namespace"] == NAMESPACE


async def test_machines(
    stack: RunningStack, owner: Person, tab: OpenTab, stopwatch: Stopwatch
) -> None:
    socket = await tab(owner)
    machines = await socket.subscribe("machines", "machines", sort=["name"])
    name = next(row["name"] for row in machines.rows if row["status"] == "Ready")

    def status() -> str:
        return next(row["status"] for row in machines.rows if row["name"] == name)

    others = {row["name"] for row in machines.rows if "-worker-" in row["name"]}
    try:
        await stopwatch.seen(
            socket, lambda: stack.kubectl("cordon", name), lambda: status() != "Ready", "cordon"
        )
    finally:
        stack.kubectl("uncordon", name)
    await socket.until(lambda: status() == "Ready", LIMIT, "uncordoned")
    assert others <= {row["name"] for row in machines.rows}


async def test_a_stream_ends_as_the_list_says(owner: Person, tab: OpenTab) -> None:
    """Over every collection: what tabs show after a while is what REST answers. One socket has at
    most 32 subscriptions, and the collections are more."""
    names = [entry["name"] for entry in owner.http.get("/collections").json()["collections"]]
    assert len(names) > 20
    tabs = [await tab(owner) for _ in range(0, len(names), 30)]
    sockets = {name: tabs[number % len(tabs)] for number, name in enumerate(names)}
    for name in names:
        shown = await sockets[name].subscribe(name, name)
        assert shown.error is None, shown.error

    def same(name: str) -> bool:
        page = owner.http.get(f"/collections/{name}?limit=500").json()
        shown = sockets[name][name]
        return [row["key"] for row in page["rows"]] == shown.keys and page["total"] == shown.total

    for name in names:
        ends = time.monotonic() + LIMIT
        while not await asyncio.to_thread(same, name):
            assert time.monotonic() < ends, f"{name}: the stream does not agree with the list"
            await asyncio.sleep(0.1)
    for socket in tabs:
        socket.assert_as_described()
