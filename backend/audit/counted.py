"""What anybody can do as often as they like, recorded without letting a flood of it fill the disk:
denied attempts, and downloads.

The first of a caller at a target is written at once. The same again within a minute is
counted, and written as one entry with its number when the minute is over. Beyond a budget per
caller and one for all, they are only counted: one entry a minute says how many.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation
from backend.audit.budget import Budget
from backend.audit.origin import Origin
from backend.audit.record import entry
from backend.audit.target import Target
from backend.db.audit import AuditEntry

__all__ = ["Exports", "Refusals"]

REFUSED: Final = Counter(
    "craton_audit_refusals",
    "Denied attempts, by whether each has an entry of its own in the audit record.",
    ["recorded"],
)
EXPORTED: Final = Counter(
    "craton_audit_exports",
    "Downloads of lists, by whether each has an entry of its own in the audit record.",
    ["recorded"],
)
_log = structlog.get_logger("craton.audit")


@dataclass(slots=True)
class _Repeated:
    origin: Origin
    action: str
    target: Target
    binding: str
    since: float
    times: int = 0


class _Counted:
    """Those of one process. `flush` is called every minute and at the end.

    Entries have a transaction of their own, as the request's rolls back. When the database does
    not take one it is logged instead: the caller's answer stays what it is.
    """

    WINDOW: Final = 60.0
    decision: ClassVar[str]
    outcome: ClassVar[str]
    counter: ClassVar[Counter]
    further: ClassVar[str]
    """What the entry says of those that have none of their own, whose action is ``omit``."""
    called: ClassVar[str]
    by_detail: ClassVar[bool] = False
    """Whether one with another detail is another."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db_sessions = db_sessions
        self._clock = clock
        self._budget = Budget(clock)
        self._repeated: dict[tuple[str, ...], _Repeated] = {}
        self._omitted: dict[str, int] = {}

    async def record(
        self, origin: Origin, action: str, target: Target, detail: str = "", *, binding: str = ""
    ) -> None:
        """Record `action` on `target`; `binding` is what allowed it."""
        now = self._clock()
        caller = origin.subject_id or f"{origin.address} {origin.actor}"
        finer = detail if self.by_detail else ""
        key = (caller, action, target.kind, target.id, finer, *target.scope)
        known = self._repeated.get(key)
        if known is not None and now < known.since + self.WINDOW:
            known.times += 1
            self.counter.labels("no").inc()
            return
        if not self._budget.take(caller, signed_in=bool(origin.subject_id)):
            self._omitted[origin.organisation] = self._omitted.get(origin.organisation, 0) + 1
            self.counter.labels("no").inc()
            return
        late = [self._again(known)] if known is not None and known.times else []
        self._repeated[key] = item = _Repeated(origin, action, target, binding, now)
        self.counter.labels("yes").inc()
        await self._write([*late, self._entry(item, 1, detail)])

    async def flush(self) -> None:
        """Write the numbers of attempts that were only counted."""
        over = self._clock() - self.WINDOW
        done = {key: item for key, item in self._repeated.items() if item.since <= over}
        for key in done:
            del self._repeated[key]
        omitted, self._omitted = self._omitted, {}
        entries = [self._again(item) for item in done.values() if item.times]
        await self._write([*entries, *self._summaries(omitted)])

    async def _write(self, entries: list[AuditEntry]) -> None:
        if not entries:
            return
        try:
            async with self._db_sessions() as db, db.begin():
                db.add_all(entries)
        except (SQLAlchemyError, OSError) as error:
            named = [(e.actor, e.action, e.target, e.times) for e in entries[:20]]
            _log.exception("entries were not recorded", entries=named, error=type(error).__name__)

    def _again(self, item: _Repeated) -> AuditEntry:
        return self._entry(item, item.times, "The same again.")

    def _entry(self, item: _Repeated, times: int, detail: str) -> AuditEntry:
        return entry(
            item.origin,
            item.action,
            item.target,
            decision=self.decision,
            outcome=self.outcome,
            times=times,
            detail=detail,
            binding=item.binding,
        )

    def _summaries(self, omitted: dict[str, int]) -> Iterator[AuditEntry]:
        for org, times in omitted.items():
            target = Target("activity", "", self.called, organisation(org))
            item = _Repeated(Origin.system(org, "console"), "omit", target, "", 0.0)
            yield self._entry(item, times, self.further)


class Refusals(_Counted):
    """Denied attempts."""

    decision = "denied"
    outcome = "refused"
    counter = REFUSED
    called = "refusals"
    further = "Further attempts were refused that have no entry of their own: too many at once."


class Exports(_Counted):
    """Lists that were downloaded as a file."""

    decision = "allowed"
    outcome = "success"
    counter = EXPORTED
    called = "exports"
    by_detail = True
    further = "Further downloads were made that have no entry of their own: too many at once."
