"""One `/metrics` for several worker processes.

A scrape reaches any one of them, so each leaves its figures in a shared folder every second,
and the one that is asked shows all, each with the label `worker`. Prometheus adds them up,
and takes a restarted worker's smaller numbers for the reset they are.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import REGISTRY, CollectorRegistry, Counter
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

__all__ = ["RESTARTS", "MetricsSpool"]

PUBLISH_SECONDS: Final = 1.0

RESTARTS: Final = Counter(
    "craton_updates_worker_restarts", "How often this worker was started again after it died."
)

_Sample = tuple[str, dict[str, str], float]


class _Family(msgspec.Struct, frozen=True):
    name: str
    text: str
    kind: str
    samples: list[_Sample]


_decoder = msgspec.json.Decoder(list[_Family])


class MetricsSpool(Collector):
    """The figures of all workers, kept in `folder`; this process is worker `slot`."""

    def __init__(self, folder: Path, slot: int) -> None:
        self._folder = folder
        self._slot = slot
        self.registry = CollectorRegistry()
        self.registry.register(self)

    async def run(self) -> None:
        """Publish now and then until cancelled or removed."""
        while self._folder.exists():
            self.publish()
            await asyncio.sleep(PUBLISH_SECONDS)

    def publish(self) -> None:
        """Leave this process's figures for the others."""
        draft = self._folder / f"{self._slot}.new"
        draft.write_bytes(msgspec.json.encode(_own()))
        draft.replace(self._folder / f"{self._slot}.json")

    def remove(self) -> None:
        """Delete the folder: nobody is left to ask for it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: what there is is told when asked."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Every family of every worker."""
        self.publish()
        merged: dict[str, Metric] = {}
        for file in sorted(self._folder.glob("*.json")):
            for family in _decoder.decode(file.read_bytes()):
                metric = merged.setdefault(
                    family.name, Metric(family.name, family.text, family.kind)
                )
                for name, labels, value in family.samples:
                    metric.add_sample(name, labels | {"worker": file.stem}, value)
        return merged.values()


def _own() -> list[_Family]:
    """`_created` times are left out: the reset of a counter tells as much."""
    return [
        _Family(
            metric.name,
            metric.documentation,
            metric.type,
            [
                (s.name, s.labels, float(s.value))
                for s in metric.samples
                if not s.name.endswith("_created")
            ],
        )
        for metric in REGISTRY.collect()
    ]
