"""What a machine's reports do to its state: pure functions.

Source: reference updates 2.1, the column "Craton". A repeated report changes nothing, nor does
one without an update in progress. One that comes after its grant's time still counts: a failure
is a sign that the update is bad whenever it is heard of.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from backend.omaha.domain.model import (
    IN_UPDATE,
    GrantState,
    Machine,
    OmahaEvent,
    Reason,
    UpdateStatus,
)
from backend.omaha.domain.semver import parse
from backend.omaha.domain.wording import ERROR_BOOTED_BACK

_PROGRESS: Final = {
    (13, 1): UpdateStatus.DOWNLOADING,
    (14, 1): UpdateStatus.DOWNLOADED,
    (3, 1): UpdateStatus.INSTALLED,
    (800, 1): UpdateStatus.INSTALLED,
}
_ORDER: Final = {
    UpdateStatus.GRANTED: 0,
    UpdateStatus.ON_HOLD: 0,  # held after its grant expired
    UpdateStatus.DOWNLOADING: 1,
    UpdateStatus.DOWNLOADED: 2,
    UpdateStatus.INSTALLED: 3,
}
_SETTLED: Final = (GrantState.NONE, GrantState.SUCCEEDED)
_NOT_AN_UPDATE: Final = ("", "0.0.0.0")


def apply(machine: Machine, event: OmahaEvent, reported: str, *, reboots: bool = True) -> Machine:
    """`machine` after `event`, sent while it runs `reported`. What `reboots` (the operating
    system) is done after the next start, anything else once it is installed (updates 2.1).

    What is heard of late holds no slot again, and late progress does not make a grant that
    expired unheard one that timed out: the machine is at work, and may brake nobody by that."""
    if not machine.awaited:
        return machine
    pair = (event.type, event.result)
    if pair in _PROGRESS:
        after = _advance(machine, _PROGRESS[pair])
        done = not reboots and after.status is UpdateStatus.INSTALLED
        return (
            replace(after, status=UpdateStatus.COMPLETE, grant=GrantState.SUCCEEDED)
            if done
            else after
        )
    if pair == (3, 0):
        return _ended(machine, UpdateStatus.ERROR, GrantState.FAILED, event.error_code)
    if pair == (3, 9):
        return _ended(machine, UpdateStatus.ON_HOLD, GrantState.DEFERRED, event.error_code)
    if pair == (3, 2) and event.previous not in _NOT_AN_UPDATE:
        return _after_reboot(machine, event.previous, reported)
    return machine


def observe(machine: Machine, reported: str) -> Machine:
    """`machine` seen running `reported`: reaching the granted version completes the update,
    however it is reported (updates 2.1, 3:2; 2.2 rule 4)."""
    if machine.granted_release is not None and machine.grant not in _SETTLED:
        there, granted = parse(reported), parse(machine.granted_release)
        upgrade = granted > parse(machine.release)
        if there == granted or (upgrade and there > granted and machine.awaited):
            machine = replace(machine, status=UpdateStatus.COMPLETE, grant=GrantState.SUCCEEDED)
    if machine.release != reported:
        machine = replace(machine, release=reported)
    return machine


def released(machine: Machine, status: UpdateStatus = UpdateStatus.UNDEFINED) -> Machine:
    """`machine` without its grant: cancelled, moved or gone astray. It counts nowhere."""
    kept = machine.status if machine.status not in IN_UPDATE else status
    return replace(machine, grant=GrantState.NONE, rollout_id=None, status=kept)


def _advance(machine: Machine, status: UpdateStatus) -> Machine:
    """Progress only goes forward; 14:1 before 13:1 skips, a late 13:1 is dropped."""
    here = _ORDER.get(machine.status)
    if here is None or _ORDER[status] <= here:
        return machine
    return replace(machine, status=status)


def _after_reboot(machine: Machine, previous: str, reported: str) -> Machine:
    """3:2 with a previous version: the first check after a reboot. Another version than the
    granted one means the update did not take; if nothing was downloaded since the grant it is
    a repeat of the report that led to this grant, and the slot stays. An installed update after
    which the machine runs what it ran before did not boot: it failed, whether the machine says
    so (3:0, code 44) or not, or a boot loop would be offered it for ever."""
    if machine.granted_release is not None and parse(reported) == parse(machine.granted_release):
        return replace(machine, status=UpdateStatus.COMPLETE, grant=GrantState.SUCCEEDED)
    if machine.status is UpdateStatus.GRANTED:
        return machine
    if machine.status is UpdateStatus.INSTALLED and parse(previous) == parse(reported):
        return _ended(machine, UpdateStatus.ERROR, GrantState.FAILED, ERROR_BOOTED_BACK)
    return released(machine)


def _ended(machine: Machine, status: UpdateStatus, grant: GrantState, code: int) -> Machine:
    return replace(machine, status=status, grant=grant, error_code=code)


def held_status(status: UpdateStatus, reason: Reason) -> UpdateStatus:
    """The status a hold leaves: on hold, except that an error stays visible and a machine
    that needs nothing is not waiting."""
    if reason in (Reason.UP_TO_DATE, Reason.NEWER_THAN_CHANNEL):
        waiting = status in IN_UPDATE or status == UpdateStatus.ON_HOLD
        return UpdateStatus.UNDEFINED if waiting else status
    return UpdateStatus.ERROR if status == UpdateStatus.ERROR else UpdateStatus.ON_HOLD
