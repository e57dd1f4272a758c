"""Answers checks: from memory when nothing can change, else through the writer.

A steady check-in (a known machine that says what it said before, with an answer that needs
no grant) touches no database. Everything else is answered after its transaction committed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.omaha.checkin import syncer
from backend.omaha.checkin.loader import Loader
from backend.omaha.checkin.memory import CounterSnapshots, MachineCache
from backend.omaha.checkin.metrics import ANSWERS, MIRRORED, REFUSED, REPORTED
from backend.omaha.checkin.seen import SeenTimes
from backend.omaha.checkin.step import NO_DECISION, Report, told
from backend.omaha.checkin.traces import Fault, Traces
from backend.omaha.checkin.writer import GroupGone, NowMirror, Writer
from backend.omaha.domain.model import Counters, GrantState, Group, Reason, UpdateStatus
from backend.omaha.domain.semver import is_valid
from backend.omaha.policy.decision import CheckContext, UpdateDecision, decide
from backend.omaha.policy.events import held_status
from backend.omaha.protocol.answer import (
    NO_UPDATE,
    REGISTRATION_FAILED,
    UNKNOWN_GROUP,
    Answer,
    UpdateStep,
)
from backend.omaha.protocol.codec import AppRequest, OmahaRequest
from backend.omaha.store.config import InForce
from backend.omaha.store.entry import MachineEntry

MAX_MACHINE_ID: Final = 50
MAX_TRACK: Final = 256

_NEEDS_COUNTERS: Final = frozenset(
    {
        Reason.PAUSED,
        Reason.ABORTED,
        Reason.BRAKED,
        Reason.PERIOD_LIMIT,
        Reason.CONCURRENCY_LIMIT,
        Reason.SAFE_MODE,
        Reason.NOT_YET_SELECTED,
        Reason.WAVE,
    }
)
_HOLDING: Final = (GrantState.OPEN, GrantState.TIMED_OUT)
_HELD: Final = {
    (int(status), reason): held_status(status, reason)
    for status in UpdateStatus
    for reason in Reason
}
"""Looked up: to find the members of an `Enum` takes Python 3.11 longer than all of `_same`."""


class _Inadmissible(Exception):
    """The application is answered with an error status (updates 4: only these)."""

    def __init__(self, status: str, fault: Fault) -> None:
        super().__init__(status)
        self.status = status
        self.fault = fault


class Engine:
    """The service's core; `service.UpdateService` puts it together."""

    def __init__(
        self,
        *,
        in_force: InForce,
        machines: MachineCache,
        snapshots: CounterSnapshots,
        loader: Loader,
        seen: SeenTimes,
        writer: Writer,
        traces: Traces,
        clock: Callable[[], float],
    ) -> None:
        self._in_force = in_force
        self._traces = traces
        self._writer = writer
        self._machines = machines
        self._snapshots = snapshots
        self._loader = loader
        self._seen = seen
        self._clock = clock

    async def answer(self, request: OmahaRequest, ip: str, hosted_base: str) -> list[Answer]:
        """One answer per application, in order. Raises `StoreDown`, `Overloaded`: then
        nothing is acknowledged and the machine should come back later."""
        return [await self._one(app, request, ip, hosted_base) for app in request.apps]

    async def _one(self, app: AppRequest, request: OmahaRequest, ip: str, hosted: str) -> Answer:
        try:
            return await self._admitted(app, request, ip, hosted)
        except NowMirror:
            app.is_syncer = True
            return await self._one(app, request, ip, hosted)
        except GroupGone:
            ANSWERS[REFUSED] += 1
            return Answer(UNKNOWN_GROUP)
        except _Inadmissible as refused:
            ANSWERS[REFUSED] += 1
            self._traces.refused(refused.fault, app, ip)
            return Answer(refused.status)

    async def _admitted(
        self, app: AppRequest, request: OmahaRequest, ip: str, hosted: str
    ) -> Answer:
        application_id = self._in_force.config.applications.get(app.key)
        if application_id is None:
            raise _Inadmissible(UNKNOWN_GROUP, Fault.APPLICATION)
        mirrors = self._in_force.config.mirrors
        if mirrors and (application_id, app.machine_id) in mirrors:
            app.is_syncer = True
        if len(app.track) > MAX_TRACK:
            raise _Inadmissible(UNKNOWN_GROUP, Fault.TRACK)
        known = None if app.is_syncer else await self._known(application_id, app.machine_id)
        group = self._find(application_id, app, known)
        if group is None and known is not None:
            known = await self._anew(known)
            group = self._find(application_id, app, known)
        if group is None:
            raise _Inadmissible(UNKNOWN_GROUP, Fault.TRACK)
        if not is_valid(app.release):
            if app.check:
                raise _Inadmissible(REGISTRATION_FAILED, Fault.VERSION)
            ANSWERS[REPORTED] += 1
            return NO_UPDATE
        now = self._clock()
        if app.is_syncer:
            ANSWERS[MIRRORED] += 1
            told = syncer.answer(app, group, now, hosted)
            self._traces.mirrored(app, group, ip, told)
            return told
        report = Report(app, application_id, group, now, ip, request.forced, request.platform)
        decision = await self._decide(report, known)
        ANSWERS[decision.reason if app.check else REPORTED] += 1
        return _answer(decision, report.group, hosted)

    async def _known(self, application_id: int, machine_id: str) -> MachineEntry | None:
        if not 0 < len(machine_id) <= MAX_MACHINE_ID:
            raise _Inadmissible(REGISTRATION_FAILED, Fault.MACHINE)
        key = (application_id, machine_id)
        return self._machines.get(key) or await self._loader.load(key)

    async def _anew(self, known: MachineEntry) -> MachineEntry | None:
        """The row as it is now: the group it was remembered in may be gone, and the machine
        handed over to another before this process heard of it."""
        self._machines.forget([known.key])
        return await self._loader.load(known.key)

    def _find(
        self, application_id: int, app: AppRequest, known: MachineEntry | None
    ) -> Group | None:
        if known is None or not known.pinned:
            return self._in_force.config.find(application_id, app.track, app.arch)
        return self._in_force.config.groups.get(known.group_id)

    async def _decide(self, report: Report, known: MachineEntry | None) -> UpdateDecision:
        if known is not None:
            decision = self.steady(report, known)
            if decision is not None:
                self._seen.add(known, report.now)
                return decision
        return await self._writer.write(report, known)

    def steady(self, report: Report, known: MachineEntry) -> UpdateDecision | None:
        """The decision, when nothing about the machine changes that must be durable before
        the answer; else None. What should be recorded is left to the writer's leisure."""
        app = report.app
        if known.group_id != report.group.id or known.release != app.release or known.hidden:
            return None
        if known.grant_state in _HOLDING and (app.check or app.events):
            return None
        if app.events and known.grant_state == GrantState.DEFERRED:
            machine = known.machine
            if told(app, machine) != machine:  # late news of a grant that expired unheard
                return None
        decision = self._hold(report, known) if app.check else NO_DECISION
        if decision is not None and not _same(report, known, decision):
            report.settled = decision
            self._writer.note(report, known)
        return decision

    def _hold(self, report: Report, known: MachineEntry) -> UpdateDecision | None:
        """A hold that may be told without a lock, or None."""
        group = report.group
        snapshot = self._snapshots.fresh(group, report.now)
        if snapshot is None:
            decision = decide(
                known.machine, group, CheckContext(report.now, Counters(), report.forced)
            )
            certain = decision.package is None and decision.reason not in _NEEDS_COUNTERS
            return decision if certain else None
        check = CheckContext(report.now, snapshot.counters(report.now), report.forced)
        decision = decide(known.machine, snapshot.group, check)
        return None if decision.package is not None or decision.brake else decision


def _same(report: Report, known: MachineEntry, decision: UpdateDecision) -> bool:
    """Whether the row already says what this check would make it say."""
    app = report.app
    if report.app.check:
        reason = decision.reason
        if known.reason != reason or known.status != _HELD[known.status, reason]:
            return False
    return (
        known.ip == report.ip
        and known.oem == app.oem
        and known.oem_version == app.oem_version
        and known.aleph_version == app.aleph_version
        and known.track == app.track
        and (known.named or not app.alias or known.name == app.alias)
        and (not report.platform or known.platform == report.platform)
    )


def _answer(decision: UpdateDecision, group: Group, hosted: str) -> Answer:
    poll = group.policy.poll_seconds
    if decision.package is None:
        return NO_UPDATE if poll is None else Answer(poll_seconds=poll)
    package = decision.package
    return Answer(
        steps=(UpdateStep(package, is_target=True),),
        codebase=package.url or hosted,
        poll_seconds=poll,
    )
