"""One application's part of one request: from what a machine reports to its new row, its
answer and what to record. Pure; the counts live in a `Ledger` that the caller has locked.

Order of work: events, then the version seen, then the check (reference updates 2).
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from backend.omaha.domain.model import (
    FLATCAR_APPID,
    Counters,
    FleetEventKind,
    GrantState,
    Group,
    Machine,
    Package,
    Reason,
    Severity,
    UpdateStatus,
)
from backend.omaha.policy.decision import CheckContext, UpdateDecision, decide, rollout_of
from backend.omaha.policy.events import apply, held_status, observe, released
from backend.omaha.policy.limits import add_grants
from backend.omaha.protocol.codec import AppRequest
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.contract import FleetEvent, StatusChange
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import Ledger

_HOLDING: Final = (GrantState.OPEN, GrantState.TIMED_OUT)
NO_DECISION: Final = UpdateDecision()


class RolloutMissing(Exception):
    """The target has no rollout yet: the configuration must be read again."""


class Report(msgspec.Struct):
    """What one machine said, with what the server knows about the circumstances."""

    app: AppRequest
    application_id: int
    group: Group
    now: float
    ip: str = ""
    forced: bool = False
    platform: str = ""
    settled: UpdateDecision | None = None
    """Decided and answered already: only to be recorded."""

    @property
    def key(self) -> tuple[int, str]:
        """The machine's key."""
        return self.application_id, self.app.machine_id


class MachineChange(msgspec.Struct):
    """The outcome: the row after (`new`), what was there (`old`), the answer, the records."""

    old: MachineEntry | None
    new: MachineEntry
    decision: UpdateDecision
    history: list[StatusChange]
    events: list[FleetEvent]

    @property
    def dirty(self) -> bool:
        """Whether the row must be written."""
        return self.old is None or _comparable(self.old) != _comparable(self.new)


def facts(report: Report, old: MachineEntry | None) -> MachineEntry:
    """The row with what the machine says about itself; state untouched."""
    app = report.app
    if old is None:
        return MachineEntry(
            id=0,
            application_id=report.application_id,
            machine_id=app.machine_id,
            group_id=report.group.id,
            release=app.release,
            arch=int(app.arch),
            track=app.track,
            created_at=report.now,
            last_seen=report.now,
            status_at=report.now,
            name=app.alias,
            ip=report.ip,
            oem=app.oem,
            oem_version=app.oem_version,
            aleph_version=app.aleph_version,
            platform=report.platform,
        )
    return replace(
        old,
        last_seen=report.now,
        arch=int(app.arch),
        track=app.track,
        hidden=False,
        name=old.name if old.named or not app.alias else app.alias,
        ip=report.ip,
        oem=app.oem,
        oem_version=app.oem_version,
        aleph_version=app.aleph_version,
        platform=report.platform or old.platform,
    )


def step(report: Report, old: MachineEntry | None, ledger: Ledger) -> MachineChange:
    """Work one report off. `ledger` moves with it: call in the order of the answers."""
    new = facts(report, old)
    work = _Work(report, ledger, new)
    before = new.machine
    machine = _moved(before, old, report.group)
    machine = told(report.app, machine)
    machine = observe(machine, report.app.release)
    machine = _floor_reached(machine, ledger)
    work.entered(before, machine)
    new = work.stamped(new, merge(new, machine, report.group.id))
    ledger.move(old, new)
    if not report.app.check:
        return MachineChange(old, new, NO_DECISION, work.history, work.events)
    decision = report.settled or work.decide(new)
    final = work.follow(new, decision)
    ledger.move(new, final)
    return MachineChange(old, final, decision, work.history, work.events)


def told(app: AppRequest, machine: Machine) -> Machine:
    """The machine after the events it reports."""
    for event in app.events:
        machine = apply(machine, event, app.release, reboots=app.key == FLATCAR_APPID)
    return machine


def merge(entry: MachineEntry, machine: Machine, group_id: int) -> MachineEntry:
    """The row in `machine`'s state."""
    return replace(
        entry,
        group_id=group_id,
        release=machine.release,
        status=int(machine.status),
        grant_state=int(machine.grant),
        rollout_id=machine.rollout_id,
        error_code=machine.error_code,
    )


def _comparable(entry: MachineEntry) -> MachineEntry:
    return replace(entry, last_seen=0.0)


def _moved(machine: Machine, old: MachineEntry | None, group: Group) -> Machine:
    """A machine that asks for another track leaves its slot behind."""
    if old is None or old.group_id == group.id or machine.grant not in _HOLDING:
        return machine
    return released(machine)


def _floor_reached(machine: Machine, ledger: Ledger) -> Machine:
    """A completed floor is a step, not the rollout's success: it counts nowhere, so that safe
    mode waits for the target (updates 2.2, "floors do not")."""
    if machine.grant is not GrantState.SUCCEEDED or machine.rollout_id is None:
        return machine
    rollout = ledger.rollouts.get(machine.rollout_id)
    if rollout is None or rollout.release == machine.granted_release:
        return machine
    return replace(machine, grant=GrantState.NONE, rollout_id=None)


