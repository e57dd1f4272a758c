"""What an object used, beside what it asks for and may use at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from backend.features.cluster.usage.answers import Bounds, Measuring, SeriesView, UsageView
from backend.features.cluster.usage.history import Points
from backend.features.cluster.usage.kept import UsageFeed
from integrations.contract import FeedState
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.models.pods import Container, Pod, PodSpec
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.selectors import selector_text

__all__ = ["MEASURED", "MOST_PODS", "measuring", "usage_of"]

MEASURED: Final = frozenset(
    {"nodes", "pods", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs"}
)
"""Kinds that are measured: themselves, or by their pods."""
MOST_PODS: Final = 200
"""Pods of a workload that are summed up: a page of a listing."""


def measuring(kept: UsageFeed) -> Measuring:
    """How measuring goes."""
    match kept.now:
        case FeedState.POLLING:
            return "measured"
        case FeedState.LIVE:
            return "absent"
        case FeedState.STALE:
            return "stale"
        case FeedState.DENIED:
            return "denied"
        case _:
            return "waiting"


async def usage_of(reader: ObjectReader, kept: UsageFeed, found: Any) -> UsageView:
    """What the object, of one of the `MEASURED` kinds, used in the last hour."""
    if isinstance(found, Node):
        series, pods, more = [_of_node(kept, found)], None, False
    elif isinstance(found, Pod):
        series, pods, more = _of_pod(kept, found), None, False
    else:
        names, more = await _pods_of(reader, found)
        series, pods = [_of_all(kept, names, found.spec.template.spec)], len(names)
    return UsageView(
        state=measuring(kept),
        message=kept.message,
        since=kept.since,
        times=list(kept.history.times),
        series=series,
        pods=pods,
        more=more,
    )


def _of_node(kept: UsageFeed, node: Node) -> SeriesView:
    points = kept.history.of(node.metadata.name).get("") or _nothing(kept)
    allocatable = node.status.allocatable
    bounds = Bounds(
        cpu_limit=_amount(allocatable, "cpu"), memory_limit=_amount(allocatable, "memory")
    )
    return _view("", points, bounds)


def _of_pod(kept: UsageFeed, pod: Pod) -> list[SeriesView]:
    parts = kept.history.of(f"{pod.metadata.namespace}/{pod.metadata.name}")
    return [
        _view(container.name, parts.get(container.name) or _nothing(kept), _bounds([container]))
        for container in _lasting(pod.spec)
    ]


def _of_all(kept: UsageFeed, names: Sequence[str], spec: PodSpec) -> SeriesView:
    """The sum, beside what those ask for that were measured last."""
    now = sum(map(kept.history.measured, names))
    return _view("", kept.history.together(names), _bounds(_lasting(spec) * now))


async def _pods_of(reader: ObjectReader, workload: Any) -> tuple[list[str], bool]:
    """The keys of its pods, of which no more is read: they are asked for again and again."""
    namespace, selector = workload.metadata.namespace, selector_text(workload.spec.selector)
    if not selector:
        return [], False
    page = await reader.list_page(
        KINDS["pods"], namespace, limit=MOST_PODS, labels=selector, model=Metadata
    )
    return [f"{namespace}/{pod.metadata.name}" for pod in page.items], bool(page.next)


def _lasting(spec: PodSpec) -> list[Container]:
    """The containers that run as long as the pod does."""
    sidecars = [each for each in spec.init_containers if each.restart_policy == "Always"]
    return [*sidecars, *spec.containers]


def _bounds(containers: Sequence[Container]) -> Bounds:
    """What they ask for together. One without a limit leaves them all without."""
    found: dict[str, float | None] = {}
    for name in ("cpu", "memory"):
        requests = [_amount(each.resources.requests, name) for each in containers]
        limits = [_amount(each.resources.limits, name) for each in containers]
        found[f"{name}_request"] = _sum(requests)
        found[f"{name}_limit"] = None if None in limits else _sum(limits)
    return Bounds(**found)


def _amount(of: dict[str, str], name: str) -> float | None:
    return parse_quantity(of[name]) if name in of else None


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _nothing(kept: UsageFeed) -> Points:
    none: list[float | None] = [None] * len(kept.history.times)
    return Points(none, none)


def _view(name: str, points: Points, bounds: Bounds) -> SeriesView:
    return SeriesView(name=name, cpu=points.cpu, memory=points.memory, **bounds.model_dump())
