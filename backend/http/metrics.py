"""Prometheus metrics of the HTTP side."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

__all__ = ["CONNECTIONS", "ENDED", "REQUESTS"]

REQUESTS = Histogram(
    "craton_http_request_seconds",
    "Time to answer, by method, route and status.",
    ("method", "route", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

CONNECTIONS = Gauge(
    "craton_http_connections",
    "Open connections: waiting for a request, or busy for machines, console or operations.",
    ("use",),
)

ENDED = Counter(
    "craton_http_connections_ended",
    "Connections refused or ended by a limit or deadline, by reason.",
    ("reason",),
)
