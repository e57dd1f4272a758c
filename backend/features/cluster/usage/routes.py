"""`…/usage` of an object, and the trends of many: what was measured in the last hour."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.connections.upstreams import Upstreams
from backend.errors import NotFoundProblem
from backend.features.cluster.routes import Asked, Name, Reader, asked, reader_of
from backend.features.cluster.service import missing_alike
from backend.features.cluster.usage.answers import TrendsView, UsageView
from backend.features.cluster.usage.history import in_buckets
from backend.features.cluster.usage.kept import UsageFeed, Usages
from backend.features.cluster.usage.reading import MEASURED, measuring, usage_of
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import Decides, no_such, require
from backend.live.registry import Registry
from backend.parts import part

__all__ = ["router"]

MOST_KEYS: Final = 100
_POINTS: Final = 30
"""Means of a trend: two minutes each, of an hour."""

router = APIRouter(
    tags=["kubernetes: usage"], prefix="/clusters/{cluster}", responses=answers(*UPSTREAM)
)


@router.get("/{kind}/{namespace}/{name}/usage")
async def read_usage(
    caller: Reader,
    wanted: Annotated[Asked, Depends(asked)],
    upstreams: Annotated[Upstreams, part(Upstreams)],
    usages: Annotated[Usages, part(Usages)],
    cluster: Name,
) -> UsageView:
    """What a node, the containers of a pod, or the pods of a workload together used in the last
    hour, with what they ask for and may use at most. The console asks metrics-server as itself;
    the object is read as the caller."""
    plural = wanted.kind.plural
    if plural not in MEASURED or wanted.kind.custom:
        raise NotFoundProblem("Objects of this kind use nothing themselves.")
    if plural not in {"nodes", "pods"}:
        # What its pods use together tells of them.
        where = scope.namespace(caller.organisation, cluster, wanted.namespace)
        require(caller, "pod", Verb.LIST, where, "pods")
    reader = reader_of(upstreams, caller, cluster, wanted.namespace)
    with missing_alike():
        found = await reader.get(wanted.kind, wanted.namespace, wanted.name)
    return await usage_of(reader, _kept(usages, cluster, plural), found)


@router.get("/usage/{kind}")
async def read_trends(
    caller: Annotated[Principal, Decides("list on the pods or machines named")],
    registry: Annotated[Registry, part(Registry)],
    usages: Annotated[Usages, part(Usages)],
    *,
    cluster: Name,
    kind: Literal["nodes", "pods"],
    key: Annotated[list[Annotated[str, Query(max_length=510)]], Query(max_length=MOST_KEYS)],
) -> TrendsView:
    """What the nodes, or the pods (``namespace/name``), used in the last hour, in a few means each:
    of those whose rows the caller may see."""
    source = registry.get("machines" if kind == "nodes" else "pods")
    guard = await registry.guard(caller, source.collection, Verb.LIST)
    if not guard.overlaps(("cluster", cluster)):
        raise NotFoundProblem(no_such("cluster"))
    seen = [one for one in dict.fromkeys(key) if await source.row(f"{cluster}/{one}", guard)]
    kept = _kept(usages, cluster, kind)
    cpu: dict[str, list[float | None]] = {}
    memory: dict[str, list[float | None]] = {}
    for one in seen:
        points = kept.history.together([one])
        cpu[one] = in_buckets(points.cpu, _POINTS)
        memory[one] = in_buckets(points.memory, _POINTS)
    return TrendsView(
        state=measuring(kept), message=kept.message, since=kept.since, cpu=cpu, memory=memory
    )


def _kept(usages: Usages, cluster: str, plural: str) -> UsageFeed:
    kept = usages.of(cluster, plural)
    if kept is None:
        raise NotFoundProblem(no_such("cluster"))
    return kept
