"""Rows of a cluster with rights of its own: shown by the console's rights and the cluster's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from backend.connections import reviewing
from backend.connections.reviewing import ClusterReviews
from backend.connections.upstreams import Upstreams
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.guard import Guard
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.reviewed import Limit, Resource, Reviewed
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from integrations.contract import FeedState, UpstreamFailed, UpstreamUnreachable
from integrations.kubernetes.connection import ApiServerHealth
from integrations.kubernetes.reviews import AccessReviews
from integrations.kubernetes.settings import ConnectionSettings, RightsSource
from tests.people import holding, principal
from tests.roles import ROLES
from tests.unit.live.browser import Browser
from tests.unit.live.sample import Sockets

ORG = scope.organisation("main")
HERE = scope.cluster("main", "c1")


class Thing(Row, frozen=True):
    cluster: str
    namespace: str
    name: str
    plural: str = "pods"


THINGS = Collection(
    name="pods",
    title="Pods",
    kind="pod",
    row=Thing,
    scopes=(RowScope("cluster", Field("cluster"), "ns", Field("namespace")),),
    columns=(Column("name", "Name", Type.TEXT), Column("plural", "Kind", Type.TEXT, facet=True)),
    default_sort=("name",),
    reviewed=Reviewed((Resource("", "pods"), Resource("batch", "jobs")), by="plural"),
)


@dataclass
class Cluster:
    """An API server that answers reviews by `granted`: (user or group, resource, namespace;
    empty: everywhere). `answers` is how it fails."""

    granted: set[tuple[str, str, str]] = field(default_factory=set)
    fails: Exception | None = None
    asked: int = 0
    hangs: bool = False

    async def request(self, method: str, path: str, *, body: Any, **_named: Any) -> Any:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails
        spec = msgspec.json.decode(body.content)["spec"]
        what = spec["resourceAttributes"]
        allowed = any(
            (who, what["resource"], where) in self.granted
            for who in (spec["user"], *spec["groups"])
            for where in {"", what.get("namespace", "")}
        )
        return type("Answer", (), {"body": msgspec.json.encode({"status": {"allowed": allowed}})})


class Connected:
    """The connection, as far as rights are asked of it."""

    def __init__(self, cluster: Cluster, rights: RightsSource, clock: Clock) -> None:
        self.name = "c1"
        self.settings = ConnectionSettings(name="c1", kubeconfig=Path("k"), rights=rights)
        self.health = ApiServerHealth(FeedState.LIVE)
        api: Any = cluster
        self.reviews = AccessReviews(api, clock=clock, allow=9.0, deny=4.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class World:
    def __init__(self, rights: RightsSource = RightsSource.BOTH) -> None:
        self.clock = Clock()
        self.cluster = Cluster()
        self.connection = Connected(self.cluster, rights, self.clock)
        upstreams = self.upstreams = Upstreams()
        running: Any = self.connection
        upstreams.expect("kubernetes", "c1", running.settings)
        upstreams.add("kubernetes", "c1", running)
        self.rows = MemorySource(THINGS)
        self.registry = Registry()
        self.registry.add(THINGS, self.rows)
        self.registry.reviewer = ClusterReviews(
            upstreams, lambda _cluster: {"shop", "web"}, clock=self.clock
        )
        for namespace in ("shop", "web"):
            for plural in ("pods", "jobs"):
                self.put(namespace, plural)
        self.rows.put(Thing("c2/x", "c2", "web", "elsewhere"))

    def put(self, namespace: str, plural: str, name: str = "") -> None:
        name = name or f"{plural}-{namespace}"
        self.rows.put(Thing(f"c1/{name}", "c1", namespace, name, plural))

    def grant(self, *grants: tuple[str, str, str]) -> None:
        self.cluster.granted |= {*grants}

    async def guard(self, who: Principal) -> Guard:
        return await self.registry.guard(who, THINGS)

    async def seen(self, who: Principal) -> set[str]:
        page = await self.rows.page(
            parse_query(THINGS), await self.guard(who), limit=500, after=None, now=0.0
        )
        assert page.total == len(page.rows)
        return {row.name for row in page.rows}


def person(*scopes: Scope, login: str = "ada") -> Principal:
    held = holding(*((ROLES["viewer"], where) for where in scopes or (ORG,)))
    return replace(principal(held), login=login)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_cluster_that_does_not_decide_is_not_asked() -> None:
    world = World(RightsSource.CONSOLE)
    assert len(await world.seen(person())) == 5
    assert world.cluster.asked == 0


async def test_only_what_both_allow_is_shown(world: World) -> None:
    assert await world.seen(person()) == {"elsewhere"}
    world.clock.now += 5
    world.grant(("craton:ada", "pods", "shop"), ("craton:viewer", "jobs", ""))
    assert await world.seen(person()) == {"elsewhere", "pods-shop", "jobs-shop", "jobs-web"}
    in_shop = scope.namespace("main", "c1", "shop")
    assert await world.seen(person(in_shop)) == {"pods-shop"}, "a role in one namespace"
    assert await world.seen(person(scope.cluster("main", "c2"))) == {"elsewhere"}


async def test_of_kinds_that_come_and_go_nothing_is_shown_unasked(world: World) -> None:
    """Not even to those who may see everything else, and not before it is known of what kind
    there is something."""
    zones = Resource("dns.example", "zones", custom=True)
    known: list[Resource] = []
    plain = THINGS.reviewed
    assert plain is not None
    reviewed = replace(plain, more=lambda _cluster: tuple(known))
    things = replace(THINGS, name="things", reviewed=reviewed)
    rows: MemorySource[Thing] = MemorySource(things)
    world.registry.add(things, rows)
    rows.put(Thing("c1/pod", "c1", "shop", "pod"))
    rows.put(Thing("c1/zone", "c1", "shop", "zone", "zones.dns.example"))

    async def seen() -> set[str]:
        world.clock.now += 60
        guard = await world.registry.guard(person(), things)
        page = await rows.page(parse_query(things), guard, limit=9, after=None, now=0.0)
        return {row.name for row in page.rows}

    world.grant(("craton:viewer", "pods", ""), ("craton:viewer", "jobs", ""))
    assert await seen() == {"pod"}
    known.append(zones)
    assert await seen() == {"pod"}
    world.grant(("craton:viewer", "zones", "shop"))
    assert await seen() == {"pod", "zone"}


async def test_a_kind_that_comes_or_goes_asks_of_no_other_again(world: World) -> None:
    known: list[Resource] = []
    plain = THINGS.reviewed
    assert plain is not None
    things = replace(
        THINGS, name="things", reviewed=replace(plain, more=lambda _cluster: tuple(known))
    )
    world.registry.add(things, MemorySource(things))
    many = [f"n{number}" for number in range(200)]
    who = person(*(scope.namespace("main", "c1", name) for name in many))
    world.connection.reviews = AccessReviews(world.cluster, clock=world.clock, allow=0.1, deny=0.1)
    await world.registry.guard(who, things)
    assert world.cluster.asked == 400
    world.clock.now += 1
    known.append(Resource("dns.example", "zones", custom=True))
    await world.registry.guard(who, things)
    assert world.cluster.asked == 600
    known.clear()
    world.clock.now += 1
    await world.registry.guard(who, things)
    assert world.cluster.asked == 600
    world.clock.now += 60
    await world.registry.guard(who, things)
    assert world.cluster.asked == 1000, "a right taken away is still heard of"


async def test_who_may_see_everything_shares_a_view_with_all_who_may(world: World) -> None:
    world.grant(("craton:viewer", "pods", ""), ("craton:viewer", "jobs", ""))
    ada, bob = await world.guard(person()), await world.guard(person(login="bob"))
    assert ada == bob == Guard("main", (ORG,))
    world.grant(("craton:eve", "pods", "web"))
    world.cluster.granted -= {("craton:viewer", "pods", "")}
    world.clock.now += 10
    assert (await world.guard(person(login="eve"))).limits == (
        Limit("c1", (("jobs", None), ("pods", ("web",)))),
    )


async def test_an_answer_is_believed_for_seconds_only(world: World) -> None:
    world.grant(("craton:ada", "pods", ""), ("craton:ada", "jobs", ""))
    assert len(await world.seen(person())) == 5
    asked = world.cluster.asked
    world.clock.now += 8.9
    assert len(await world.seen(person())) == 5
    assert world.cluster.asked == asked
    world.cluster.granted.clear()
    world.clock.now += 1.1
    assert await world.seen(person()) == {"elsewhere"}, "taken away within 10 s"
    world.grant(("craton:ada", "pods", "web"))
    world.clock.now += 5
    assert await world.seen(person()) == {"elsewhere", "pods-web"}, "given within 5 s"


async def test_what_takes_many_questions_is_asked_more_seldom(world: World) -> None:
    many = [f"n{number}" for number in range(200)]
    for name in many:
        world.put(name, "pods")
    world.grant(("craton:ada", "pods", ""))
    who = person(*(scope.namespace("main", "c1", name) for name in many))
    assert len(await world.seen(who)) == 200
    asked = world.cluster.asked
    assert asked == 400, "two resources in each namespace"
    world.clock.now += 3.9
    assert len(await world.seen(who)) == 200
    assert world.cluster.asked == asked, "at most 100 a second"
    world.cluster.granted.clear()
    world.clock.now += 9.1
    assert await world.seen(who) == set()


async def test_a_look_that_failed_is_repeated_soon(world: World) -> None:
    many = [scope.namespace("main", "c1", f"n{number}") for number in range(200)]
    world.put("n0", "pods")
    world.grant(("craton:ada", "pods", ""))
    world.cluster.fails = UpstreamUnreachable("it", "refused")
    assert await world.seen(person(*many)) == set()
    world.cluster.fails = None
    world.clock.now += 1.1
    assert await world.seen(person(*many)) == {"pods-n0"}


async def test_what_cannot_be_asked_is_hidden(world: World) -> None:
    world.grant(("craton:ada", "pods", ""), ("craton:ada", "jobs", ""))
    assert len(await world.seen(person())) == 5
    world.cluster.fails = UpstreamFailed("it", "the authoriser failed")
    world.clock.now += 10
    assert await world.seen(person()) == {"elsewhere"}


async def test_an_outage_leaves_the_last_known_rows_to_those_who_saw_them(world: World) -> None:
    world.grant(("craton:ada", "pods", ""), ("craton:ada", "jobs", ""))
    assert len(await world.seen(person())) == 5
    world.cluster.fails = UpstreamUnreachable("it", "refused")
    world.clock.now += 10
    assert len(await world.seen(person())) == 5
    assert await world.seen(person(login="bob")) == {"elsewhere"}, "never asked about him"
    world.clock.now += reviewing.GRACE
    assert await world.seen(person()) == {"elsewhere"}, "its health does not say it is down"
    world.connection.health = ApiServerHealth(FeedState.STALE)
    world.clock.now += 3600
    asked = world.cluster.asked
    assert len(await world.seen(person())) == 5
    assert world.cluster.asked == asked, "a cluster that is down is not asked"


async def test_one_question_that_is_not_answered_ends_the_others(world: World) -> None:
    world.cluster.fails = UpstreamUnreachable("it", "refused")
    in_both = [scope.namespace("main", "c1", name) for name in ("shop", "web")]
    assert await world.seen(person(*in_both)) == set()
    assert world.cluster.asked <= 4


async def test_rows_of_a_removed_connection_are_hidden_until_they_are_gone(world: World) -> None:
    world.grant(("craton:ada", "pods", ""), ("craton:ada", "jobs", ""))
    assert len(await world.seen(person())) == 5
    world.upstreams.remove("kubernetes", "c1")
    assert await world.seen(person()) == {"elsewhere"}, "nobody is left to ask"
    assert (await world.guard(person(scope.cluster("main", "c2")))).limits == ()
    world.upstreams.forget("kubernetes", "c1")
    assert (await world.guard(person())).limits == ()


async def test_rows_that_come_before_their_cluster_can_be_asked_are_hidden(world: World) -> None:
    world.upstreams.expect("kubernetes", "c2", world.connection.settings)
    assert "elsewhere" not in await world.seen(person())
    world.upstreams.forget("kubernetes", "c2")
    assert await world.seen(person()) == {"elsewhere"}


async def test_a_removed_connection_that_did_not_decide_hides_nothing() -> None:
    world = World(RightsSource.CONSOLE)
    world.upstreams.remove("kubernetes", "c1")
    assert len(await world.seen(person())) == 5


async def test_a_connection_that_stops_leaves_a_question_without_an_answer(world: World) -> None:
    world.cluster.hangs = True
    asking = asyncio.create_task(world.seen(person()))
    while not world.cluster.asked:
        await asyncio.sleep(0)
    await world.connection.reviews.aclose()
    assert await asking == {"elsewhere"}, "and who asked is not cancelled"


@pytest.fixture
def page(world: World) -> Iterator[tuple[World, Browser]]:
    who = {"now": person()}
    hub = LiveHub(world.registry, Sockets(who))
    with hub.connection(who["now"]) as session:
        yield world, Browser(session)


async def test_a_right_taken_away_there_takes_rows_off_open_pages(
    page: tuple[World, Browser],
) -> None:
    world, browser = page
    world.grant(("craton:ada", "pods", "shop"), ("craton:ada", "jobs", ""))
    await browser.send("subscribe", id="s", collection="pods", query={"facet": ["plural"]})
    await browser.read()
    shown = browser.shown["s"]
    assert {row["name"] for row in shown.rows} == {
        "elsewhere", "pods-shop", "jobs-shop", "jobs-web"
    }  # fmt: skip
    world.cluster.granted.remove(("craton:ada", "jobs", ""))
    world.put("web", "jobs", "new")
    world.clock.now += 10
    assert browser.session is not None
    await browser.session.recheck()
    await browser.read()
    assert {row["name"] for row in shown.rows} == {"elsewhere", "pods-shop"}
    assert shown.total == 2
    assert {f["value"]: f["count"] for f in shown.facets["plural"]} == {"pods": 2}
    assert shown.resyncs == 1
    await browser.session.recheck()
    await browser.read()
    assert shown.resyncs == 1, "nothing changed"
