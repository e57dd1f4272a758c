"""Kinds without rows: which are watched, and what is said of those that cannot be."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.features.cluster.definitions import _Followed, _row
from backend.features.cluster.rows import DefinitionRow
from integrations.contract import FeedState
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.discovery import built_in_kind, further_kinds, kind_called
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.metadata_feed import KindFeed, Told
from integrations.kubernetes.metadata_watches import MetadataWatches
from integrations.kubernetes.models.meta import Metadata
from tests.contract.kubernetes.harness import ACCESS, until
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_watch_states import SETTINGS

KIND = ResourceKind("vaults", "Vault", "hidden.example", "v1", Metadata)
REFUSED = 'vaults.hidden.example is forbidden: User "craton" cannot list'
PLAIN = DefinitionRow(
    *("c1/vaults.hidden.example", "c1", "vaults.hidden.example", "Vault", "hidden.example"),
    *("Cluster", ("v1",), "Established", "", 1.0, {}),
)


class Nobody:
    """Is told, and does nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_told: None


def test_who_may_see_no_definitions_is_told_of_none() -> None:
    nobody: Any = Nobody()
    feed = KindFeed(
        "vaults.hidden.example", KIND, Told(nobody, nobody, lambda: None, itertools.count())
    )
    feed.state(FeedState.STALE, REFUSED)
    said = MetadataWatches(nobody, nobody, 200)._unseen([feed])
    assert said == "Held deletions are not known of 1 kind that cannot be watched"


def test_the_row_of_a_definition_says_why_its_objects_are_not_followed() -> None:
    refused = _row("", PLAIN, _Followed(PLAIN.key, live=False, revision=2, reason=REFUSED))
    assert refused is not None
    assert refused.reason == f"Its objects cannot be watched: {REFUSED}"
    followed = _row("", PLAIN, _Followed(PLAIN.key, live=True, revision=3, reason=""))
    assert followed is not None
    assert followed.reason == ""


POLICIES = ResourceKind("networkpolicies", "NetworkPolicy", "networking.k8s.io", "v1", Metadata)
LIMITS = ResourceKind("limitranges", "LimitRange", "", "v1", Metadata)
EVENTS = ResourceKind("events", "Event", "events.k8s.io", "v1", Metadata)
HELD = {"finalizers": ["example.test/hold"], "deletionTimestamp": "2026-11-28T01:00:00Z"}


class World:
    """A console over a fake cluster that has kinds nothing here knows by type."""

    def __init__(self) -> None:
        self.store = Store()
        for kind in (POLICIES, LIMITS, EVENTS):
            self.store.kinds[kind.group, kind.plural] = kind
        self.console = KubernetesFeatures()
        transport = StreamingTransport(FakeKubernetes(self.store))
        self.connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)

    def problems(self) -> dict[str, Any]:
        rows = self.console.rows("problems").values()
        return {f"{row.kind}/{row.name}": row for row in rows}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.connection.stop()


async def test_further_kinds_are_found_without_those_known_by_type(world: World) -> None:
    api = world.connection.client.api
    found = [(kind.group, kind.plural) for kind in await further_kinds(api)]
    assert sorted(found) == [("", "limitranges"), ("networking.k8s.io", "networkpolicies")]
    kind = await built_in_kind(api, "", "limitranges")
    assert kind is not None
    assert (kind.address, kind.custom) == ("limitranges", True)
    named = await kind_called(api, "networking.k8s.io", "NetworkPolicy")
    assert named is not None
    assert named.plural == "networkpolicies"
    assert await kind_called(api, "", "Secret") is None
    for group, plural in (
        ("", "secrets"),
        ("", "configmaps"),
        ("events.k8s.io", "events"),
        ("networking.k8s.io", "ingresses"),
        ("networking.k8s.io", "gone"),
        ("../api/v1", "secrets"),
    ):
        assert await built_in_kind(api, group, plural) is None


async def test_held_objects_of_kinds_that_kubernetes_brings_along_are_problems(
    world: World,
) -> None:
    place = {"namespace": "shop", "name": "held"}
    world.store.put("networkpolicies", {"metadata": {**place, **HELD}}, group="networking.k8s.io")
    world.store.put("limitranges", {"metadata": {**place, **HELD}}, group="")
    await world.console.connect(world.connection)
    wanted = {"NetworkPolicy/held", "LimitRange/held"}
    await until(lambda: wanted <= set(world.problems()))
    found = world.problems()
    for kind, plural in (
        ("NetworkPolicy", "networkpolicies.networking.k8s.io"),
        ("LimitRange", "limitranges"),
    ):
        problem = found[f"{kind}/held"]
        assert problem.cause == "Deletion is held"
        assert problem.link == f"/clusters/fake/{plural}/shop/held"
        detail = await world.console.get(problem.link, "org/main")
        assert detail.status_code == 200, detail.text
        assert detail.json()["status"] == "Terminating"
        assert (await world.console.get(problem.link, "org/main/cluster/fake/ns/data")).is_error
    held = world.store.objects["", "limitranges"]["shop/held"]["metadata"]
    assert "finalizers" in held
    world.store.delete("limitranges", "shop/held", group="")
    await until(lambda: "LimitRange/held" not in world.problems())
    assert "NetworkPolicy/held" in world.problems()


async def test_a_kind_that_cannot_be_watched_is_counted(world: World) -> None:
    world.store.denied.add("limitranges")
    await world.console.connect(world.connection)

    def said() -> str:
        return world.connection.metadata._unseen(
            [running.feed for running in world.connection.metadata._running.values()]
        )

    await until(lambda: said() == "Held deletions are not known of 1 kind that cannot be watched")
