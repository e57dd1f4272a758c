"""Prometheus metrics of the HTTP side."""

from __future__ import annotations

from prometheus_client import Histogram

__all__ = ["REQUESTS"]

REQUESTS = Histogram(
    "craton_http_request_seconds",
    "Time to answer, by method, route and status.",
    ("method", "route", "status"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
