"""Prometheus metrics of the engine."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.live.registry import Registry

__all__ = [
    "CHANGES",
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
    """Rows, views and sources per collection, read when scraped."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        labels = ("collection",)
        rows = GaugeMetricFamily("craton_live_rows", "Rows held in memory.", labels=labels)
        views = GaugeMetricFamily("craton_live_views", "Distinct open views.", labels=labels)
        states = GaugeMetricFamily(
            "craton_live_sources", "Sources by freshness.", labels=("collection", "state")
        )
        for source in self._registry:
            name = source.collection.name
            views.add_metric([name], source.views)
            if source.size is not None:
                rows.add_metric([name], source.size)
            for state, count in source.states().items():
                states.add_metric([name, state.value], count)
        return rows, views, states
