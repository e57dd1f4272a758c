"""What an open tab goes through when the real servers and the console itself die and return:
stale with its rows kept, then live again with the truth, no ghost and no lost row.

One stack and one console of this module's own; the tests break them, each heals what it broke.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest

from tests.consoleprocess import OWNER, ConsoleProcess, Person, launch_console, wait_loaded
from tests.contract.registry.push import Pusher
from tests.integration.console.livesocket import LiveSocket, open_socket
from tests.ports import free_port
from tests.stackfixtures import RunningStack, launch_stack
from tests.unit.live.browser import Shown
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

BACK = 120.0
"""Seconds in which a server that was killed is back and believed again."""


@dataclass
class Place:
    """A stack, a console on it, and its owner."""

    stack: RunningStack
    console: ConsoleProcess
    owner: Person

    def kill(self, *names: str, how: signal.Signals = signal.SIGKILL) -> None:
        for name in names:
            self.stack.wait(lambda _, one=name: self.stack.component(one).pid, what=f"{name} runs")
            pid = self.stack.component(name).pid
            assert pid is not None
            os.kill(pid, how)

    def rows(self, collection: str, **params: str | int) -> dict:
        answer = self.owner.http.get(f"/collections/{collection}", params={"limit": 500, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A seeded stack of its own, whose registry notifies the console."""
    home = tmp_path_factory.mktemp("outages")
    url = f"http://127.0.0.1:{free_port()}"
    stack = launch_stack(home / "stack", nodes=3, console_url=url)
    try:
        stack.wait_ready()
        console = launch_console(home / "console", stack, url=url)
        try:
            with console.signed_in(OWNER, console.password) as owner:
                wait_loaded(owner.http)
                yield Place(stack, console, owner)
        finally:
            console.stop()
    finally:
        stack.stop()


@pytest.fixture
async def tab(place: Place) -> AsyncIterator[LiveSocket]:
    # What the test before broke is well again for the console too, not for its rows alone.
    await asyncio.to_thread(wait_loaded, place.owner.http)
    opened = await open_socket(place.console, place.owner)
    yield opened
    opened.assert_as_described()
    await opened.close()


def is_live(tab: LiveSocket, name: str) -> Callable[[], bool]:
    return lambda: (
        bool(tab[name].freshness)
        and all(source["state"] == "live" for source in tab[name].freshness)
    )


def is_stale(tab: LiveSocket, name: str) -> Callable[[], bool]:
    return lambda: any(source["state"] in {"stale", "failed"} for source in tab[name].freshness)


async def agrees(place: Place, tab: LiveSocket, name: str, truth: Callable[[], set[str]]) -> None:
    """The tab, the list and the system itself name the same objects."""
    said: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    ends = time.monotonic() + BACK
    while time.monotonic() < ends:
        wanted, page = await asyncio.to_thread(lambda: (truth(), place.rows(name)))
        said = (wanted, {row["key"] for row in page["rows"]}, set(tab[name].keys))
        if said[0] == said[1] == said[2] and tab[name].total == len(wanted) == page["total"]:
            return
        await asyncio.sleep(0.2)
    pytest.fail(f"{name}: {[sorted(s ^ said[0])[:5] for s in said]}")


def lasting(shown: Shown) -> set[str]:
    """The keys of the pods that no job runs: those come and go at any moment."""
    return {row["key"] for row in shown.rows if row["owner_kind"] != "Job"}


def pods_of(place: Place) -> Callable[[], set[str]]:
    def truth() -> set[str]:
        items = json.loads(place.stack.kubectl("get", "pods", "-A", "-o", "json"))["items"]
        return {f"local/{i['metadata']['namespace']}/{i['metadata']['name']}" for i in items}

    return truth


def keys_of(place: Place) -> Callable[[], set[str]]:
    def truth() -> set[str]:
        listed = place.stack.etcdctl("get", "", "--from-key", "--keys-only", "-w", "json")
        found = [base64.b64decode(kv["key"]).decode() for kv in json.loads(listed)["kvs"]]
        return {f"local:{key}" for key in found}

    return truth


