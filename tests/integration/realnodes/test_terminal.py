"""Terminals in real containers: typed into, resized, flooded, and what is left of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.features.cluster.terminal.counted import MOST_EACH
from tests.consoleprocess import OWNER, ConsoleProcess, Person, launch_console
from tests.integration.console.livesocket import connected
from tests.integration.realnodes.cluster import inside, pods_of
from tests.integration.realnodes.idle import make_pod
from tests.integration.realnodes.terminals import Screen, opened, terminal
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def owner(console: ConsoleProcess) -> Iterator[Person]:
    with console.signed_in(OWNER, console.password) as person:
        yield person


@pytest.fixture(scope="module")
def namespace(real_stack: RunningStack) -> Iterator[str]:
    """One of this test's own, with a pod that does nothing: `idle`."""
    name = f"term-{uuid.uuid4().hex[:6]}"
    real_stack.kubectl("create", "namespace", name)
    make_pod(real_stack, name, "idle")
    yield name
    real_stack.kubectl("delete", "namespace", name, "--wait=false")


def processes(stack: RunningStack, word: str) -> list[str]:
    """The command lines on the real nodes that name `word`, as this machine sees them."""
    found = []
    for process in inside(stack):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if word in line and process.status() != psutil.STATUS_ZOMBIE:
                found.append(line)
    return found


async def seen(stack: RunningStack, word: str, *, there: bool = True) -> None:
    """Wait until a process with that word is there, or none is any more."""
    ends = time.monotonic() + 20
    while bool(found := await asyncio.to_thread(processes, stack, word)) is not there:
        assert time.monotonic() < ends, found
        await asyncio.sleep(0.1)


async def none_left(stack: RunningStack, *words: str) -> None:
    """Neither what was started nor what guards it."""
    for word in (*words, "craton-watchman", "TERM=xterm-256color"):
        await seen(stack, word, there=False)


async def runs(stack: RunningStack, screen: Screen, *words: str) -> None:
    """Start a process for each word in the background, which obey nothing, and see them run."""
    for word in words:
        await screen.type(f"sh -c 'trap \"\" HUP INT TERM; while :; do sleep {word}; done' &\n")
        await seen(stack, f"sleep {word}")


def entries(caller: httpx2.Client, pod: str) -> list[dict[str, Any]]:
    """What the record says of terminals in a pod, oldest first."""
    asked = {"filter": ["action=pod:exec", f"target={pod}"], "sort": "at"}
    found: list[dict[str, Any]] = caller.get("/collections/activity", params=asked).json()["rows"]
    return found


