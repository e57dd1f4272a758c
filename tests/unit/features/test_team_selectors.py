"""Teams own the namespaces that have certain labels, while they have them and somebody knows it."""

from __future__ import annotations

from typing import Any

import pytest

from auth.scope import cluster, namespace, organisation, team
from backend.features.cluster.rows import NamespaceRow
from backend.live.feed import MemoryFeed
from backend.live.memory import MemorySource
from integrations.contract import FeedState
from tests.console import Caller, ConsoleApp
from tests.unit.features.test_team_narrowing import event
from tests.unit.features.test_teams import change, grant, held, made

MAIN = organisation("main")
BLUE = team("main", "blue")
OWN = "org/main/team/blue"
LABELLED = [{"cluster": "local", "labels": "team=blue"}]


class Cluster:
    """A cluster's namespaces, as its watch tells them."""

    def __init__(self, console: ConsoleApp, name: str) -> None:
        self.name = name
        source = console.state.registry.get("namespaces")
        assert isinstance(source, MemorySource)
        self._source: MemorySource[NamespaceRow] = source
        self._feed: MemoryFeed[NamespaceRow] = source.feed(
            f"kubernetes/{name}/namespaces", lambda row: row
        )
        self._feed.state(FeedState.LIVE)

    async def put(self, name: str, **labels: str) -> None:
        key = f"{self.name}/{name}"
        row = NamespaceRow(
            key=key, cluster=self.name, namespace=name, name=name, status="Active", healthy=True,
            concern=0, reason="", created=1.0, labels=labels,
        )  # fmt: skip
        self._feed.put(key, row)
        await self._source.flush()

    async def remove(self, name: str) -> None:
        self._feed.delete(f"{self.name}/{name}")
        await self._source.flush()

    def state(self, state: FeedState) -> None:
        self._feed.state(state)

    async def close(self) -> None:
        self._feed.close()
        await self._source.flush()


@pytest.fixture
async def local(console_on: ConsoleApp) -> Cluster:
    """The namespaces shop, of the team blue, and web, of nobody; a role for blue where it owns."""
    found = Cluster(console_on, "local")
    await found.put("shop", team="blue", tier="front")
    await found.put("web")
    owner = await console_on.owner()
    await made(owner)
    assert await grant(owner, "blue", "viewer", OWN) == 201
    return found


