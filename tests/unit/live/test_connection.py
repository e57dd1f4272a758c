from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from backend import live
from backend.live.closing import Close, CloseCode
from backend.live.connection import LiveConnection
from backend.live.frames import Heartbeat
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.reviewed import Resource, Reviewed
from backend.live.schema import render_schema
from integrations.contract import FeedState
from tests.unit.live.browser import Browser
from tests.unit.live.sample import ORG, PODS, Sockets, person, pod

SCHEMA_FILE = Path(live.__file__).with_name("schema.json")
SCHEMA = json.loads(SCHEMA_FILE.read_text())


class Console:
    def __init__(self) -> None:
        self.source = MemorySource(PODS)
        self.registry = Registry()
        self.registry.add(PODS, self.source)
        self.caller = {"now": person()}
        self.sockets = Sockets(self.caller)
        self.hub = LiveHub(self.registry, self.sockets)

    def open(self) -> Browser:
        return Browser(LiveConnection(self.hub, self.caller["now"]))


@pytest.fixture
def console():
    console = Console()
    for i in range(10):
        console.source.put(pod(f"p{i}", "web" if i % 2 else "shop", restarts=i))
    return console


async def shown(console, browser, name="s"):
    await console.source.flush()
    await browser.read()
    return browser.shown[name]


async def test_snapshot_then_deltas(console):
    browser = console.open()
    await browser.send(
        "subscribe",
        id="s",
        collection="pods",
        query={"filter": ["namespace=web"], "sort": ["-restarts"], "facet": ["phase"]},
        limit=3,
    )
    page = await shown(console, browser)
    assert [row["name"] for row in page.rows] == ["p9", "p7", "p5"]
    assert page.total == 5
    console.source.put(pod("p1", "web", restarts=100, phase="Failed"))
    console.source.remove("c1/web/p7")
    console.source.put(pod("p0", "shop", restarts=50))
    page = await shown(console, browser)
    assert [row["name"] for row in page.rows] == ["p1", "p9", "p5"]
    assert page.total == 4
    assert page.facets["phase"] == [
        {"value": "Running", "count": 3},
        {"value": "Failed", "count": 1},
    ]
    assert page.deltas == 1


