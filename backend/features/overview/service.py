"""Put the overview together from the collections, as the caller may see them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

from cachetools import TTLCache

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from backend.connections.upstreams import Upstreams
from backend.features.overview.schemas import (
    Capacity,
    CapacityView,
    OverviewView,
    ProblemView,
    RecentView,
    SystemState,
    SystemView,
)
from backend.features.overview.systems import freshness_of, state_of, trouble_in_words
from backend.features.overview.updates import updates_view
from backend.live.guard import guard_of
from backend.live.page import Page
from backend.live.parse import parse_query
from backend.live.registry import Registry
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.snapshot import quorum_sentence

__all__ = ["OverviewService"]

_KEEP_SECONDS: Final = 2.0
_KEPT: Final = 256
_PROBLEMS: Final = 50
_GROUPS: Final = 10_000
_RECENT: Final = 12


class OverviewService:
    """Answers are kept two seconds per set of rights, so a hundred open pages cost one."""

    def __init__(self, registry: Registry, upstreams: Upstreams, *, updates_enabled: bool) -> None:
        self._updates_enabled = updates_enabled
        self._registry = registry
        self._upstreams = upstreams
        self._kept: TTLCache[str, OverviewView] = TTLCache(_KEPT, _KEEP_SECONDS)

    async def overview(self, caller: Principal) -> OverviewView:
        """The page for `caller`."""
        kept = self._kept.get(caller.policy.fingerprint)
        if kept is None:
            kept = self._kept[caller.policy.fingerprint] = await self._make(caller, time.time())
        return kept

    async def _make(self, caller: Principal, now: float) -> OverviewView:
        problems = await self._page(caller, "problems", limit=_PROBLEMS, facets=("system",))
        by_system = _by_value(problems, "system")
        return OverviewView(
            systems=[
                await self._kubernetes(caller, by_system.get("kubernetes", 0)),
                await self._etcd(caller, by_system.get("etcd", 0)),
                await self._registry_view(caller),
                await self._updates(caller),
            ],
            problems=self._problems(caller, problems.rows if problems else ()),
            problems_total=problems.total if problems else 0,
            capacity=await self._capacity(caller),
            recent=await self._recent(caller),
            checked=now,
        )

    def _problems(self, caller: Principal, rows: Iterable[Any]) -> list[ProblemView]:
        """Of several clusters each says which it is of: names alone are in any of them."""
        origins = freshness_of(self._registry, caller, "kubernetes")
        several = len({origin.source.split("/")[1] for origin in origins}) > 1
        return [_problem(row, named=several) for row in rows]

    async def _kubernetes(self, caller: Principal, problems: int) -> SystemView:
        counts: dict[str, int] = {}
        for name in ("machines", "pods", "workloads"):
            page = await self._page(caller, name, limit=1, facets=("healthy",))
            if page is not None:
                counts[name] = page.total
                counts[f"{name}_unhealthy"] = _unhealthy(page)
        freshness = freshness_of(self._registry, caller, "kubernetes")
        state = state_of(freshness, problems)
        sentence = trouble_in_words(freshness) or _kubernetes_sentence(state, counts)
        return SystemView(
            name="kubernetes",
            state=state,
            sentence=sentence,
            freshness=freshness,
            counts=counts,
            link="/machines",
        )

    async def _etcd(self, caller: Principal, problems: int) -> SystemView:
        freshness = freshness_of(self._registry, caller, "etcd")
        counts = {}
        for name in ("etcd-members", "keys"):
            page = await self._page(caller, name, limit=1)
            if page is not None:
                counts["members" if name == "etcd-members" else name] = page.total
        sentences = {
            name: quorum_sentence(connection.state)
            for name, connection in self._upstreams.all(ETCD).items()
            if connection.state is not None
            and caller.policy.decide(
                "etcdmember", Verb.GET, scope.etcd(caller.organisation, name)
            ).allowed
        }
        several = len(sentences) > 1
        said = [f"{name}: {text}" if several else text for name, text in sentences.items()]
        sentence = "; ".join(said) if freshness else ""
        return SystemView(
            name="etcd",
            state=state_of(freshness, problems),
            sentence=sentence or trouble_in_words(freshness) or _absent("etcd", freshness),
            freshness=freshness,
            counts=counts,
            link="/key-value",
        )

    async def _registry_view(self, caller: Principal) -> SystemView:
        freshness = freshness_of(self._registry, caller, "registry")
        counts = {}
        for name in ("repositories", "tags"):
            page = await self._page(caller, name, limit=1)
            if page is not None:
                counts[name] = page.total
        sentence = trouble_in_words(freshness) or (
            f"{counts.get('repositories', 0)} repositories, {counts.get('tags', 0)} tags"
            if freshness
            else _absent("registry", freshness)
        )
        return SystemView(
            name="registry",
            state=state_of(freshness, 0),
            sentence=sentence,
            freshness=freshness,
            counts=counts,
            link="/images",
        )

    async def _updates(self, caller: Principal) -> SystemView:
        groups = await self._page(caller, "groups", limit=_GROUPS)
        freshness = freshness_of(self._registry, caller, "database")
        rows = groups.rows if groups else None
        return updates_view(rows, freshness, enabled=self._updates_enabled)

    async def _capacity(self, caller: Principal) -> CapacityView | None:
        source = self._registry.get("machines")
        guard = guard_of(caller, source.collection)
        query = parse_query(source.collection)
        pieces = source.all_rows(query, guard, now=time.time())
        seen = [row async for piece in pieces for row in piece]
        if not seen:
            return None
        return CapacityView(
            cpu=_sum(seen, "cpu_requested", "cpu"),
            memory=_sum(seen, "memory_requested", "memory"),
            pods=_sum(seen, "pods", "pods_limit"),
        )

    async def _recent(self, caller: Principal) -> list[RecentView]:
        page = await self._page(caller, "events", limit=_RECENT, sort=("-last",))
        return [_recent(row) for row in (page.rows if page else ())]

    async def _page(
        self,
        caller: Principal,
        name: str,
        *,
        limit: int,
        facets: tuple[str, ...] = (),
        sort: tuple[str, ...] = (),
    ) -> Page | None:
        source = self._registry.get(name)
        guard = guard_of(caller, source.collection)
        if not guard.scopes:
            return None
        query = parse_query(source.collection, facets=facets, sort=sort)
        return await source.page(query, guard, limit=limit, after=None, now=time.time())


def _unhealthy(page: Page) -> int:
    return _by_value(page, "healthy").get(False, 0)


def _by_value(page: Page | None, facet: str) -> dict[object, int]:
    return {f.value: f.count for f in page.facets.get(facet, ())} if page else {}


def _kubernetes_sentence(state: SystemState, counts: dict[str, int]) -> str:
    if state is SystemState.ABSENT:
        return _absent("Kubernetes", ())
    if state is SystemState.CONNECTING:
        return "Reading the cluster for the first time."
    machines, bad = counts.get("machines", 0), counts.get("machines_unhealthy", 0)
    ready = f"{machines - bad} of {machines} machines ready"
    unhealthy = counts.get("workloads_unhealthy", 0)
    trouble = f", {unhealthy} workloads not as asked" if unhealthy else ", workloads run as asked"
    return ready + trouble


def _absent(name: str, freshness: Iterable[object]) -> str:
    return "" if freshness else f"No {name} connection that you may see."


def _sum(rows: list[Any], requested: str, allocatable: str) -> Capacity:
    return Capacity(
        used=None,
        requested=sum(getattr(row, requested) for row in rows),
        allocatable=sum(getattr(row, allocatable) for row in rows),
    )


def _problem(row: Any, *, named: bool) -> ProblemView:
    cluster = row.cluster if named else ""
    return ProblemView(
        id=row.key,
        severity=row.severity,
        title=row.title,
        since=row.since,
        affects=", ".join(part for part in (row.affects, cluster) if part),
        count=row.count,
        link=row.link,
    )


def _recent(row: Any) -> RecentView:
    where = f"{row.object_kind} {row.object_name}".strip()
    return RecentView(
        at=row.last,
        source=row.source,
        severity=row.severity,
        title=f"{row.reason}: {where}" if where else row.reason,
        link="/events",
    )
