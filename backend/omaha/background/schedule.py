"""Which sweep of the update service is due when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from backend.omaha.background import clocks, retention, sweeps
from backend.omaha.background.recount import recount
from backend.omaha.store.config import Config
from backend.omaha.store.contract import UpdateStore, WriteConflict

__all__ = ["TICK_SECONDS", "Sweeps"]

TICK_SECONDS: Final = 2.0
_FIRST_SECONDS: Final = 60.0
"""After the start, for what is dear."""

Sweep = Callable[[float], Awaitable[object]]


class Sweeps:
    """Runs each sweep when it is due. One replica does, under a lease, without which nothing
    commits; and every sweep is repeatable: run twice, it changes nothing twice."""

    def __init__(
        self, store: UpdateStore, config: Callable[[], Config], clock: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._sweeps: dict[str, tuple[float, Sweep]] = {
            "expire": (5.0, lambda now: sweeps.expire_grants(store, now)),
            "rollouts": (5.0, lambda now: sweeps.advance_rollouts(store, config(), now)),
            "rollup": (60.0, lambda now: retention.roll_up(store, now)),
            "silent": (900.0, lambda now: retention.count_silent(store, now)),
            "clocks": (60.0, lambda now: clocks.redate(store, now)),
            "recount": (3600.0, lambda now: recount(store, now)),
            "thin": (3600.0, lambda now: retention.thin(store, now)),
        }
        self.due = dict.fromkeys(self._sweeps, 0.0)
        start = clock()
        self.due["recount"] = self.due["thin"] = start + _FIRST_SECONDS

    async def tick(self) -> None:
        """Run what is due. A sweep that met a conflict (machines were faster) runs again soon;
        raises `StoreDown`."""
        now = self._clock()
        for name in [name for name in self.due if self._is_due(name, now)]:
            interval, sweep = self._sweeps[name]
            try:
                await sweep(self._clock())
            except WriteConflict:
                continue
            self.due[name] = now + interval

    def _is_due(self, name: str, now: float) -> bool:
        """Its time has come, or lies further ahead than it can: the clock was set back."""
        return not now < self.due[name] <= now + max(self._sweeps[name][0], _FIRST_SECONDS)
