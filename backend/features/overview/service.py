"""Put the overview together from the collections, as the caller may see them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Hashable
from functools import partial
from typing import Any, Final, NamedTuple

from cachetools import TTLCache

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from backend.connections.upstreams import Upstreams
from backend.errors import Unavailable, UpstreamTimeout
from backend.features.overview.grouping import lines
from backend.features.overview.schemas import (
    Capacity,
    CapacityView,
    FreshnessView,
    OverviewView,
    RecentView,
    SystemState,
    SystemView,
)
from backend.features.overview.systems import (
    absent,
    for_a_team,
    freshness_of,
    kubernetes_sentence,
    part_of,
    state_of,
    trouble_in_words,
    unseen_in_words,
)
from backend.features.overview.updates import updates_view
from backend.live.page import Page
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.reviewed import Limit
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.signals import health_sentence

__all__ = ["OverviewService", "Within"]

_KEEP_SECONDS: Final = 2.0
_KEPT: Final = 256
_LINES: Final = 50
_GROUPS: Final = 10_000
_RECENT: Final = 12
_READ: Final = ("problems", "machines", "pods", "workloads", "events")
"""The collections read here on whose rows their systems may decide too."""


class Within(NamedTuple):
    """The part of Kubernetes that is asked about; empty texts leave it open."""

    cluster: str = ""
    namespace: str = ""

    def filters(self, *, namespaced: bool = True) -> tuple[str, ...]:
        """As filters of a collection."""
        found = [f"cluster={json.dumps(self.cluster)}"] if self.cluster else []
        if self.namespace and namespaced:
            found.append(f"namespace={json.dumps(self.namespace)}")
        return tuple(found)


class OverviewService:
    """Answers are kept two seconds per set of rights (the console's, and those
    systems that decide too), and those who ask for the same while it is made wait for it: so a
    hundred open pages cost one."""

    def __init__(self, registry: Registry, upstreams: Upstreams, *, updates_enabled: bool) -> None:
        self._updates_enabled = updates_enabled
        self._registry = registry
        self._upstreams = upstreams
        self._kept: TTLCache[Hashable, OverviewView] = TTLCache(_KEPT, _KEEP_SECONDS)
        self._making: dict[Hashable, asyncio.Task[OverviewView]] = {}

    async def overview(self, caller: Principal, within: Within, team: str = "") -> OverviewView:
        """The page for `caller`, of what `team` owns when one is given."""
        caller = await self._registry.narrowed(caller, team)
        limits = [await self._limits(caller, name) for name in _READ]
        key = (caller.policy.fingerprint, caller.within, within, *limits)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(caller, within, time.time()))
            task.add_done_callback(partial(self._made, key))
        # One who goes away must not end what the others wait for.
        return await asyncio.shield(task)

    def _made(self, key: Hashable, task: asyncio.Task[OverviewView]) -> None:
        del self._making[key]
        if not task.cancelled() and task.exception() is None:
            self._kept[key] = task.result()

    async def _limits(self, caller: Principal, name: str) -> tuple[Limit, ...]:
        """What the systems that decide too leave of a collection's rows."""
        collection = self._registry.get(name).collection
        return (await self._registry.guard(caller, collection)).limits

    async def _make(self, caller: Principal, within: Within, now: float) -> OverviewView:
        problems = await self._problems(caller, within)
        by_system = Counter(row.system for row in problems)
        systems = [
            await self._kubernetes(caller, within, by_system["kubernetes"]),
            await self._etcd(caller, by_system["etcd"]),
            await self._registry_view(caller),
            await self._updates(caller),
        ]
        return OverviewView(
            systems=systems if caller.within is None else [for_a_team(view) for view in systems],
            problems=lines(problems, named=self._several(caller), most=_LINES),
            problems_total=len(problems),
            capacity=await self._capacity(caller, within),
            recent=await self._recent(caller, within),
            part=part_of(caller),
            checked=now,
        )

    async def _problems(self, caller: Principal, within: Within) -> list[Any]:
        """All of them, for they are grouped; of a namespace only what lies in it."""
        source = self._registry.get("problems")
        guard = await self._registry.guard(caller, source.collection)
        query = parse_query(source.collection, filters=within.filters())
        pieces = source.all_rows(query, guard, now=time.time())
        return [row async for piece in pieces for row in piece]

    def _several(self, caller: Principal) -> bool:
        """Of several clusters each line says which it is of: names alone are in any of them."""
        origins = freshness_of(self._registry, caller, "kubernetes")
        return len({origin.source.split("/")[1] for origin in origins}) > 1

    async def _kubernetes(self, caller: Principal, within: Within, problems: int) -> SystemView:
        counts: dict[str, int] = {}
        for name in ("machines", "pods", "workloads"):
            filters = within.filters(namespaced=name != "machines")
            if name == "machines":
                # Those that only ask for updates are no nodes: the update service counts them.
                filters = (*filters, "cluster!=")
            page = await self._page(caller, name, limit=1, facets=("healthy",), filters=filters)
            if page is not None:
                counts[name] = page.total
                counts[f"{name}_unhealthy"] = _unhealthy(page)
        freshness = freshness_of(self._registry, caller, "kubernetes")
        state = self._state("kubernetes", freshness, problems)
        sentence = trouble_in_words(freshness) or kubernetes_sentence(state, counts)
        sentence = ". ".join(part for part in (sentence, unseen_in_words(freshness)) if part)
        return SystemView(
            name="kubernetes",
            state=state,
            sentence=sentence,
            freshness=freshness,
            counts=counts,
            link="/machines" if "machines" in counts else "/workloads",
        )

    def _state(self, kind: str, freshness: list[FreshnessView], problems: int) -> SystemState:
        state = state_of(freshness, problems)
        hidden = state is SystemState.ABSENT and self._upstreams.any(kind)
        return SystemState.HIDDEN if hidden else state

    async def _etcd(self, caller: Principal, problems: int) -> SystemView:
        freshness = freshness_of(self._registry, caller, "etcd")
        warned = [
            connection
            for connection in self._upstreams.all(ETCD).values()
            if any(signal.status in {"warning", "critical"} for signal in connection.signals())
        ]
        state = self._state("etcd", freshness, problems + (len(warned) if freshness else 0))
        counts = {}
        for name in ("etcd-members", "keys"):
            page = await self._page(caller, name, limit=1)
            if page is not None:
                counts["members" if name == "etcd-members" else name] = page.total
        sentences = {
            name: health_sentence(connection.state, connection.signals())
            for name, connection in self._upstreams.all(ETCD).items()
            if connection.state is not None
            and any(
                scope.covers(held, scope.etcd(caller.organisation, name))
                for held in caller.sees("etcdmember", Verb.GET)
            )
        }
        several = len(sentences) > 1
        said = [f"{name}: {text}" if several else text for name, text in sentences.items()]
        sentence = "; ".join(said) if freshness else ""
        return SystemView(
            name="etcd",
            state=state,
            sentence=sentence or trouble_in_words(freshness) or absent("etcd", state),
            freshness=freshness,
            counts=counts,
            link="/key-value",
        )

    async def _registry_view(self, caller: Principal) -> SystemView:
        freshness = freshness_of(self._registry, caller, "registry")
        state = self._state("registry", freshness, 0)
        counts = {}
        for name in ("repositories", "tags"):
            page = await self._page(caller, name, limit=1)
            if page is not None:
                counts[name] = page.total
        sentence = trouble_in_words(freshness) or (
            f"{counts.get('repositories', 0)} repositories, {counts.get('tags', 0)} tags"
            if freshness
            else absent("registry", state)
        )
        return SystemView(
            name="registry",
            state=state,
            sentence=sentence,
            freshness=freshness,
            counts=counts,
            link="/images",
        )

    async def _updates(self, caller: Principal) -> SystemView:
        seen = _meets(caller, "update-group", scope.updates(caller.organisation))
        try:
            groups = await self._page(caller, "groups", limit=_GROUPS) if seen else None
        except (Unavailable, UpstreamTimeout):
            # Its source is stale now and says why; the other systems are told all the same.
            groups = None
        freshness = freshness_of(self._registry, caller, "database")
        rows = groups.rows if groups else None
        return updates_view(rows, freshness, seen=seen, enabled=self._updates_enabled)

    async def _capacity(self, caller: Principal, within: Within) -> CapacityView | None:
        """Machines belong to no namespace: of one nothing is said."""
        if within.namespace:
            return None
        source = self._registry.get("machines")
        guard = await self._registry.guard(caller, source.collection)
        query = parse_query(source.collection, filters=within.filters(namespaced=False))
        pieces = source.all_rows(query, guard, now=time.time())
        seen = [row async for piece in pieces for row in piece]
        if not seen:
            return None
        return CapacityView(
            cpu=_sum(seen, "cpu_requested", "cpu"),
            memory=_sum(seen, "memory_requested", "memory"),
            pods=_sum(seen, "pods", "pods_limit"),
        )

    async def _recent(self, caller: Principal, within: Within) -> list[RecentView]:
        filters = within.filters()
        page = await self._page(caller, "events", limit=_RECENT, sort=("-last",), filters=filters)
        return [_recent(row) for row in (page.rows if page else ())]

    async def _page(
        self,
        caller: Principal,
        name: str,
        *,
        limit: int,
        facets: tuple[str, ...] = (),
        sort: tuple[str, ...] = (),
        filters: tuple[str, ...] = (),
    ) -> Page | None:
        source = self._registry.get(name)
        guard = await self._registry.guard(caller, source.collection)
        if not guard.scopes:
            return None
        query = parse_query(source.collection, filters=filters, facets=facets, sort=sort)
        return await source.page(query, guard, limit=limit, after=None, now=time.time())


def _unhealthy(page: Page) -> int:
    return _by_value(page, "healthy").get(False, 0)


def _by_value(page: Page | None, facet: str) -> dict[object, int]:
    return {f.value: f.count for f in page.facets.get(facet, ())} if page else {}


def _meets(caller: Principal, kind: str, part: scope.Scope) -> bool:
    """Whether the caller may list things of `kind` anywhere in that part of the organisation."""
    held = caller.sees(kind, Verb.LIST)
    return any(scope.covers(each, part) or scope.covers(part, each) for each in held)


def _sum(rows: list[Any], requested: str, allocatable: str) -> Capacity:
    return Capacity(
        used=None,
        requested=sum(getattr(row, requested) or 0 for row in rows),
        allocatable=sum(getattr(row, allocatable) or 0 for row in rows),
    )


def _recent(row: Any) -> RecentView:
    return RecentView(
        at=row.last,
        source=row.source,
        severity=row.severity,
        reason=row.reason,
        cluster=row.cluster,
        kind=row.object_kind,
        name=row.object_name,
        namespace=row.place,
        message=row.message,
        link="/events",
    )
