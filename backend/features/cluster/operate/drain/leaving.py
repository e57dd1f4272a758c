"""One pod asked to leave, until it is gone or the time is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from backend.features.cluster.operate.drain.planning import NodePod
from backend.jobs import Run
from integrations.caller import Caller
from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamBusy,
    UpstreamConflict,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.kubernetes import KINDS
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.errors import BudgetExceeded
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.writes import ObjectWriter

__all__ = ["Blocked", "Leaving"]

_PODS: Final = KINDS["pods"]
_PASSING: Final = (
    BudgetExceeded,
    UpstreamBusy,
    UpstreamConflict,
    UpstreamFailed,
    UpstreamUnreachable,
)
"""What may be otherwise at the next try: after a conflict it is looked which pod it is."""
_ENDING: Final = "because it is being terminated"
"""Of a namespace that goes: its pods go anyway."""
_AGAIN: Final = 3.0
"""Seconds until a budget that is against it is tried again; only its change tells."""
_LOOK: Final = 1.0
_PATIENCE: Final = 10
"""Looks after which it is told that a pod takes its time."""
_SEVERAL: Final = "more than one PodDisruptionBudget"


class Blocked(Exception):
    """A pod did not leave; the sentence says why."""


class Leaving:
    """Asks pods and counts those that went."""

    def __init__(
        self,
        run: Run,
        connection: KubernetesConnection,
        *,
        as_: Callable[[], Caller | None],
        grace_seconds: int | None,
        ends: float,
    ) -> None:
        # Those that left before a restart are there no more to be found.
        self.gone = sum("/" in name for name in run.finished())
        self._total = 0
        self._run = run
        self._client = connection.client
        self._writer = ObjectWriter(connection.client)
        self._as = as_
        self._grace = grace_seconds
        self._ends = ends
        self._waiting: dict[str, str] = {}
        self._tell("")

    def found(self, pods: int) -> None:
        """So many are still to go."""
        self._total = self.gone + pods
        self._tell("asking pods to leave")

    async def leave(self, pod: NodePod) -> None:
        """Ask it, as a step of the job, until it is gone. Raises `Blocked`."""
        name = f"{pod.namespace}/{pod.name}"
        try:
            how = await self._run.step(f"{name} {pod.uid[:8]}", partial(self._until_gone, pod))
        finally:
            self._waiting.pop(name, None)
        self.gone += 1
        self._run.log(f"{name} {how}")
        self._tell("asking pods to leave")

    async def _until_gone(self, pod: NodePod) -> str:
        name = f"{pod.namespace}/{pod.name}"
        asked, looks = pod.leaving, 0
        while time.time() < self._ends:
            try:
                if await self._is_gone(pod):
                    return "left"
                if not asked:
                    await self._evict(pod)
                    asked = True
                    continue
            except NotFound:
                return "left"
            except IntegrationError as error:
                await asyncio.sleep(self._against(name, error))
                continue
            looks += 1
            if looks == _PATIENCE:
                self._wait(name, self._why_there(pod))
            await asyncio.sleep(_LOOK)
        raise Blocked(f"{name}: {self._waiting.get(name) or self._why_there(pod)}")

    def _against(self, name: str, error: IntegrationError) -> float:
        """Seconds to wait for what may pass; raises what will not."""
        if isinstance(error, UpstreamFailed) and _SEVERAL in error.message:
            raise Blocked(f"{name}: {error.message}") from error
        if not isinstance(error, _PASSING) and _ENDING not in error.message:
            raise error
        self._wait(name, error.message)
        return max(_AGAIN, error.retry_after if isinstance(error, BudgetExceeded) else 0.0)

    async def _evict(self, pod: NodePod) -> None:
        await self._writer.evict(
            _PODS, pod.namespace, pod.name,
            as_=self._as(), uid=pod.uid, grace_seconds=self._grace,
        )  # fmt: skip
        self._waiting.pop(f"{pod.namespace}/{pod.name}", None)

    async def _is_gone(self, pod: NodePod) -> bool:
        reader = ObjectReader(self._client, self._as())
        there = await reader.get(_PODS, pod.namespace, pod.name)
        return bool(there.metadata.uid != pod.uid)

    def _why_there(self, pod: NodePod) -> str:
        held = ", ".join(str(name) for name in pod.meta.get("finalizers") or [])
        return f"held by {held}." if held else "it was told to go and has not ended."

    def _wait(self, name: str, why: str) -> None:
        if self._waiting.get(name) != why:
            self._run.log(f"{name} waits: {why}", "warning")
        self._waiting[name] = why
        first = next(iter(self._waiting))
        more = len(self._waiting) - 1
        others = f" and {more} more wait" if more else " waits"
        self._tell(f"{first}{others}: {self._waiting[first]}")

    def _tell(self, stage: str) -> None:
        self._run.progress(self.gone, self._total, stage)