async def test_what_does_not_concern_the_window_sends_nothing(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", query={"q": "p1"}, limit=5)
    await shown(console, browser)
    before = len(browser.frames)
    console.source.put(pod("p5", "web", restarts=77))
    console.source.put(pod("p1", "web", restarts=1))
    page = await shown(console, browser)
    assert len(browser.frames) == before
    assert page.deltas == 0


async def test_window_moves_with_a_snapshot(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", query={"sort": ["name"]}, limit=3)
    await shown(console, browser)
    await browser.send("window", id="s", offset=4, limit=2)
    page = await shown(console, browser)
    assert [row["name"] for row in page.rows] == ["p4", "p5"]
    assert browser.frames[-1]["op"] == "snapshot"
    assert browser.frames[-1]["offset"] == 4
    assert browser.frames[-1]["seq"] == 2


async def test_equal_questions_share_one_view_and_the_last_to_leave_frees_it(console):
    pages = [console.open() for _ in range(3)]
    for browser in pages:
        words = {"filter": ["phase=Running", "namespace=web"]}
        await browser.send("subscribe", id="s", collection="pods", query=words)
    other = console.open()
    words = {"filter": ["namespace=web", " phase = Running"]}
    await other.send("subscribe", id="s", collection="pods", query=words, limit=7)
    assert console.source.views == 1
    for browser in [*pages, other]:
        assert console.source.views == 1
        browser.session.close()
    assert console.source.views == 0


async def test_slow_reader_gets_a_snapshot_and_no_queue(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", limit=50)
    await shown(console, browser)
    for i in range(20):
        console.source.put(pod("p1", "web", restarts=1000 + i))
        await console.source.flush()
    frames = await browser.read()
    assert [frame["op"] for frame in frames] == ["snapshot"]
    assert browser.shown["s"].seq == 2
    assert {row["name"]: row["restarts"] for row in browser.shown["s"].rows}["p1"] == 1019


async def test_pause_is_silent_and_resume_brings_a_snapshot(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", limit=50)
    await shown(console, browser)
    await browser.send("pause")
    assert console.source.views == 0
    console.source.remove("c1/web/p1")
    before = len(browser.frames)
    await shown(console, browser)
    assert len(browser.frames) == before
    await browser.send("resume")
    page = await shown(console, browser)
    assert page.total == 9
    assert browser.frames[-1]["op"] == "snapshot"


async def test_changed_rights_resync_and_hide_at_once(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", limit=50)
    await shown(console, browser)
    console.source.put(pod("secret", "shop"))
    await console.source.flush()
    console.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
    await browser.session.recheck()
    page = await shown(console, browser)
    assert page.resyncs == 1
    assert {row["namespace"] for row in page.rows} == {"web"}
    assert page.total == 5
    assert "c1/shop/secret" not in browser.ever_seen


async def test_rights_that_grow_show_more(console):
    console.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", limit=50)
    assert (await shown(console, browser)).total == 5
    console.caller["now"] = person()
    await browser.session.recheck()
    assert (await shown(console, browser)).total == 10


async def test_losing_the_kind_ends_the_subscription_with_a_problem(console):
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods", limit=50)
    await shown(console, browser)
    console.caller["now"] = person(
        role=type(person().policy.bindings[0].role)("none", "None", frozenset())
    )
    await browser.session.recheck()
    page = await shown(console, browser)
    assert page.error["status"] == 403
    assert page.rows == []
    assert console.source.views == 0


class SlowCluster:
    """A cluster that decides too, and does not answer while it `hangs`."""

    def __init__(self) -> None:
        self.hangs = False
        self.asked = asyncio.Event()

    async def limits(self, _caller, _guard, _reviewed):
        if self.hangs:
            self.asked.set()
            await asyncio.Event().wait()
        return ()


async def test_a_slow_cluster_delays_neither_heartbeats_nor_rights_nor_the_sessions_end():
    console, cluster = Console(), SlowCluster()
    collection = replace(PODS, reviewed=Reviewed((Resource("", "pods"),)))
    source, registry = MemorySource(collection), Registry()
    registry.add(collection, source)
    registry.reviewer = cluster
    hub = LiveHub(registry, console.sockets, heartbeat=0.01, recheck=0.01)
    hub.patience = 600.0
    browser = Browser(LiveConnection(hub, console.caller["now"]))
    await browser.send("subscribe", id="s", collection="pods")
    assert source.views == 1
    cluster.hangs = True

    async def until(condition) -> None:
        while not condition():
            await browser.read()
            await asyncio.sleep(0.01)

    async with asyncio.timeout(60):
        watching = asyncio.create_task(browser.session.watch())
        await cluster.asked.wait()
        browser.frames.clear()
        await until(lambda: any(frame["op"] == "heartbeat" for frame in browser.frames))
        console.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
        await until(lambda: source.views == 0)
        console.caller["now"] = None
        with pytest.raises(Close) as closed:
            await watching
    assert closed.value.code == CloseCode.SESSION_ENDED


@pytest.mark.parametrize(
    ("caller", "code"), [(None, CloseCode.SESSION_ENDED), ("nothing", CloseCode.NO_RIGHT)]
)
async def test_ended_session_or_no_right_left_closes(console, caller, code):
    browser = console.open()
    if caller == "nothing":
        held = person()
        caller = replace(held, policy=type(held.policy)(()))
    console.caller["now"] = caller
    with pytest.raises(Close) as closed:
        await browser.session.recheck()
    assert closed.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"op":"dance"}',
        '{"op":"subscribe","id":"","collection":"pods"}',
        '{"op":"subscribe","id":"s","collection":"pods","limit":501}',
        '{"op":"window","id":"s","offset":-1,"limit":1}',
        '{"op":"pong","pad":"' + "x" * 20_000 + '"}',
        "[" * 5000,
    ],
)
async def test_protocol_errors_close(console, text):
    with pytest.raises(Close) as closed:
        await console.open().session.receive(text)
    assert closed.value.code == CloseCode.PROTOCOL
    assert len(closed.value.reason.encode()) <= 123


async def test_a_flood_of_frames_closes(console):
    session = console.open().session
    closed = None
    for _ in range(500):
        try:
            await session.receive('{"op":"pong"}')
        except Close as close:
            closed = close
            break
    assert closed is not None
    assert closed.code == CloseCode.TOO_MANY


async def test_bad_query_unknown_collection_and_too_many_are_errors_of_the_id(console):
    browser = console.open()
    await browser.send("subscribe", id="a", collection="pods", query={"filter": ["x=1"]})
    await browser.send("subscribe", id="b", collection="cats")
    await browser.read()
    assert browser.shown["a"].error["status"] == 422
    assert browser.shown["a"].error["errors"][0]["field"] == "x"
    assert browser.shown["b"].error["status"] == 404
    for i in range(33):
        await browser.send("subscribe", id=f"n{i}", collection="pods")
    await browser.read()
    assert browser.shown["n32"].error["status"] == 429
    assert console.sockets.touched == 35


async def test_freshness_of_visible_sources_only(console):
    near = console.source.feed("kubernetes/c1/pods", lambda p: p, within=("cluster", "c1"))
    far = console.source.feed("kubernetes/c2/pods", lambda p: p, within=("cluster", "c2"))
    console.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
    browser = console.open()
    await browser.send("subscribe", id="s", collection="pods")
    assert [f["state"] for f in (await shown(console, browser)).freshness] == ["connecting"]
    far.state(FeedState.STALE, "refused")
    before = len(browser.frames)
    await shown(console, browser)
    assert len(browser.frames) == before
    near.state(FeedState.LIVE)
    page = await shown(console, browser)
    assert [(f["source"], f["state"]) for f in page.freshness] == [("kubernetes/c1/pods", "live")]


def test_the_schema_is_made_of_the_frames():
    assert SCHEMA_FILE.read_text() == render_schema(), "run python -m backend.live.schema"


async def test_every_frame_fits_the_schema(console):
    browser = console.open()
    for i, words in enumerate(({}, {"facet": ["phase", "node"]}, {"filter": ["nope=1"]})):
        await browser.send("subscribe", id=f"s{i}", collection="pods", query=words)
    await browser.read()
    console.source.put(pod("new", phase="Failed"))
    console.source.remove("c1/web/p1")
    await console.source.flush()
    await browser.read()
    console.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
    await browser.session.recheck()
    browser.session._notify("heartbeat", Heartbeat(1790000000.0))
    await browser.read()
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for frame in browser.frames:
        validator.validate(frame)
    assert {frame["op"] for frame in browser.frames} == {
        "hello",
        "snapshot",
        "delta",
        "resync",
        "error",
        "heartbeat",
    }