@pytest.fixture
async def ada(console_on: ConsoleApp, local: Cluster) -> Caller:
    """Who belongs to blue."""
    caller = await console_on.member("ada")
    answer = await change(await console_on.owner(), 1, members=["ada"], selectors=LABELLED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["selected"] == [f"org/main/cluster/{local.name}/ns/shop"]
    return caller


async def places(caller: Caller) -> set[str]:
    """The namespaces where the caller holds a role, as ``cluster/namespace``."""
    found = {tuple(scope.split("/")) for _, scope in await held(caller)}
    return {f"{scope[3]}/{scope[5]}" for scope in found if len(scope) == 6}


async def test_labels_that_come_and_go(ada: Caller, local: Cluster) -> None:
    assert await places(ada) == {"local/shop"}
    await local.put("web", team="blue")
    assert await places(ada) == {"local/shop", "local/web"}
    await local.put("shop", team="green")
    assert await places(ada) == {"local/web"}
    await local.remove("web")
    assert await places(ada) == set()
    await local.put("late", team="blue", **{"kubernetes.io/metadata.name": "late"})
    assert await places(ada) == {"local/late"}


async def test_nothing_of_a_cluster_that_nobody_can_read(ada: Caller, local: Cluster) -> None:
    for state in (FeedState.STALE, FeedState.DENIED, FeedState.CONNECTING):
        local.state(state)
        assert await places(ada) == set(), state
        local.state(FeedState.LIVE)
        assert await places(ada) == {"local/shop"}
    await local.close()
    assert await places(ada) == set()


async def test_a_connection_that_was_not_read_yet(
    console_on: ConsoleApp, ada: Caller, local: Cluster
) -> None:
    other = Cluster(console_on, "other")
    other.state(FeedState.CONNECTING)
    await other.put("till", team="blue")
    owner = await console_on.owner()
    every = [{"cluster": "", "labels": "team=blue"}]
    assert (await change(owner, 2, selectors=every)).status_code == 200
    assert await places(ada) == {"local/shop"}
    other.state(FeedState.LIVE)
    assert await places(ada) == {"local/shop", "other/till"}
    assert (await change(owner, 3, selectors=LABELLED)).status_code == 200
    assert await places(ada) == {f"{local.name}/shop"}


async def test_lists_explanations_and_what_a_team_looks_at(
    console_on: ConsoleApp, ada: Caller, local: Cluster
) -> None:
    source: Any = console_on.state.registry.get("events")
    for number, where in enumerate(("shop", "shop", "web")):
        source.put(event(number, where))
    owner = await console_on.owner()

    async def seen(caller: Caller, **query: Any) -> list[str]:
        asked = {"facet": "reason", **query}
        answer = (await caller.get("/collections/events", params=asked)).json()
        counted = sum(one["count"] for one in answer["facets"]["reason"])
        assert answer["total"] == len(answer["rows"]) == counted
        return sorted(row["namespace"] for row in answer["rows"])

    async def why(where: str) -> bool:
        asked = {"subject": "ada", "kind": "event", "verb": "list", "scope": where}
        return (await owner.get("/explanation", params=asked)).json()["allowed"]

    shop, web = (f"org/main/cluster/local/ns/{name}" for name in ("shop", "web"))
    assert (await seen(ada), await why(shop), await why(web)) == (["shop", "shop"], True, False)
    assert await seen(owner, team="blue") == ["shop", "shop"]
    await local.put("web", team="blue")
    await local.put("shop")
    assert (await seen(ada), await why(shop), await why(web)) == (["web"], False, True)
    assert await seen(owner, team="blue") == ["web"]
    (row,) = (await owner.get("/collections/teams")).json()["rows"]
    assert row["scopes"] == 1
    (choice,) = (await owner.get("/teams")).json()
    assert choice["owns"] == 1


async def test_a_whole_selector_is_kubernetes_own(
    console_on: ConsoleApp, ada: Caller, local: Cluster
) -> None:
    owner = await console_on.owner()
    await local.put("back", team="blue", tier="back")
    for version, (labels, expected) in enumerate(
        [
            ("team in (blue,green),tier!=back", {"local/shop"}),
            ("tier", {"local/shop", "local/back"}),
            ("team=blue,!tier", set()),
        ],
        start=2,
    ):
        asked = [{"cluster": "local", "labels": labels}]
        assert (await change(owner, version, selectors=asked)).status_code == 200
        assert await places(ada) == expected, labels


async def test_what_selects_nothing_or_everything_is_refused(
    console_on: ConsoleApp, local: Cluster
) -> None:
    owner = await console_on.owner()
    for labels in ("", "!team", "team!=blue", "team=blue,", "team==(", "a b"):
        answer = await change(owner, 1, selectors=[{"cluster": local.name, "labels": labels}])
        assert answer.status_code == 422, labels
        assert "selectors" in answer.json()["errors"][0]["field"]
    odd = await change(owner, 1, selectors=[{"cluster": "a/ns/b", "labels": "team=blue"}])
    assert odd.status_code == 422


async def test_nobody_lets_a_team_own_by_labels_what_they_could_not_give(
    console_on: ConsoleApp, local: Cluster
) -> None:
    shop = namespace("main", local.name, "shop")
    there = await console_on.member("there", ("owner", BLUE), ("owner", shop))
    refused = await change(there, 1, selectors=LABELLED)
    assert refused.status_code == 404, "any namespace of the cluster may come to have the label"
    near = await console_on.member("near", ("owner", BLUE), ("owner", cluster("main", "local")))
    assert (await change(near, 1, selectors=LABELLED)).status_code == 200
    every = [{"cluster": "", "labels": "team=blue"}]
    assert (await change(near, 2, selectors=every)).status_code == 404
    assert (await change(near, 1, selectors=[])).status_code == 412
    activity = (
        await near.get("/collections/activity", params={"filter": "change~team=blue"})
    ).json()
    assert [row["action"] for row in activity["rows"]] == ["team:update"]


async def test_whoever_is_gone_holds_nothing(console_on: ConsoleApp, ada: Caller) -> None:
    owner = await console_on.owner()
    assert (await change(owner, 2, members=[])).status_code == 200
    assert await places(ada) == set()
    assert (await change(owner, 3, members=["ada"])).status_code == 200
    assert await places(ada) == {"local/shop"}
    assert (await change(owner, 4, selectors=[])).status_code == 200
    assert await places(ada) == set()
