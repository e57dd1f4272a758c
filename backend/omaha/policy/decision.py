"""What a checking machine is told, and why: pure functions, no I/O.

The order of the rules is Nebraska's (reference updates 2.2) with this service's differences
(updates 4): every hold has its own reason and is answered `noupdate`.
"""

from __future__ import annotations

import msgspec

from backend.omaha.domain.model import (
    Counters,
    GrantState,
    Group,
    Machine,
    Package,
    Reason,
    Rollout,
    RolloutState,
)
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.domain.semver import Release, parse
from backend.omaha.domain.wording import ERROR_BOOTED_BACK, base_code
from backend.omaha.policy import windows
from backend.omaha.policy.limits import must_brake, over_limit
from backend.omaha.policy.selection import not_selected

_STOPPED = {
    RolloutState.PAUSED: Reason.PAUSED,
    RolloutState.ABORTED: Reason.ABORTED,
    RolloutState.BRAKED: Reason.BRAKED,
}


class UpdateDecision(msgspec.Struct, frozen=True):
    """An offer of `package` (on a new slot, or the machine's own), or a hold for `reason`.
    `forced`: the offer goes past a limit because the check was forced. `brake`: the rollout
    must be braked."""

    reason: Reason = Reason.NONE
    package: Package | None = None
    own_slot: bool = False
    forced: bool = False
    brake: bool = False


class CheckContext(msgspec.Struct, frozen=True):
    """The circumstances of one check."""

    now: float
    counters: Counters = Counters()
    forced: bool = False


def hold(reason: Reason) -> UpdateDecision:
    """No update, for `reason`."""
    return _HOLDS[reason]


_HOLDS = {reason: UpdateDecision(reason) for reason in Reason}


def decide(machine: Machine, group: Group, check: CheckContext) -> UpdateDecision:
    """The answer to an update check, after the request's events were applied. `Reason.NONE` is
    the empty text: what holds a machine is true."""
    target = group.target
    held = unavailable(group)
    if held or target is None:
        return hold(held)
    release = parse(machine.release)
    held = arrived(release, target, group.policy)
    if held:
        return hold(held)
    if machine.grant is GrantState.OPEN:
        return _reoffer(release, group, target)
    held = _standing(machine, release, group, check.now)
    if held:
        return hold(held)
    return _new_offer(machine, group, target, check)


def unavailable(group: Group) -> Reason:
    """Rule 3: no channel or package, or a package this channel must not offer."""
    if group.channel is None or group.target is None:
        return Reason.NO_PACKAGE
    if group.channel.id in group.target.blacklist:
        return Reason.BLACKLISTED
    return Reason.NONE


def arrived(release: Release, target: Package, policy: RolloutPolicy) -> Reason:
    """Rule 5: whether the machine needs nothing. A group that may downgrade is done at
    equality only (updates 4, rollback)."""
    if release == target.release:
        return Reason.UP_TO_DATE
    if release > target.release and not policy.allow_downgrade:
        return Reason.NEWER_THAN_CHANNEL
    return Reason.NONE


def next_step(release: Release, group: Group, target: Package) -> Package:
    """The package to install now: the lowest floor above the machine's version and not above
    the target, else the target; one step per reboot (updates 2.3)."""
    floors = group.channel.floors if group.channel else ()
    for floor in floors:
        if release < floor.package.release <= target.release:
            return floor.package
    return target


def rollout_of(group: Group, target: Package) -> Rollout:
    """The rollout in force; a fresh one when the target has none yet (id 0: not opened)."""
    rollout = group.rollout
    if rollout is None or rollout.package_id != target.id:
        return Rollout(id=0, package_id=target.id)
    return rollout


def _reoffer(release: Release, group: Group, target: Package) -> UpdateDecision:
    """Rule 4: an open grant is offered again on its own slot, whatever the limits; only an
    abort ends it (updates 2.1, 4)."""
    if rollout_of(group, target).state is RolloutState.ABORTED:
        return hold(Reason.ABORTED)
    return UpdateDecision(package=next_step(release, group, target), own_slot=True)


def _standing(machine: Machine, release: Release, group: Group, now: float) -> Reason:
    """Rules 6, 7 and the filters: what holds a machine whatever the counters say."""
    if not group.policy.enabled:
        return Reason.DISABLED
    rollout = group.rollout
    if rollout is not None and rollout.package_id == group.target_id and rollout.state in _STOPPED:
        return _STOPPED[rollout.state]
    if not windows.is_open(group.policy, now):
        return Reason.OUTSIDE_WINDOW
    return _filtered(machine, release, group.policy) or _booted_back(machine, release, group)


def _filtered(machine: Machine, release: Release, policy: RolloutPolicy) -> Reason:
    if not policy.oem.admits(machine.oem):
        return Reason.OEM_FILTERED
    if not policy.platform.admits(machine.platform):
        return Reason.PLATFORM_FILTERED
    return Reason.NONE if policy.release.admits(release) else Reason.RELEASE_FILTERED


def _new_offer(
    machine: Machine, group: Group, target: Package, check: CheckContext
) -> UpdateDecision:
    """Rules 8 to 13: brake, selection and limits; a forced check skips rate, concurrency and
    share where the group says so, nothing else (updates 4)."""
    rollout = rollout_of(group, target)
    if must_brake(group.policy, rollout):
        return UpdateDecision(Reason.BRAKED, brake=True)
    package = next_step(parse(machine.release), group, target)
    limit = not_selected(group.policy, rollout, machine, check.now)
    limit = limit or over_limit(group.policy, rollout, check.counters)
    if not limit:
        return UpdateDecision(package=package)
    if check.forced and group.policy.forced_checks_skip_limits and limit is not Reason.SAFE_MODE:
        return UpdateDecision(package=package, forced=True)
    return hold(limit)


def _booted_back(machine: Machine, release: Release, group: Group) -> Reason:
    """No second offer of a version that did not boot, until an operator retries (updates 4)."""
    if machine.grant is not GrantState.FAILED or machine.error_code is None:
        return Reason.NONE
    if base_code(machine.error_code) != ERROR_BOOTED_BACK or group.target is None:
        return Reason.NONE
    step = next_step(release, group, group.target)
    return Reason.BOOTED_BACK if machine.granted_release == step.release.text else Reason.NONE