async def push(place: Place, repository: str, tag: str) -> dict:
    pusher = Pusher(place.stack.registry_url)
    try:
        return await pusher.index(repository, tag)
    finally:
        await pusher.aclose()


async def test_a_pushed_image_shows(
    place: Place, tab: LiveSocket, record_property: Callable[[str, object], None]
) -> None:
    name = f"shop/pushed-{uuid.uuid4().hex[:6]}"
    tags = await tab.subscribe("tags", "tags", filter=[f"repository={name}"])
    repositories = await tab.subscribe("repos", "repositories", filter=[f"name={name}"])
    # The registry still has to tell what it was filled with before the console ran.
    await push(place, name, "1.0.0")
    await tab.until(lambda: tags.total == 1 and repositories.total == 1, BACK, "the first push")
    for number in range(1, 4):
        pushed = await push(place, name, f"1.0.{number}")
        ended = time.monotonic()

        def shows(digest: str = pushed["digest"], tag: str = f"1.0.{number}") -> bool:
            return (tag, digest) in {(row["name"], row["digest"]) for row in tags.rows}

        seen = await tab.until(shows, BACK, "the pushed tag with its digest")
        record_property("latency of a pushed image", f"{max(0.0, seen - ended):.3f} s")
    assert tags.total == 4


async def settled(count: Callable[[], float]) -> float:
    """The count once it has stood for ten seconds: lists are there before their watches, and the
    watches of kinds without rows come last, some of them every five seconds at the latest."""
    seen: list[float] = []
    while len(seen) < 20 or len(set(seen[-20:])) > 1 or not seen[-1]:
        assert len(seen) < 240, seen
        seen.append(await asyncio.to_thread(count))
        await asyncio.sleep(0.5)
    return seen[-1]


async def least(count: Callable[[], int]) -> int:
    """The smallest count of four seconds: controllers and reads come and go, watches stay."""
    counts = []
    for _ in range(8):
        counts.append(await asyncio.to_thread(count))
        await asyncio.sleep(0.5)
    return min(counts)


async def test_thirty_tabs_watch_the_cluster_once(place: Place) -> None:
    def watches() -> int:
        metrics = place.stack.kubectl("get", "--raw", "/metrics")
        gauge = "apiserver_longrunning_requests{"
        lines = [line for line in metrics.splitlines() if line.startswith(gauge)]
        return sum(int(float(line.rpartition(" ")[2])) for line in lines if '"WATCH"' in line)

    def said() -> float:
        """The watches the console itself counts."""
        lines = httpx2.get(f"{place.console.url}/metrics", timeout=30).text.splitlines()
        gauge = 'craton_upstream_watches{connection="local",kind="kubernetes"}'
        (line,) = [line for line in lines if line.startswith(gauge)]
        return float(line.rpartition(" ")[2])

    def connections() -> int:
        """The console's connections to the API server: HTTP/1.1, so one for each watch, and
        one or two that reads leave open for a while."""
        assert place.console.process is not None
        port = urlsplit(place.stack.component("kube-apiserver").endpoint or "").port
        held = psutil.Process(place.console.process.pid).net_connections("tcp")
        return sum(1 for one in held if one.raddr and one.raddr.port == port)

    told = await settled(said)
    own, every = await asyncio.gather(least(connections), least(watches))
    assert 0 < told <= own <= every
    tabs = [await open_socket(place.console, place.owner) for _ in range(30)]
    try:
        for number, tab in enumerate(tabs):
            for name in ("pods", "workloads", "events", "machines"):
                await tab.subscribe(name, name, limit=20 + number, q="a" * (number % 3))

        async def no_more() -> bool:
            # A watch that ends is begun again: each count may be one of in between.
            own_then, every_then = await asyncio.gather(least(connections), least(watches))
            told_then = await asyncio.to_thread(said)
            # Controllers also open watches of their own in the meantime, if not one for each tab.
            return told_then == told and own_then < own + 5 and every_then < every + len(tabs)

        await until(no_more, BACK)
    finally:
        for tab in tabs:
            await tab.close()


