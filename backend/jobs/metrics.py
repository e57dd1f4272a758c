"""Prometheus metrics of jobs and background loops."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

__all__ = ["CRASHES", "ENDED", "LOOP_UP", "RUNNING"]

RUNNING = Gauge("craton_jobs_running", "Jobs this process works on.")
ENDED = Counter("craton_jobs_ended", "Jobs that ended here, by kind and state.", ("kind", "state"))
CRASHES = Counter("craton_loop_crashes", "Failures of background loops.", ("loop",))
LOOP_UP = Gauge("craton_loop_up", "Whether a background loop works: 0 while it fails.", ("loop",))
