"""What a mirroring server is told (a Nebraska in syncer mode): every step at once.

Source: reference updates 2.3. A syncer holds no slot, is not registered and not counted. All
manifests ascend, and the target is always among them: a mirror that got the first five floors
alone (as Nebraska does) would ask the same again for ever. Without `multi_manifest_ok` while
floors exist, no update; nor anything of a rollout that was aborted.
"""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from backend.omaha.domain.model import Group, Package, Reason, RolloutState
from backend.omaha.domain.naming import BY_PACKAGE, name_by_package
from backend.omaha.domain.semver import parse
from backend.omaha.policy import windows
from backend.omaha.policy.decision import arrived, rollout_of, unavailable
from backend.omaha.protocol.answer import NO_UPDATE, Answer, UpdateStep
from backend.omaha.protocol.codec import AppRequest


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
    if rollout_of(group, target).state is RolloutState.ABORTED:
        return NO_UPDATE
    steps = _steps(app, group)
    if len(steps) > 1 and not app.multi_manifest:
        return NO_UPDATE
    return _under_one_base(steps, hosted)


def _steps(app: AppRequest, group: Group) -> tuple[UpdateStep, ...]:
    target, release = group.target, parse(app.release)
    if target is None or group.channel is None:
        return ()
    floors = [f for f in group.channel.floors if release < f.package.release <= target.release]
    steps = [UpdateStep(f.package, f.reason, is_target=f.package.id == target.id) for f in floors]
    if not any(step.is_target for step in steps):
        steps.append(UpdateStep(target, None, is_target=True))
    return tuple(steps)


def _under_one_base(steps: tuple[UpdateStep, ...], hosted: str) -> Answer:
    """The offer. All manifests of an answer share one code base, and a mirror takes the names in
    it for names of files: they must be flat and differ. Packages that lie in different places
    are therefore told under this service's own address, which leads on to where they lie
    (`payloads.serving`)."""
    bases = {(step.package.url or hosted).rstrip("/") + "/" for step in steps}
    if len(bases) == 1:
        return Answer(steps=steps, codebase=bases.pop(), multi=True)
    here = tuple(replace(step, package=_by_package(step.package)) for step in steps)
    return Answer(steps=here, codebase=hosted.rstrip("/") + "/" + BY_PACKAGE, multi=True)


def _by_package(package: Package) -> Package:
    """The package with its files named as they are found `BY_PACKAGE`."""
    extras = tuple(
        dataclasses.replace(extra, name=name_by_package(package.id, extra.name))
        for extra in package.extras
    )
    name = name_by_package(package.id, package.filename)
    return dataclasses.replace(package, filename=name, extras=extras)
