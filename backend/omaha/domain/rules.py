"""A group's policy as operators write it: a document with limits, stored as JSON.

Sources: reference updates 2.2 (Nebraska's rules), 4 (what this service does differently).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from backend.omaha.domain import semver

DAY = 86_400
MINUTES_IN_DAY = 1_440

Name = Annotated[str, Field(max_length=64)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MaintenanceWindow(_Document):
    """Minutes of the local day on some weekdays (0 Monday to 6 Sunday) in which updates may
    start. `end` is exclusive; an `end` not after `start` is on the next day."""

    days: frozenset[Annotated[int, Field(ge=0, le=6)]] = frozenset(range(5))
    start: int = Field(default=540, ge=0, lt=MINUTES_IN_DAY, description="minute of the day")
    end: int = Field(default=1020, ge=0, le=MINUTES_IN_DAY, description="minute of the day")


class Spread(StrEnum):
    """How a rollout reaches machines: all at once, a fixed share, or a growing share."""

    ALL = "all"
    PERCENT = "percent"
    LINEAR = "linear"


class RolloutSchedule(_Document):
    """Which share of machines is selected. A machine is in when its stable hash for this
    rollout is below the share: raising only adds, lowering revokes nothing (updates 4)."""

    spread: Spread = Spread.ALL
    percent: float = Field(default=100.0, ge=0, le=100)
    frame_seconds: int = Field(default=60, ge=1, le=DAY, description="length of a linear step")
    duration_seconds: int = Field(default=DAY, ge=60, le=90 * DAY)


class ListFilter(_Document):
    """Keeps machines whose value is in `include` (empty: any) and not in `exclude`; case is
    ignored (machines report Flatcar and flatcar: updates 4, #2239)."""

    include: tuple[Name, ...] = Field(default=(), max_length=100)
    exclude: tuple[Name, ...] = Field(default=(), max_length=100)

    def admits(self, value: str) -> bool:
        """Whether a machine with `value` may be offered updates."""
        folded = value.casefold()
        if any(folded == item.casefold() for item in self.exclude):
            return False
        return not self.include or any(folded == item.casefold() for item in self.include)


class ReleaseFilter(_Document):
    """Keeps machines now running `minimum` <= version <= `maximum`; empty: no bound."""

    minimum: str = ""
    maximum: str = ""

    @field_validator("minimum", "maximum")
    @classmethod
    def _is_release(cls, value: str) -> str:
        if value:
            semver.parse(value)
        return value

    def admits(self, release: semver.Release) -> bool:
        """Whether a machine at `release` may be offered updates."""
        if self.minimum and release < semver.parse(self.minimum):
            return False
        return not self.maximum or release <= semver.parse(self.maximum)


class WaveKind(StrEnum):
    """A wave is a number of machines, a share of them, or everybody."""

    CANARY = "canary"
    PERCENT = "percent"
    ALL = "all"


class Wave(_Document):
    """One step of a rollout. It ends after `soak_seconds` with all granted machines done; it
    stops the rollout when more than `max_failure_percent` of at least `min_results` machines
    of the wave failed or timed out."""

    name: Name = ""
    kind: WaveKind = WaveKind.ALL
    machines: int = Field(default=1, ge=1, le=10_000_000, description="canary only")
    percent: float = Field(default=100.0, ge=0, le=100, description="percent only")
    soak_seconds: int = Field(default=0, ge=0, le=90 * DAY)
    max_failure_percent: float = Field(default=100.0, ge=0, le=100)
    min_results: int = Field(default=1, ge=1)


class RolloutPolicy(_Document):
    """Who in a group may get updates, when and how fast. The default grants nothing."""

    enabled: bool = False
    safe_mode: bool = Field(
        default=True,
        description="the first machine must succeed before others start; brake on failures",
    )
    brake_after: int = Field(
        default=0, ge=0, description="failures and timeouts that brake; 0: the period's maximum"
    )
    timezone: str = Field(default="UTC", max_length=64, description="IANA name, for windows")
    windows: tuple[MaintenanceWindow, ...] = Field(
        default=(), max_length=50, description="empty: always"
    )
    max_updates_per_period: int | None = Field(default=1, ge=0, le=10_000_000)
    max_concurrent: int | None = Field(
        default=None, ge=0, le=10_000_000, description="null: max_updates_per_period"
    )
    period_seconds: int = Field(default=900, ge=10, le=30 * DAY)
    update_timeout_seconds: int = Field(default=3600, ge=60, le=30 * DAY)
    schedule: RolloutSchedule = RolloutSchedule()
    waves: tuple[Wave, ...] = Field(default=(), max_length=20)
    oem: ListFilter = ListFilter()
    platform: ListFilter = ListFilter()
    release: ReleaseFilter = ReleaseFilter()
    allow_downgrade: bool = Field(
        default=False, description="offer the channel's version whenever it differs"
    )
    poll_seconds: int | None = Field(
        default=None,
        ge=2700,
        le=14_400,
        description="asks machines to check this seldom; it can only slow a fleet (updates 3.5)",
    )
    forced_checks_skip_limits: bool = Field(
        default=False, description="an on-demand check skips rate, concurrency and share"
    )

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as bad:
            raise ValueError(f"{value!r} is no IANA time zone such as Europe/Berlin") from bad
        return value

    @field_validator("waves")
    @classmethod
    def _last_wave_is_everybody(cls, waves: tuple[Wave, ...]) -> tuple[Wave, ...]:
        if waves and waves[-1].kind is not WaveKind.ALL:
            raise ValueError("the last wave must be of kind 'all', or nobody else is ever updated")
        return waves

    @property
    def concurrency(self) -> int | None:
        """How many machines may be updating at once; None: any number."""
        if self.max_concurrent is None:
            return self.max_updates_per_period
        return self.max_concurrent
