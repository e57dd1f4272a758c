"""Prometheus metrics of the update service, all of this process, none of one machine.

A steady check costs one addition in a list, a written one a few in dictionaries: Prometheus' own
counters take locks, so they stand only where there is one transaction for many machines.
"""

from __future__ import annotations

from collections import Counter as Totals
from collections.abc import Iterable, Sized
from itertools import chain
from typing import Final, Protocol

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.omaha.checkin.step import MachineChange
from backend.omaha.domain.model import OmahaEvent, Reason, UpdateStatus
from backend.omaha.domain.wording import failure_class

__all__ = [
    "ANSWERS",
    "BATCH_REPORTS",
    "BATCH_RETRIES",
    "BATCH_SECONDS",
    "BATCH_WAIT_SECONDS",
    "COLLECTOR",
    "MIRRORED",
    "REFUSED",
    "REPORTED",
    "SEEN_ROWS",
    "SEEN_SECONDS",
    "SERVICE_REFUSED",
    "worked_off",
]

_REASONS: Final = len(Reason)
REPORTED: Final = _REASONS
"""Place in `ANSWERS` of a report or ping without an update check."""
MIRRORED: Final = _REASONS + 1
"""Place in `ANSWERS` of a mirror's request."""
REFUSED: Final = _REASONS + 2
"""Place in `ANSWERS` of an application answered with an error status."""

ANSWERS: Final[list[int]] = [0] * (_REASONS + 3)
"""Answers by `Reason` of the hold (place 0: an update was offered), then the three above."""

_OTHERS: Final = {REPORTED: "report", MIRRORED: "mirror", REFUSED: "error"}
_LATENCIES: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

GRANTS: Final[Totals[str]] = Totals()
"""Committed offers by slot: ``new``, the machine's ``own`` once more, ``forced``."""
EVENTS: Final[Totals[str]] = Totals()
"""Events worked off in a transaction: those of a machine without an update change nothing."""
STATUSES: Final[Totals[str]] = Totals()
"""Machines that entered a status."""
FAILURES: Final[Totals[str]] = Totals()
"""Failed updates by `wording.failure_class`."""

SERVICE_REFUSED: Final = Counter(
    "craton_updates_refused",
    "Requests not answered with Omaha: malformed (400), slow (408), busy (503).",
    ("status",),
)
BATCH_REPORTS: Final = Histogram(
    "craton_updates_batch_reports",
    "Reports written in one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
BATCH_SECONDS: Final = Histogram(
    "craton_updates_batch_seconds", "Time a batch took, retries included.", buckets=_LATENCIES
)
BATCH_WAIT_SECONDS: Final = Histogram(
    "craton_updates_batch_wait_seconds",
    "From the arrival of a batch's oldest report to the end of its transaction.",
    buckets=_LATENCIES,
)
BATCH_RETRIES: Final = Counter(
    "craton_updates_batch_retries",
    "Batches decided again: another replica was faster, or the configuration changed.",
    ("why",),
)
SEEN_ROWS: Final = Counter("craton_updates_seen_rows", "Last-seen times written.")
SEEN_SECONDS: Final = Histogram(
    "craton_updates_seen_seconds", "Time to write a chunk of last-seen times.", buckets=_LATENCIES
)

_EVENTS: Final = {
    (13, 1): "download_started",
    (14, 1): "download_finished",
    (3, 1): "installed",
    (800, 1): "installed",
    (3, 0): "failed",
    (3, 9): "deferred",
    (3, 2): "rebooted",
}
_ORDINARY: Final = (3, 2)
"""Without a previous version it is part of every check, and no news."""

_COUNTED: Final = (
    ("grants", "Updates offered and committed: on a new slot, its own, forced.", "slot", GRANTS),
    ("events", "Events worked off in a transaction.", "event", EVENTS),
    ("status_changes", "Machines that entered a status.", "status", STATUSES),
    ("failures", "Failed updates by update_engine's error code.", "code", FAILURES),
)


def worked_off(events: Iterable[OmahaEvent], change: MachineChange) -> None:
    """Count one machine's committed change."""
    decision = change.decision
    if decision.package is not None:
        GRANTS["own" if decision.own_slot else "forced" if decision.forced else "new"] += 1
    for event in events:
        if (event.type, event.result) != _ORDINARY or event.previous:
            EVENTS[_EVENTS.get((event.type, event.result), "other")] += 1
    for entered in change.history:
        status = UpdateStatus(entered.status)
        STATUSES[status.name.lower()] += 1
        if status is UpdateStatus.ERROR and entered.error_code is not None:
            FAILURES[failure_class(entered.error_code)] += 1


class Working(Protocol):
    """A running service, as far as its metrics look into it."""

    @property
    def writer(self) -> Sized:
        """What waits for a transaction."""

    @property
    def machines(self) -> Sized:
        """What is remembered."""

    @property
    def seen(self) -> Sized:
        """Last-seen times to be written."""


class ServiceCollector(Collector):
    """`ANSWERS`, and what the running services hold, read when scraped."""

    def __init__(self) -> None:
        self._services: list[Working] = []

    def add(self, service: Working) -> None:
        """Show this service from now on."""
        self._services.append(service)

    def remove(self, service: Working) -> None:
        """Show it no more."""
        if service in self._services:
            self._services.remove(service)

    def collect(self) -> Iterable[Metric]:
        """The families."""
        yield _checks()
        for name, text, label, counts in _COUNTED:
            yield _counter(name, text, label, counts)
        held = self._services
        yield _gauge("waiting_reports", "Reports in want of a transaction.", map(_waiting, held))
        yield _gauge("remembered_machines", "Machines held in memory.", map(_remembered, held))
        yield _gauge("seen_waiting", "Last-seen times to be written.", map(_unwritten, held))


def _waiting(service: Working) -> int:
    return len(service.writer)


def _remembered(service: Working) -> int:
    return len(service.machines)


def _unwritten(service: Working) -> int:
    return len(service.seen)


def _gauge(name: str, text: str, values: Iterable[int]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"craton_updates_{name}", text, value=sum(values))


def _counter(name: str, text: str, label: str, counts: Totals[str]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"craton_updates_{name}", text, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _checks() -> CounterMetricFamily:
    family = CounterMetricFamily(
        "craton_updates_checks",
        "Applications answered: update, noupdate with the reason, report, mirror, error.",
        labels=("answer", "reason"),
    )
    holds = [(reason, "noupdate", reason.name.lower()) for reason in Reason if reason]
    others = [(place, answer, "") for place, answer in _OTHERS.items()]
    for place, answer, reason in chain([(0, "update", "")], holds, others):
        family.add_metric((answer, reason), ANSWERS[place])
    return family


COLLECTOR: Final = ServiceCollector()
REGISTRY.register(COLLECTOR)