async def test_the_api_server_dies_and_returns(place: Place, tab: LiveSocket) -> None:
    pods = await tab.subscribe("pods", "pods")
    keys = await tab.subscribe("keys", "keys", limit=50)

    def deployed() -> list[dict]:
        return [r for r in pods.rows if r["owner_kind"] == "Deployment" and r["healthy"]]

    await tab.until(lambda: bool(deployed()), BACK, "a healthy pod")
    gone = deployed()[0]
    before = lasting(pods)
    place.kill("kube-apiserver")
    await tab.until(is_stale(tab, "pods"), BACK, "the pods are stale")
    assert lasting(pods) >= before, "rows stay while the source is away"
    assert all(source["message"] for source in pods.freshness if source["state"] == "stale")
    await tab.until(is_live(tab, "keys"), BACK, f"the keys are live: {keys.freshness}")

    async def etcd_goes_on() -> bool:
        overview = (await asyncio.to_thread(place.owner.http.get, "/overview")).json()
        (system,) = [one for one in overview["systems"] if one["name"] == "etcd"]
        return {source["state"] for source in system["freshness"]} <= {"live", "polling"}

    await until(etcd_goes_on, BACK)
    await tab.until(is_live(tab, "pods"), BACK, "the pods are live again")
    delete = ("delete", "pod", gone["name"], "-n", gone["namespace"])
    await until_done(
        lambda: place.stack.kubectl(*delete, "--wait=false", "--ignore-not-found=true")
    )
    await tab.until(lambda: gone["key"] not in pods.keys, BACK, "a pod deleted afterwards")
    await agrees(place, tab, "pods", pods_of(place))


async def test_a_member_of_etcd_dies_and_returns(place: Place, tab: LiveSocket) -> None:
    members = await tab.subscribe("members", "etcd-members")
    keys = await tab.subscribe("keys", "keys")
    await tab.until(lambda: healthy(members.rows) == 3, BACK, "three healthy members")
    # Held first: killed, it would be back before the console asks again how it is.
    place.kill("etcd-2", how=signal.SIGSTOP)
    key = f"/outage/{uuid.uuid4().hex}"
    try:
        await tab.until(lambda: healthy(members.rows) == 2, BACK, "one member is down")
        assert members.total == 3, "a member that is down is still a member"
        await until_done(lambda: place.stack.etcdctl("put", key, "written by two of three"))
    finally:
        place.kill("etcd-2")
    await tab.until(lambda: f"local:{key}" in keys.keys, BACK, "a key written meanwhile")
    await tab.until(lambda: healthy(members.rows) == 3, BACK, "three members again")
    await tab.until(is_live(tab, "keys"), BACK, "the keys are live")
    await agrees(place, tab, "keys", keys_of(place))


def healthy(rows: list[dict]) -> int:
    return sum(row["healthy"] for row in rows)


async def until_done(command: Callable[[], object], limit: float = BACK) -> None:
    """A command line tool against servers that are coming and going."""
    deadline = time.monotonic() + limit
    while True:
        try:
            await asyncio.to_thread(command)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)
        else:
            return