class _Work:
    """The records and counts of one step."""

    def __init__(self, report: Report, ledger: Ledger, entry: MachineEntry) -> None:
        self.report = report
        self.ledger = ledger
        self.entry = entry
        self.history: list[StatusChange] = []
        self.events: list[FleetEvent] = []

    def entered(self, before: Machine, after: Machine) -> None:
        """Record a change of status by the machine's reports."""
        if after.status is before.status:
            return
        self._record(after.status, after, Reason.NONE)
        if after.status is UpdateStatus.ERROR:
            self.events.append(
                FleetEvent(
                    self.report.now,
                    FleetEventKind.INSTANCE_FAILED,
                    Severity.ERROR,
                    application_id=self.report.application_id,
                    group_id=self.report.group.id,
                    rollout_id=after.rollout_id,
                    instance_id=self.entry.id or None,
                    machine_id=self.entry.machine_id,
                    release=after.granted_release or "",
                    error_code=after.error_code,
                )
            )

    def decide(self, entry: MachineEntry) -> UpdateDecision:
        """Ask the policy, with the counts under lock."""
        group = self._group()
        counters = self.counters(group)
        return decide(
            entry.machine, group, CheckContext(self.report.now, counters, self.report.forced)
        )

    def follow(self, entry: MachineEntry, decision: UpdateDecision) -> MachineEntry:
        """The row after the decision."""
        if decision.package is None:
            return self._hold(entry, decision)
        group = self._group()
        if decision.own_slot:
            return self._reoffer(entry, group, decision.package)
        return self._grant(entry, group, decision.package, forced=decision.forced)

    def counters(self, group: Group) -> Counters:
        """The group's counts as the policy sees them."""
        state = self.ledger.counters.get(group.id)
        if state is None:
            return Counters()
        return state.seen(group.policy.period_seconds, self.report.now)

    def _group(self) -> Group:
        group = self.report.group
        rollout = group.rollout and self.ledger.rollouts.get(group.rollout.id)
        return group if rollout is None else group.at(rollout)

    def _hold(self, entry: MachineEntry, decision: UpdateDecision) -> MachineEntry:
        group = self._group()
        if decision.brake and group.rollout is not None:
            why = "The first machine did not succeed."
            if group.rollout.succeeded:
                why = "As many machines failed or timed out as the policy tolerates."
            self.events.append(
                lifecycle.brake(self.ledger, group, group.rollout, self.report.now, why)
            )
        machine = entry.machine
        if machine.grant is GrantState.OPEN:
            machine = released(machine)
        status = held_status(machine.status, decision.reason)
        if status is not UpdateStatus(entry.status):
            self._record(status, machine, decision.reason)
        held = merge(entry, replace(machine, status=status), entry.group_id)
        return self.stamped(entry, replace(held, reason=int(decision.reason)))

    def _reoffer(self, entry: MachineEntry, group: Group, package: Package) -> MachineEntry:
        """On its own slot; when the target changed meanwhile, the slot goes along."""
        rollout = rollout_of(group, group.target or package)
        release = package.release.text
        again = replace(
            entry,
            status=int(UpdateStatus.GRANTED),
            reason=0,
            granted_release=release,
            rollout_id=rollout.id or entry.rollout_id,
        )
        if release != entry.granted_release or again.rollout_id != entry.rollout_id:
            until = self.report.now + group.policy.update_timeout_seconds
            again = replace(again, granted_at=self.report.now, expires_at=until)
        if again.status != entry.status:
            self._record(UpdateStatus.GRANTED, again.machine, Reason.NONE)
        return self.stamped(entry, again)

    def _grant(
        self, entry: MachineEntry, group: Group, package: Package, *, forced: bool
    ) -> MachineEntry:
        now = self.report.now
        rollout = rollout_of(group, group.target or package)
        if rollout.id not in self.ledger.rollouts or group.id not in self.ledger.counters:
            raise RolloutMissing
        if rollout.started_at is None:
            self.events.append(
                lifecycle.note(
                    FleetEventKind.ROLLOUT_STARTED, Severity.INFO, group, rollout, at=now
                )
            )
        self.ledger.amend(lifecycle.granting(rollout, now, forced=forced))
        self._count_grant(group)
        granted = replace(
            entry,
            status=int(UpdateStatus.GRANTED),
            reason=0,
            error_code=None,
            grant_state=int(GrantState.OPEN),
            rollout_id=rollout.id,
            granted_release=package.release.text,
            granted_at=now,
            expires_at=now + group.policy.update_timeout_seconds,
            status_at=now,
        )
        self._record(UpdateStatus.GRANTED, granted.machine, Reason.NONE)
        return granted

    def _count_grant(self, group: Group) -> None:
        state = self.ledger.counters[group.id]
        period = group.policy.period_seconds
        state.buckets = add_grants(state.buckets, period, self.report.now, 1)
        self.ledger.touched_groups.add(group.id)

    def stamped(self, before: MachineEntry, after: MachineEntry) -> MachineEntry:
        """`after`, with the time of its status."""
        if after.status == before.status:
            return after
        return replace(after, status_at=self.report.now)

    def _record(self, status: UpdateStatus, machine: Machine, reason: Reason) -> None:
        self.history.append(
            StatusChange(
                key=self.entry.key,
                instance_id=self.entry.id,
                group_id=self.report.group.id,
                rollout_id=machine.rollout_id,
                at=self.report.now,
                status=int(status),
                release=machine.granted_release or machine.release,
                reason=int(reason),
                error_code=machine.error_code if status is UpdateStatus.ERROR else None,
            )
        )