async def test_a_shell_is_typed_into_resized_and_left(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        (told,) = screen.of("opened")
        assert told["user"] == f"craton:{OWNER}"
        assert told["protocol"] == "v5.channel.k8s.io"
        assert told["idle"] == 15 * 60
        await screen.type("echo sum-$((40+2))\n")
        await screen.shows("sum-42")
        await screen.type("stty size\n")
        await screen.shows("24 80")
        await screen.say("size", columns=101, rows=33)
        await asyncio.sleep(0.3)
        await screen.type("stty size\n")
        await screen.shows("33 101")
        await screen.type("echo $TERM\n")
        await screen.shows("xterm-256color")
        await screen.type("exit 7\n")
        end = await screen.ended()
    assert (end["op"], end["reason"], end["code"]) == ("ended", "exited", 7)
    await none_left(real_stack)


async def test_a_closed_page_leaves_no_process(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        await runs(real_stack, screen, "70001")
        await screen.type("sleep 70002\n")
        await seen(real_stack, "sleep 70002")
    await none_left(real_stack, "70001", "70002")


async def test_a_killed_console_leaves_no_process(
    real_stack: RunningStack, tmp_path: Path, namespace: str
) -> None:
    console = launch_console(tmp_path / "other", real_stack)
    try:
        with console.signed_in(OWNER, console.password) as person:
            await until(lambda: _knows(person.http, namespace))
            async with opened(console, person, namespace, "idle", container="c") as screen:
                await runs(real_stack, screen, "70003")
                console.stop(signal.SIGKILL)
                await none_left(real_stack, "70003")
    finally:
        console.stop()


async def test_a_stopped_console_ends_them_and_records_it(
    real_stack: RunningStack, tmp_path: Path, namespace: str
) -> None:
    console = launch_console(tmp_path / "other", real_stack)
    try:
        with console.signed_in(OWNER, console.password) as person:
            await until(lambda: _knows(person.http, namespace))
            async with opened(console, person, namespace, "idle", container="c") as screen:
                await runs(real_stack, screen, "70004")
                console.stop()
                await screen.ended()
                assert screen.socket.close_code == 1012
                await none_left(real_stack, "70004")
        console.start()
        with console.caller() as caller:
            assert [one["outcome"] for one in entries(caller, "idle")] == ["begun", "success"]
    finally:
        console.stop()


def _knows(caller: httpx2.Client, namespace: str) -> bool:
    return caller.get(f"/clusters/local/exec/{namespace}/idle").status_code == 200


def kubelet_of(stack: RunningStack, namespace: str, pod: str) -> int:
    """The process id of the kubelet on a pod's machine."""
    found = json.loads(stack.kubectl("get", "pod", "-n", namespace, pod, "-o", "json"))
    node = found["spec"]["nodeName"]
    for process in inside(stack):
        with suppress(psutil.Error):
            if process.name() == "kubelet" and any(node in word for word in process.cmdline()):
                return process.pid
    raise AssertionError(f"no kubelet on {node}")


async def test_a_killed_kubelet_leaves_no_process_and_says_so(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    """The runtime then kills the first process of the program and of its watchman, and no other."""
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        await runs(real_stack, screen, "70009")
        await asyncio.sleep(2)  # the watchman learns what runs a moment after it does
        os.kill(kubelet_of(real_stack, namespace, "idle"), signal.SIGKILL)
        end = await screen.ended()
        assert end["reason"] == "broken"
        assert "broke off" in end["message"]
    await none_left(real_stack, "70009")

    async def again() -> bool:
        async with terminal(console, owner, namespace, "idle", container="c") as screen:
            with suppress(AssertionError):
                await screen.until(lambda: screen.of("opened"))
            return bool(screen.of("opened"))

    await until(again)


async def _stands_still(screen: Screen) -> int:
    """How much was shown once no more comes. What was typed is echoed before it begins."""
    held = -1
    while not held == len(screen.output) > 1000:
        held = len(screen.output)
        await asyncio.sleep(1)
    return held


async def test_a_flood_waits_for_the_page_and_hurts_nobody(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        screen.taking = False
        await screen.type("/bin/yes 70005\n")
        held = await _stands_still(screen)
        assert held < 300_000  # the rest waits in the container
        assert owner.http.get("/session").status_code == 200
        screen.taking = True
        await screen.say("taken", bytes=held)
        await until(lambda: len(screen.output) > 5_000_000)
        began = time.monotonic()
        assert owner.http.get("/collections/pods?limit=1").status_code == 200
        assert time.monotonic() - began < 5
        await screen.type("\x03")
        await screen.type("echo after-$((1+1))\n")
        await screen.shows("after-2\r\n.*[$#] ")
        await screen.type("/bin/yes 70005\n")
        await seen(real_stack, "yes 70005")
    await none_left(real_stack, "70005")


async def test_what_is_no_text_goes_through_both_ways(
    console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        await screen.type("stty raw -echo; echo go; head -c 60000 | busybox md5sum; echo; \\\n")
        await screen.type("busybox awk 'BEGIN { for (i = 0; i < 256; i++) printf \"%c\", i }'\n")
        await screen.shows("go\n")
        sent = random.Random(1).randbytes(60_000)
        for at in range(0, len(sent), 8192):
            await screen.type(sent[at : at + 8192])
        await screen.shows(hashlib.md5(sent).hexdigest())
        await screen.until(lambda: bytes(range(250)) in bytes(screen.output))
        assert sum(frame["bytes"] for frame in screen.of("took")) >= len(sent)


async def test_what_is_not_taken_is_bounded(
    console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    """A page sends no more than the container took; one that does is shown out."""
    async with opened(console, owner, namespace, "idle", container="c") as screen:
        await screen.type("stty raw -echo; sleep 70006\n")
        await asyncio.sleep(0.5)
        with suppress(ConnectionClosed):
            for _ in range(4000):
                await screen.type(b"x" * 16_000)
        await screen.ended()
        assert screen.socket.close_code in {4429, 1008}


async def test_the_end_of_a_pod_and_of_a_container_are_told(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    make_pod(real_stack, namespace, "goes")
    async with opened(console, owner, namespace, "goes", container="c") as screen:
        real_stack.kubectl("delete", "pod", "goes", "-n", namespace, "--wait=false")
        assert (await screen.ended())["reason"] == "gone"
    make_pod(real_stack, namespace, "ends", "trap 'exit 5' TERM; sleep 100000 & wait")
    async with opened(console, owner, namespace, "ends", container="c") as screen:
        await screen.type("kill -TERM 1\n")
        end = await screen.ended()
        assert (end["reason"], end["code"]) == ("container", 5)
    async with terminal(console, owner, namespace, "ends", container="c") as screen:
        (refused,) = [await screen.ended()]
        assert refused["problem"]["status"] == 409
        assert "ended with code 5" in refused["problem"]["detail"]


async def test_what_cannot_be_started_says_why(
    console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with terminal(console, owner, namespace, "idle", container="no") as screen:
        assert (await screen.ended())["problem"]["status"] == 404
    async with opened(console, owner, namespace, "idle", container="c", command=["nope"]) as screen:
        end = await screen.ended()
        assert (end["reason"], end["code"]) == ("exited", 127)
        assert "nope" in screen.text
    words = ["echo", "two  words", "$HOME"]
    async with opened(console, owner, namespace, "idle", container="c", command=words) as screen:
        assert (await screen.ended())["code"] == 0
        assert screen.text == "two  words $HOME\r\n"
    async with terminal(console, owner, namespace, "absent", container="c") as screen:
        assert (await screen.ended())["problem"]["status"] == 404


async def test_an_image_without_a_shell_is_told_as_such(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    model = pods_of(real_stack, "logger")[0]["spec"]
    image = model["containers"][0]["image"]
    copy = "cat /bin/busybox >/all/sleep; busybox chmod 755 /all/sleep"
    mount = {"name": "all", "mountPath": "/bin"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bare", "namespace": namespace},
        "spec": {
            "nodeSelector": model["nodeSelector"],
            "tolerations": model["tolerations"],
            "terminationGracePeriodSeconds": 1,
            "volumes": [{"name": "all", "emptyDir": {}}],
            "initContainers": [
                {
                    "name": "copy",
                    "image": image,
                    "command": ["sh", "-c", copy],
                    "volumeMounts": [{"name": "all", "mountPath": "/all"}],
                }
            ],
            "containers": [
                {
                    "name": "c",
                    "image": image,
                    "command": ["/bin/sleep", "100000"],
                    "volumeMounts": [mount],
                }
            ],
        },
    }
    real_stack.kubectl("create", "-f", "-", stdin=json.dumps(pod))
    real_stack.kubectl(
        "wait", "-n", namespace, "pod/bare", "--for=condition=Ready", "--timeout=60s"
    )
    async with terminal(console, owner, namespace, "bare", container="c") as screen:
        problem = (await screen.ended())["problem"]
    assert problem["type"].endswith(":no-shell"), problem
    assert "kubectl debug" in problem["detail"]


async def test_two_at_once_and_no_more_than_allowed(
    real_stack: RunningStack, console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    async with AsyncExitStack() as stack:
        screens = [
            await stack.enter_async_context(
                opened(console, owner, namespace, "idle", container="c")
            )
            for _ in range(MOST_EACH)
        ]
        for number, screen in enumerate(screens):
            await screen.type(f"echo here-$(({number}+100))\n")
        for number, screen in enumerate(screens):
            await screen.shows(f"here-{number + 100}")
            assert f"here-{(number + 1) % MOST_EACH + 100}" not in screen.text
        async with terminal(console, owner, namespace, "idle", container="c") as screen:
            assert (await screen.ended())["problem"]["status"] == 429
    await none_left(real_stack)


async def test_it_ends_with_the_right_and_never_begins_without(
    real_stack: RunningStack,
    console: ConsoleProcess,
    caller: httpx2.Client,
    namespace: str,
) -> None:
    scope = f"org/main/cluster/local/ns/{namespace}"
    await until(
        lambda: (
            "craton-developer-edit"
            in real_stack.kubectl("get", "rolebindings", "-n", namespace, "-o", "name")
        )
    )
    developer = console.add_member(caller, ("developer", scope))
    for login, status in (
        (console.add_member(caller, ("viewer", scope)), 403),
        (console.add_member(caller), 404),
    ):
        with console.signed_in(login) as other:
            async with terminal(console, other, namespace, "idle", container="c") as screen:
                assert (await screen.ended())["problem"]["status"] == status
            path = f"/clusters/local/exec/{namespace}/idle"
            assert other.http.get(path).status_code == status
    asked = {"filter": f'subject="{developer}"'}
    (binding,) = caller.get("/collections/bindings", params=asked).json()["rows"]
    with console.signed_in(developer) as person:
        async with opened(console, person, namespace, "idle", container="c") as screen:
            await runs(real_stack, screen, "70007")
            removed = caller.delete(f"/bindings/{binding['key']}")
            assert removed.status_code == 204, removed.text
            assert (await screen.ended())["reason"] == "right"
    await none_left(real_stack, "70007")


async def test_it_ends_with_the_session(
    real_stack: RunningStack, console: ConsoleProcess, namespace: str
) -> None:
    with console.signed_in(OWNER, console.password) as person:
        async with opened(console, person, namespace, "idle", container="c") as screen:
            await runs(real_stack, screen, "70008")
            assert person.http.delete("/session").status_code == 200
            assert (await screen.ended())["reason"] == "right"
    await none_left(real_stack, "70008")


async def test_it_is_recorded_without_what_was_typed(
    console: ConsoleProcess, caller: httpx2.Client, real_stack: RunningStack, namespace: str
) -> None:
    make_pod(real_stack, namespace, "told")
    with console.signed_in(OWNER, console.password) as person:
        async with opened(console, person, namespace, "told", container="c") as screen:
            begun = entries(caller, "told")
            assert [one["outcome"] for one in begun] == ["begun"]
            await screen.type("echo geheim\nexit 3\n")
            await screen.ended()
    await until(lambda: len(entries(caller, "told")) == 2)
    told = entries(caller, "told")[-1]
    assert told["outcome"] == "success"
    assert "exited with 3" in told["detail"]
    assert "19 bytes typed" in told["detail"]
    assert "geheim" not in json.dumps(entries(caller, "told"))


async def test_who_breaks_the_protocol_in_it_leaves_an_end_in_the_record(
    console: ConsoleProcess, caller: httpx2.Client, real_stack: RunningStack, namespace: str
) -> None:
    make_pod(real_stack, namespace, "broke")
    with console.signed_in(OWNER, console.password) as person:
        async with opened(console, person, namespace, "broke", container="c") as screen:
            await screen.type("echo geheim\n")
            await screen.shows("geheim")
            await screen.say("nonsense")
            await until(lambda: len(entries(caller, "broke")) == 2)
    told = entries(caller, "broke")[-1]
    assert told["outcome"] == "success"
    assert "broke the protocol" in told["detail"]
    assert "12 bytes typed" in told["detail"]


@pytest.mark.parametrize("first", ["nothing", "hello", '{"op":"stay"}', b"ls"])
async def test_a_page_that_breaks_the_protocol_is_shown_out(
    console: ConsoleProcess, owner: Person, namespace: str, first: str | bytes
) -> None:
    url = console.url.replace("http", "ws", 1)
    async with connected(
        f"{url}/api/v1/clusters/local/exec/{namespace}/idle",
        origin=console.url,
        additional_headers={"Cookie": owner.cookie},
    ) as socket:
        await socket.send(first)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4400


async def test_foreign_pages_and_strangers_open_nothing(
    console: ConsoleProcess, owner: Person, namespace: str
) -> None:
    url = f"{console.url.replace('http', 'ws', 1)}/api/v1/clusters/local/exec/{namespace}/idle"
    for origin in ("https://console.example.com", None):
        with pytest.raises(InvalidStatus):
            await connected(url, origin=origin, additional_headers={"Cookie": owner.cookie})
    async with connected(url, origin=console.url) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4401


async def test_a_token_opens_no_terminal(
    console: ConsoleProcess, caller: httpx2.Client, namespace: str
) -> None:
    made = caller.post(
        "/tokens", json={"name": f"t-{uuid.uuid4().hex[:6]}", "rights": ["pod:exec"]}
    )
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    url = f"{console.url.replace('http', 'ws', 1)}/api/v1/clusters/local/exec/{namespace}/idle"
    async with connected(url, additional_headers=headers) as socket:
        await socket.send(json.dumps({"op": "open", "container": "c"}))
        told = json.loads(await socket.recv())
    assert told["problem"]["type"].endswith(":step-up-required"), told
