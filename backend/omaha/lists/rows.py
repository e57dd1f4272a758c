"""Rows of the update service's collections: ids as text, enums as the API spells them."""

from __future__ import annotations

from backend.live.row import Row

__all__ = [
    "ApplicationRow",
    "ChannelRow",
    "GroupRow",
    "InstanceRow",
    "MirrorRow",
    "PackageRow",
    "PayloadRow",
    "RefusedRow",
    "RolloutRow",
    "UpdateEventRow",
]


class ApplicationRow(Row, frozen=True):
    """What gets updated: Flatcar itself, or an agent."""

    application_id: str
    name: str
    appid: str
    description: str
    groups: int
    channels: int
    packages: int
    machines: int
    created: float
    updated: float


class GroupRow(Row, frozen=True):
    """Machines of one track and architecture; `machines` is the exact tally."""

    application_id: str
    group_id: str
    name: str
    application: str
    track: str
    arch: str
    channel: str
    target: str
    updates: str
    rollout: str
    machines: int
    in_progress: int
    timed_out: int
    silent: int
    description: str
    created: float
    updated: float


class ChannelRow(Row, frozen=True):
    """A named pointer at the package machines should run; `floors` are packages that must be
    installed on the way up, `groups` those that follow it."""

    application_id: str
    name: str
    application: str
    arch: str
    target: str
    package_id: str
    floors: int
    groups: int
    color: str
    created: float
    updated: float


class PackageRow(Row, frozen=True):
    """One version for one architecture; `channels` point at it, `files` go with it."""

    application_id: str
    release: str
    application: str
    arch: str
    kind: str
    size: int
    hosted: bool
    channels: int
    files: int
    filename: str
    url: str
    sha256: str
    description: str
    created: float
    updated: float


class PayloadRow(Row, frozen=True):
    """A file served to machines. It belongs to all of the service: `scope` is its root."""

    scope: str
    name: str
    size: int
    sha256: str
    package: str
    package_id: str
    signed: bool
    created: float


class RolloutRow(Row, frozen=True):
    """One group on its way to one package: state and exact counts of machines by outcome."""

    application_id: str
    group_id: str
    release: str
    group: str
    application: str
    state: str
    current: bool
    reason: str
    in_progress: int
    succeeded: int
    failed: int
    timed_out: int
    deferred: int
    forced: int
    wave: int
    created: float
    started: float | None
    finished: float | None


class InstanceRow(Row, frozen=True):
    """One machine in one application. `reason` says why the last check offered nothing,
    `grant` what became of the last offer, `target` is what its channel points at."""

    application_id: str
    group_id: str
    machine_id: str
    name: str
    application: str
    group: str
    channel: str
    release: str
    target: str
    arch: str
    status: str
    reason: str
    error: int | None
    grant: str
    granted_release: str
    granted: float | None
    changed: float
    seen: float
    ip: str
    oem: str
    track: str
    pinned: bool
    hidden: bool
    created: float


class UpdateEventRow(Row, frozen=True):
    """What the fleet or the service itself did; what people do is in `activity`."""

    application_id: str
    group_id: str
    at: float
    severity: str
    kind: str
    application: str
    group: str
    machine_id: str
    release: str
    error: int | None
    detail: str


class MirrorRow(Row, frozen=True):
    """A server that mirrors a group's packages: what it has, and what it was told last. `name` is
    what it is registered as, else its address; `registered` (an id) is empty where its requests
    alone tell what it is. One that never asked has no address, no group and no times."""

    registered: str
    name: str
    how: str
    application_id: str
    group_id: str
    ip: str
    application: str
    group: str
    release: str
    offered: str
    manifests: int
    requests: int
    machine_id: str
    first: float | None
    seen: float | None


class RefusedRow(Row, frozen=True):
    """Requests of machines that were refused, by reason. `begins` are the first bytes of the
    latest, or what it said of itself."""

    scope: str
    kind: str
    ip: str
    why: str
    begins: str
    requests: int
    first: float
    seen: float
