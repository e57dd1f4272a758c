"""What a mirroring server is told (a Nebraska in syncer mode): every step at once.

Source: reference updates 2.3. A syncer holds no slot, is not registered and not counted. All
manifests ascend, five floors at most; without `multi_manifest_ok` while floors exist, no update.
"""

from __future__ import annotations

from typing import Final

from backend.omaha.domain.model import Group, Reason
from backend.omaha.domain.semver import parse
from backend.omaha.policy import windows
from backend.omaha.policy.decision import arrived, unavailable
from backend.omaha.protocol.answer import NO_UPDATE, Answer, Step
from backend.omaha.protocol.codec import AppRequest

MAX_FLOORS: Final = 5


def answer(app: AppRequest, group: Group, now: float, hosted: str) -> Answer:
    """The answer to a syncer's check; rate, share and filters are for machines."""
    target = group.target
    if not app.check or target is None or unavailable(group) is not Reason.NONE:
        return NO_UPDATE
    release = parse(app.release)
    if arrived(release, target, group.policy) is not Reason.NONE:
        return NO_UPDATE
    if not group.policy.enabled or not windows.is_open(group.policy, now):
        return NO_UPDATE
    steps = _steps(app, group)
    if len(steps) > 1 and not app.multi_manifest:
        return NO_UPDATE
    return Answer(steps=steps, codebase=steps[0].package.url or hosted, multi=True)


def _steps(app: AppRequest, group: Group) -> tuple[Step, ...]:
    target, release = group.target, parse(app.release)
    if target is None or group.channel is None:
        return ()
    floors = [f for f in group.channel.floors if release < f.package.release <= target.release]
    chosen = floors[:MAX_FLOORS]
    steps = [Step(f.package, f.reason, is_target=f.package.id == target.id) for f in chosen]
    if len(floors) <= MAX_FLOORS and not any(step.is_target for step in steps):
        steps.append(Step(target, None, is_target=True))
    return tuple(steps)