async def test_a_lost_quorum_is_called_that(place: Place, tab: LiveSocket) -> None:
    keys = await tab.subscribe("keys", "keys")
    problems = await tab.subscribe("problems", "problems")
    events = await tab.subscribe("events", "events", filter=["source=etcd"], sort=["-last"])
    before = set(keys.keys)
    place.kill("etcd-1", "etcd-3", how=signal.SIGSTOP)
    try:
        await tab.until(is_stale(tab, "keys"), BACK, "the keys are stale")
        await tab.until(
            lambda: "QuorumLost" in {row["reason"] for row in events.rows}, BACK, "the event"
        )
        await tab.until(lambda: quorum_is_the_problem(problems.rows), BACK, "one problem")
        assert set(keys.keys) >= before, "rows stay"

        async def said_everywhere() -> bool:
            health = (await asyncio.to_thread(place.owner.http.get, "/etcd/local")).json()
            overview = (await asyncio.to_thread(place.owner.http.get, "/overview")).json()
            system = next(entry for entry in overview["systems"] if entry["name"] == "etcd")
            return (
                "quorum lost" in health["sentence"]
                and health["status"] == "critical"
                and "quorum lost" in system["sentence"]
                and system["state"] in {"down", "degraded"}
            )

        await until(said_everywhere, BACK)
        assert quorum_is_the_problem(problems.rows), "one line as long as it lasts"
    finally:
        place.kill("etcd-1", "etcd-3", how=signal.SIGCONT)
    await tab.until(is_live(tab, "keys"), BACK, "the keys are live again")
    await tab.until(lambda: etcd_problems(problems.rows) == 0, BACK, "no problem is left")
    key = f"/outage/{uuid.uuid4().hex}"
    await until_done(lambda: place.stack.etcdctl("put", key, "after"))
    await tab.until(lambda: f"local:{key}" in keys.keys, BACK, "a key written afterwards")
    await agrees(place, tab, "keys", keys_of(place))


def etcd_problems(rows: list[dict]) -> int:
    return sum(row["system"] == "etcd" for row in rows)


def quorum_is_the_problem(rows: list[dict]) -> bool:
    """The lost quorum, first of all, and none of the members that are down."""
    lost = "Quorum lost: 2 of 3 members are down, writes are refused"
    return rows[:1] != [] and rows[0]["reason"] == lost and etcd_problems(rows) == 1


async def test_the_registry_dies_and_returns(place: Place, tab: LiveSocket) -> None:
    tags = await tab.subscribe("tags", "tags")
    before = set(tags.keys)
    place.kill("registry", how=signal.SIGSTOP)
    try:
        await tab.until(is_stale(tab, "tags"), BACK, "the tags are stale")
        assert set(tags.keys) >= before, "rows stay"
    finally:
        place.kill("registry")
    await asyncio.to_thread(place.stack.wait_ready, "registry")
    await tab.until(is_live(tab, "tags"), BACK, "the tags are live again")
    name = f"after-{uuid.uuid4().hex[:6]}"
    await push(place, f"shop/{name}", "2.0.0")
    await tab.until(
        lambda: f"shop/{name}" in {row["repository"] for row in tags.rows},
        BACK,
        "a push afterwards",
    )
    assert before <= set(tags.keys)


async def test_the_console_is_killed_and_started_again(place: Place) -> None:
    tab = await open_socket(place.console, place.owner)
    pods = await tab.subscribe("pods", "pods")
    hello, before = tab.frames[0]["server"], lasting(pods)
    place.console.stop(signal.SIGKILL)
    assert await tab.until_closed() == 1006
    await asyncio.to_thread(place.console.start)
    again = await reconnected(place)
    try:
        assert again.frames[0]["server"] != hello
        shown = await again.subscribe("pods", "pods")
        await again.until(is_live(again, "pods"), BACK, "live again")
        await agrees(place, again, "pods", pods_of(place))
        assert lasting(shown) >= before, "cron jobs' pods come and go, others do not"
        me = place.owner.http.get("/session")
        assert me.status_code == 200, "the session outlives the process"
    finally:
        await again.close()
        await tab.close()


async def reconnected(place: Place) -> LiveSocket:
    """A tab tries again and again, as the browser does."""
    deadline = time.monotonic() + BACK
    tab: LiveSocket | None = None
    while tab is None:
        try:
            tab = await open_socket(place.console, place.owner)
        except OSError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
    await tab.until(lambda: bool(tab.frames), what="hello")
    return tab
