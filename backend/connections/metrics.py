"""What the console asks of upstream systems, counted (for /metrics)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import Gauge, Histogram

__all__ = ["CALL_SECONDS", "WATCHES", "observer"]

CALL_SECONDS: Final = Histogram(
    "craton_upstream_call_seconds",
    "Calls to upstream systems, by outcome (ok, timeout, or the error's class).",
    ("kind", "connection", "purpose", "outcome"),
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)
WATCHES: Final = Gauge("craton_upstream_watches", "Open watches.", ("kind", "connection"))


def observer(kind: str, connection: str) -> Callable[[str, str, float], None]:
    """A callback (purpose, outcome, seconds) for the calls of one connection."""

    def observe(purpose: str, outcome: str, seconds: float) -> None:
        CALL_SECONDS.labels(kind, connection, purpose, outcome).observe(seconds)

    return observe
