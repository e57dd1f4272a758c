"""`/metrics` of a member, reduced to the thirty families that say how it is.

A histogram counts since the process started, so quantiles and increases are taken between
two scrapes: `History` keeps a quarter of an hour of them for one member.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

GAUGES: Final = frozenset(
    {
        "etcd_server_has_leader",
        "etcd_server_is_leader",
        "etcd_server_is_learner",
        "etcd_server_proposals_pending",
        "etcd_server_proposals_committed_total",
        "etcd_server_proposals_applied_total",
        "etcd_server_quota_backend_bytes",
        "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "etcd_debugging_mvcc_keys_total",
        "etcd_debugging_mvcc_watcher_total",
        "etcd_debugging_mvcc_watch_stream_total",
        "etcd_debugging_mvcc_slow_watcher_total",
        "etcd_debugging_mvcc_pending_events_total",
        "etcd_debugging_mvcc_compact_revision",
        "etcd_debugging_mvcc_current_revision",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    }
)
COUNTERS: Final = frozenset(
    {
        "etcd_server_leader_changes_seen_total",
        "etcd_server_proposals_failed_total",
        "etcd_server_slow_apply_total",
        "etcd_server_slow_read_indexes_total",
        "etcd_server_heartbeat_send_failures_total",
        "etcd_server_client_requests_total",
        "etcd_network_peer_sent_failures_total",
        "etcd_network_client_grpc_received_bytes_total",
        "etcd_network_client_grpc_sent_bytes_total",
    }
)
HISTOGRAMS: Final = frozenset(
    {
        "etcd_disk_wal_fsync_duration_seconds",
        "etcd_disk_backend_commit_duration_seconds",
        "etcd_network_peer_round_trip_time_seconds",
    }
)
WINDOW: Final = 15 * 60.0
"""Seconds over which increases and quantiles are taken, once there is that much history."""

_WANTED: Final = tuple(
    name.encode() for name in sorted(GAUGES | COUNTERS | {f"{name}_bucket" for name in HISTOGRAMS})
)

Buckets = dict[float, float]


@dataclass(frozen=True, slots=True)
class Scrape:
    """One reading: plain values by family (labels summed) and cumulative buckets."""

    at: float
    values: dict[str, float] = field(default_factory=dict)
    buckets: dict[str, Buckets] = field(default_factory=dict)


def parse(text: bytes, at: float) -> Scrape:
    """Keep the wanted families of an exposition; other lines are never parsed."""
    wanted = [line for line in text.split(b"\n") if _is_wanted(line)]
    lines = b"\n".join(wanted).decode("utf-8", "replace") + "\n"
    scrape = Scrape(at)
    for family in text_string_to_metric_families(lines):
        for name, labels, value, *_ in family.samples:
            if (bound := labels.get("le")) is not None:
                buckets = scrape.buckets.setdefault(name.removesuffix("_bucket"), {})
                buckets[float(bound)] = buckets.get(float(bound), 0.0) + value
            else:
                scrape.values[name] = scrape.values.get(name, 0.0) + value
    return scrape


def _is_wanted(line: bytes) -> bool:
    name = line.split(b"{", 1)[0].split(b" ", 1)[0]
    place = bisect_left(_WANTED, name)
    return place < len(_WANTED) and _WANTED[place] == name


class History:
    """Scrapes of one member, oldest first, for rates and quantiles over `WINDOW`."""

    def __init__(self) -> None:
        self._scrapes: deque[Scrape] = deque()

    def add(self, scrape: Scrape) -> None:
        """Append; forget what is older than the window, and all of it after a restart."""
        if self._scrapes and _restarted(self._scrapes[-1], scrape):
            self._scrapes.clear()
        self._scrapes.append(scrape)
        while len(self._scrapes) > 2 and scrape.at - self._scrapes[1].at >= WINDOW:
            self._scrapes.popleft()

    @property
    def newest(self) -> Scrape | None:
        """The latest reading, None before the first."""
        return self._scrapes[-1] if self._scrapes else None

    @property
    def span(self) -> float:
        """Seconds between the oldest and the newest reading."""
        return self._scrapes[-1].at - self._scrapes[0].at if self._scrapes else 0.0

    def value(self, name: str) -> float | None:
        """The newest value of a gauge, None if the server does not expose it."""
        return self.newest.values.get(name) if self.newest else None

    def increase(self, name: str) -> float | None:
        """How much a counter grew over the window; None with fewer than two readings."""
        if len(self._scrapes) < 2:
            return None
        first, last = self._scrapes[0].values, self._scrapes[-1].values
        return last[name] - first.get(name, 0.0) if name in last else None

    def quantile(self, name: str, share: float) -> float | None:
        """The `share` quantile in seconds over the window; None without observations.

        With one reading it is taken since the process started. Linear inside a bucket, as
        Prometheus does; the last finite bound when the rank falls beyond it.
        """
        if self.newest is None or name not in self.newest.buckets:
            return None
        buckets = self.newest.buckets[name]
        if len(self._scrapes) > 1:
            old = self._scrapes[0].buckets.get(name, {})
            buckets = {bound: count - old.get(bound, 0.0) for bound, count in buckets.items()}
        return _quantile(sorted(buckets.items()), share)

    def growth(self, name: str) -> float | None:
        """Change per second of a gauge over the window; None before 5 minutes of history."""
        increase = self.increase(name)
        return increase / self.span if increase is not None and self.span >= 300 else None


def _restarted(before: Scrape, after: Scrape) -> bool:
    name = "process_start_time_seconds"
    return before.values.get(name) != after.values.get(name)


def _quantile(buckets: list[tuple[float, float]], share: float) -> float | None:
    if not buckets or buckets[-1][1] <= 0:
        return None
    rank = share * buckets[-1][1]
    lower, below = 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if bound == float("inf"):
                return lower
            return lower + (bound - lower) * (rank - below) / max(count - below, 1e-12)
        lower, below = bound, count
    return lower
