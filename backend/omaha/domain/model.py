"""The domain of the update service as values: no I/O, no database, no XML.

Numbers of enums are stored; they never change. Versions are `release` here, because
`version` is a row's edit count everywhere in Craton. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import msgspec

from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.domain.semver import Release

__all__ = [
    "FLATCAR_APPID",
    "IN_UPDATE",
    "Arch",
    "Channel",
    "Counters",
    "ExtraFile",
    "FleetEventKind",
    "Floor",
    "GrantState",
    "Group",
    "Machine",
    "OmahaEvent",
    "Package",
    "PackageKind",
    "Reason",
    "Rollout",
    "RolloutState",
    "Severity",
    "UpdateStatus",
]

FLATCAR_APPID = "e96281a6-d1af-4bde-9a0a-97b76e56dc57"


class Arch(IntEnum):
    """Architectures, numbered as Nebraska does (updates 1.2)."""

    ALL = 0
    AMD64 = 1
    AARCH64 = 2
    X86 = 3


class PackageKind(IntEnum):
    """What the payload is (updates 1.2)."""

    FLATCAR = 1
    DOCKER = 2
    ROCKET = 3
    OTHER = 4


class UpdateStatus(IntEnum):
    """Where a machine stands, numbered as Nebraska does (updates 2)."""

    UNDEFINED = 1
    GRANTED = 2
    ERROR = 3
    COMPLETE = 4
    INSTALLED = 5
    DOWNLOADED = 6
    DOWNLOADING = 7
    ON_HOLD = 8


IN_UPDATE = frozenset(
    {
        UpdateStatus.GRANTED,
        UpdateStatus.INSTALLED,
        UpdateStatus.DOWNLOADED,
        UpdateStatus.DOWNLOADING,
    }
)


class GrantState(IntEnum):
    """What became of a machine's last grant. OPEN holds a slot, nothing else does."""

    NONE = 0
    OPEN = 1
    TIMED_OUT = 2
    SUCCEEDED = 3
    FAILED = 4
    DEFERRED = 5


class RolloutState(IntEnum):
    """A rollout's life. Only ACTIVE ones grant."""

    ACTIVE = 1
    PAUSED = 2
    ABORTED = 3
    BRAKED = 4
    FINISHED = 5
    SUPERSEDED = 6


class Reason(IntEnum):
    """Why a machine was not offered anything. `label` and `advice` are in `wording`."""

    NONE = 0
    UP_TO_DATE = 1
    NO_PACKAGE = 2
    BLACKLISTED = 3
    DISABLED = 4
    OUTSIDE_WINDOW = 5
    PAUSED = 6
    ABORTED = 7
    BRAKED = 8
    OEM_FILTERED = 9
    PLATFORM_FILTERED = 10
    RELEASE_FILTERED = 11
    PERIOD_LIMIT = 12
    CONCURRENCY_LIMIT = 13
    SAFE_MODE = 14
    NOT_YET_SELECTED = 15
    WAVE = 16
    BOOTED_BACK = 17
    NEWER_THAN_CHANNEL = 18
    NEEDS_MULTI_MANIFEST = 19
    CLIENT_BACKOFF = 20


class FleetEventKind(IntEnum):
    """What the fleet or the service itself did. What people do is in the audit record alone.
    Numbers up to 5 are Nebraska's classes (updates 1.2); its 6, a channel repointed, and 7, 8,
    9, 12 and 13 were people's changes once and are not used again."""

    NO_PACKAGE = 1
    ROLLOUT_STARTED = 2
    ROLLOUT_FINISHED = 3
    ROLLOUT_BRAKED = 4
    INSTANCE_FAILED = 5
    WAVE_STARTED = 10
    COUNTERS_HEALED = 11


class Severity(IntEnum):
    """As Nebraska numbers them (updates 1.2)."""

    SUCCESS = 1
    INFO = 2
    WARNING = 3
    ERROR = 4


@dataclass(frozen=True, slots=True)
class ExtraFile:
    """An extra file in a manifest: `sha1` base64, `sha256` hex, `size` bytes."""

    name: str
    size: int
    sha1: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """One version for one architecture. `blacklist`: channel ids it is never offered on."""

    id: int
    application_id: int
    release: Release
    arch: Arch
    url: str
    filename: str
    size: int
    sha1: str
    sha256: str
    kind: PackageKind = PackageKind.FLATCAR
    extras: tuple[ExtraFile, ...] = ()
    blacklist: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """A package machines must pass on their way up."""

    package: Package
    reason: str


@dataclass(frozen=True)
class Channel:
    """A pointer at a package; `floors` ascend by release."""

    id: int
    name: str
    arch: Arch
    package: Package | None
    floors: tuple[Floor, ...] = ()


class OmahaEvent(msgspec.Struct, frozen=True):
    """What happened on a machine. `error_code` is kept as a signed 32-bit number."""

    type: int
    result: int
    previous: str = ""
    error_code: int = 0


class Rollout(msgspec.Struct, frozen=True):
    """A group's way to one package, with exact counts of machines by what became of them.
    The fields are those of `tables.RolloutRow`."""

    id: int
    package_id: int
    group_id: int = 0
    release: str = ""
    state: RolloutState = RolloutState.ACTIVE
    reason: str = ""
    created_at: float = 0.0
    started_at: float | None = None
    finished_at: float | None = None
    paused_at: float | None = None
    paused_seconds: float = 0.0
    in_progress: int = 0
    timed_out: int = 0
    succeeded: int = 0
    failed: int = 0
    deferred: int = 0
    forced: int = 0
    wave: int = 0
    wave_started_at: float | None = None
    wave_base_succeeded: int = 0
    wave_base_failed: int = 0
    brake_base: int = 0

    @property
    def attempted(self) -> int:
        """Machines this rollout has granted to, whatever came of it."""
        return self.in_progress + self.timed_out + self.succeeded + self.failed + self.deferred


@dataclass(frozen=True)
class Group:
    """The machines of one track and architecture, and the policy they get."""

    id: int
    application_id: int
    name: str
    track: str
    arch: Arch
    policy: RolloutPolicy
    channel: Channel | None = None
    rollout: Rollout | None = None

    @cached_property
    def target(self) -> Package | None:
        """What the group should run, or None."""
        return self.channel.package if self.channel else None

    @property
    def target_id(self) -> int | None:
        """The target's id, or None."""
        return self.target.id if self.target else None

    def at(self, rollout: Rollout) -> Group:
        """The same group seen with fresher rollout counts."""
        return replace(self, rollout=rollout)


@dataclass(frozen=True, slots=True)
class Counters:
    """What limits of a group are compared with. `granted` counts grants in the period."""

    in_progress: int = 0
    granted: int = 0


class Machine(msgspec.Struct, frozen=True):
    """One instance as the policy sees it: what it reports and what became of its grant."""

    machine_id: str
    release: str
    arch: Arch = Arch.AMD64
    oem: str = ""
    platform: str = ""
    status: UpdateStatus = UpdateStatus.UNDEFINED
    grant: GrantState = GrantState.NONE
    rollout_id: int | None = None
    granted_release: str | None = None
    error_code: int | None = None

    @property
    def unheard(self) -> bool:
        """Whether the grant expired before anything was reported of it. A client that defers an
        update always gives a code; a new grant forgets the one before."""
        return self.grant is GrantState.DEFERRED and self.error_code is None

    @property
    def awaited(self) -> bool:
        """Whether what became of the grant is yet to be reported, in time or late."""
        return self.unheard or self.grant in (GrantState.OPEN, GrantState.TIMED_OUT)
