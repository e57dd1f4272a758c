"""Logs of real containers through the console: read, followed over restarts, ended by rights."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psutil
import pytest

from backend.features.cluster.logs.routes import MOST_OPEN
from tests.consoleprocess import ConsoleProcess
from tests.integration.realnodes.cluster import pods_of
from tests.stackfixtures import RunningStack
from tests.waiting import until_sync

pytestmark = pytest.mark.timeout(240)

Record = dict[str, Any]


@pytest.fixture
def shell(real_stack: RunningStack) -> Iterator[Callable[..., str]]:
    """Makes pods of this test's own in a namespace of its own, each running a shell's script."""
    namespace = f"logs-{uuid.uuid4().hex[:6]}"
    real_stack.kubectl("create", "namespace", namespace)
    model = pods_of(real_stack, "logger")[0]["spec"]

    def make(name: str, *scripts: str, restart: str = "Never") -> str:
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "restartPolicy": restart,
                "nodeSelector": model["nodeSelector"],
                "tolerations": model["tolerations"],
                "terminationGracePeriodSeconds": 1,
                "containers": [
                    {
                        "name": f"c{number}",
                        "image": model["containers"][0]["image"],
                        "command": ["sh", "-c", script],
                    }
                    for number, script in enumerate(scripts)
                ],
            },
        }
        real_stack.kubectl("create", "-f", "-", stdin=json.dumps(pod))
        return namespace

    yield make
    real_stack.kubectl("delete", "namespace", namespace, "--wait=false")


def records(answer: httpx2.Response) -> list[Record]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines() if line]


def read(caller: httpx2.Client, namespace: str, *pods: str, **more: Any) -> list[Record]:
    asked = {"pod": list(pods), **more}
    return records(caller.get(f"/clusters/local/logs/{namespace}", params=asked))


@contextmanager
def following(
    caller: httpx2.Client, namespace: str, *pods: str, **more: Any
) -> Iterator[Iterator[Record]]:
    asked = {"pod": list(pods), "follow": True, **more}
    path = f"/clusters/local/logs/{namespace}"
    with caller.stream("GET", path, params=asked, timeout=90) as answer:
        assert answer.status_code == 200, answer.read()
        yield (json.loads(line) for line in answer.iter_lines() if line)


def until(stream: Iterator[Record], holds: Callable[[Record], bool]) -> list[Record]:
    seen = []
    for record in stream:
        seen.append(record)
        if holds(record):
            return seen
    raise AssertionError(f"the stream ended before: {seen[-5:]}")


def phase(stack: RunningStack, namespace: str, name: str) -> str:
    return stack.kubectl("get", "pod", name, "-n", namespace, "-o", "jsonpath={.status.phase}")


def test_containers_of_pods_are_read_by_time_and_as_a_file(
    real_stack: RunningStack, caller: httpx2.Client, shell: Callable[..., str]
) -> None:
    tick = "for i in 1 2 3; do echo {}$i; sleep 0.3; done; printf 'b\\xffad\\n'"
    namespace = shell("one", tick.format("a"), tick.format("b"))
    shell("two", tick.format("c"))
    for name in ("one", "two"):
        until_sync(lambda name=name: phase(real_stack, namespace, name) == "Succeeded")
    lines = read(caller, namespace, "one", "two")
    assert {(one["pod"], one["container"]) for one in lines} == {
        ("one", "c0"),
        ("one", "c1"),
        ("two", "c0"),
    }
    assert [one["at"] for one in lines] == sorted(one["at"] for one in lines)
    mine = [one["text"] for one in lines if (one["pod"], one["container"]) == ("one", "c1")]
    assert mine == ["b1", "b2", "b3", "b\N{REPLACEMENT CHARACTER}ad"]
    last = read(caller, namespace, "two", tail=2, container="c0")
    assert [one["text"] for one in last] == ["c3", "b\N{REPLACEMENT CHARACTER}ad"]
    asked = {"pod": ["two"], "form": "text"}
    file = caller.get(f"/clusters/local/logs/{namespace}", params=asked)
    assert "attachment" in file.headers["content-disposition"]
    assert [line.partition(" ")[2] for line in file.text.splitlines()][:3] == ["c1", "c2", "c3"]


def test_a_log_is_followed_over_restarts_and_the_run_before_is_read(
    real_stack: RunningStack, caller: httpx2.Client, shell: Callable[..., str]
) -> None:
    script = "echo begin; for i in 1 2 3 4; do echo tick $i; sleep 0.5; done; exit 3"
    namespace = shell("phoenix", script, restart="Always")
    until_sync(lambda: phase(real_stack, namespace, "phoenix") == "Running")
    with following(caller, namespace, "phoenix") as stream:
        seen = until(stream, lambda one: one.get("event") == "restarted")
        again = until(stream, lambda one: one.get("text") == "tick 2")
    texts = [one["text"] for one in seen if "at" in one]
    assert texts.count("tick 1") >= 1
    assert len(texts) == len({(one["at"], one["text"]) for one in seen if "at" in one})
    first = next(one["text"] for one in again if "at" in one)
    assert first in {"begin", "tick 1", "tick 2"}


def test_the_run_before_is_read_or_told_to_be_lost(
    real_stack: RunningStack, caller: httpx2.Client, shell: Callable[..., str]
) -> None:
    namespace = shell("twice", "echo once; exit 1", restart="Always")

    def before() -> list[Record]:
        asked = {"pod": ["twice"], "previous": True}
        answer = caller.get(f"/clusters/local/logs/{namespace}", params=asked)
        return records(answer)

    # A kubelet may have removed it by then: then that is told, not its own words as a line.
    seen = []
    until_sync(lambda: seen.extend(before()) or {"text": "once"}.items() <= seen[-1].items())
    assert {one.get("event", "line") for one in seen} <= {"line", "waiting", "lost"}


def test_the_end_of_a_pod_is_told(
    real_stack: RunningStack, caller: httpx2.Client, shell: Callable[..., str]
) -> None:
    namespace = shell("ends", "echo all; sleep 1")
    with following(caller, namespace, "ends") as stream:
        told = list(stream)
    assert [one["text"] for one in told if "at" in one] == ["all"]
    assert told[-1]["event"] == "ended"
    shell("goes", "while true; do echo on; sleep 0.2; done")
    until_sync(lambda: phase(real_stack, namespace, "goes") == "Running")
    with following(caller, namespace, "goes") as stream:
        until(stream, lambda one: one.get("text") == "on")
        real_stack.kubectl("delete", "pod", "goes", "-n", namespace, "--wait=false")
        assert until(stream, lambda one: "event" in one)[-1]["event"] in {"gone", "ended"}


def test_a_stream_ends_with_the_right_and_never_begins_without(
    real_stack: RunningStack,
    console: ConsoleProcess,
    caller: httpx2.Client,
    shell: Callable[..., str],
) -> None:
    namespace = shell("talks", "while true; do echo on; sleep 0.1; done")
    until_sync(lambda: phase(real_stack, namespace, "talks") == "Running")
    scope = f"org/main/cluster/local/ns/{namespace}"
    until_sync(
        lambda: (
            "craton-viewer-view"
            in real_stack.kubectl("get", "rolebindings", "-n", namespace, "-o", "name")
        )
    )
    viewer, stranger = console.add_member(caller, ("viewer", scope)), console.add_member(caller)
    with console.signed_in(stranger) as other:
        path = f"/clusters/local/logs/{namespace}"
        assert other.http.get(path, params={"pod": ["talks"]}).status_code == 404
    asked = {"filter": f'subject="{viewer}"'}
    (binding,) = caller.get("/collections/bindings", params=asked).json()["rows"]
    with console.signed_in(viewer) as person, following(person.http, namespace, "talks") as stream:
        until(stream, lambda one: one.get("text") == "on")
        removed = caller.delete(f"/bindings/{binding['key']}")
        assert removed.status_code == 204, removed.text
        assert until(stream, lambda one: one.get("event") == "over")


def test_a_flood_is_followed_and_the_console_answers_others(
    real_stack: RunningStack, caller: httpx2.Client, shell: Callable[..., str]
) -> None:
    # It begins to talk once it is followed: what was said before is not asked for.
    begin = 'trap go=1 USR1; until [ "$go" ]; do sleep 0.1; done; i=0'
    flood = f"{begin}; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; sleep 300"
    namespace = shell("flood", flood)
    until_sync(lambda: phase(real_stack, namespace, "flood") == "Running")
    numbers = []
    with following(caller, namespace, "flood", tail=0) as stream:
        real_stack.kubectl("exec", "-n", namespace, "flood", "--", "kill", "-USR1", "1")
        for record in stream:
            if "at" in record:
                numbers.append(int(record["text"].split()[1]))
            if numbers and numbers[-1] == 29_999:
                break
            if len(numbers) % 5000 == 1:
                assert caller.get("/session").status_code == 200
    assert numbers == list(range(numbers[0], 30_000))


def test_readers_that_leave_in_the_middle_of_a_flood_leave_nothing_open(
    real_stack: RunningStack,
    console: ConsoleProcess,
    caller: httpx2.Client,
    shell: Callable[..., str],
) -> None:
    namespace = shell("pours", "while true; do echo on and on; done")
    until_sync(lambda: phase(real_stack, namespace, "pours") == "Running")
    assert console.process is not None
    process = psutil.Process(console.process.pid)

    def opened() -> int:
        return len(process.net_connections("tcp"))

    before = opened()
    # More than may be followed at a time: each must have ended before the last.
    for _ in range(MOST_OPEN + 4):
        with following(caller, namespace, "pours") as stream:
            until(stream, lambda one: "at" in one)
            time.sleep(0.1)  # it is not read: the console waits with what it has
    until_sync(lambda: opened() <= before + 2)
