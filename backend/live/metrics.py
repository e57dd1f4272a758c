"""Prometheus metrics of the engine."""

from __future__ import annotations

from collections import Counter as Totals
from collections.abc import Iterable
from itertools import chain

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.live.registry import Registry

__all__ = [
    "CHANGES",
    "COLLECTOR",
    "FLUSH_SECONDS",
    "FRAMES",
    "FRAME_BYTES",
    "LAG_SECONDS",
    "PROJECTION_FAILURES",
    "SESSIONS",
    "SUBSCRIPTIONS",
    "LiveCollector",
]

CHANGES = Counter("craton_live_changes", "Row changes after coalescing.", ("collection",))
PROJECTION_FAILURES = Counter(
    "craton_live_projection_failures", "Objects no row could be made of.", ("collection",)
)
FRAMES = Counter("craton_live_frames", "Frames handed to sockets, by op.", ("op",))
FRAME_BYTES = Counter("craton_live_frame_characters", "Characters in those frames.")
SESSIONS = Gauge("craton_live_sessions", "Open live sockets.")
SUBSCRIPTIONS = Gauge("craton_live_subscriptions", "Open subscriptions.")
FLUSH_SECONDS = Histogram(
    "craton_live_flush_seconds",
    "Time to carry a batch of changes to all windows.",
    ("collection",),
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
LAG_SECONDS = Histogram(
    "craton_live_lag_seconds",
    "From a batch's first change to its frames being ready for the sockets.",
    ("collection",),
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class LiveCollector(Collector):
    """Rows, views and sources per collection of every running hub, read when scraped."""

    def __init__(self) -> None:
        self._registries: list[Registry] = []

    def add(self, registry: Registry) -> None:
        """Count this registry's collections from now on."""
        self._registries.append(registry)

    def remove(self, registry: Registry) -> None:
        """Stop counting them."""
        self._registries.remove(registry)

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        rows: Totals[str] = Totals()
        views: Totals[str] = Totals()
        states: Totals[tuple[str, str]] = Totals()
        for source in chain.from_iterable(self._registries):
            name = source.collection.name
            rows[name] += source.size or 0
            views[name] += source.views
            for state, count in source.states().items():
                states[name, state.value] += count
        yield _gauge("craton_live_rows", "Rows held in memory.", rows)
        yield _gauge("craton_live_views", "Distinct open views.", views)
        family = GaugeMetricFamily(
            "craton_live_sources", "Sources by freshness.", labels=("collection", "state")
        )
        for labels, count in states.items():
            family.add_metric(labels, count)
        yield family


def _gauge(name: str, text: str, counts: Totals[str]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=("collection",))
    for collection, count in counts.items():
        family.add_metric([collection], count)
    return family


COLLECTOR = LiveCollector()
REGISTRY.register(COLLECTOR)
