"""Whether updates may start now, by the policy's windows in local time.

Source: reference updates 2.2 rule 7. Times go through the zone's own rules, so a window
keeps its wall-clock hours over daylight-saving changes: an hour that does not exist is
skipped, one that exists twice counts both times.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from backend.omaha.domain.rules import MaintenanceWindow, RolloutPolicy


def is_open(policy: RolloutPolicy, now: float) -> bool:
    """True when there are no windows or one of them contains `now`."""
    if not policy.windows:
        return True
    weekday, minute = _local(policy.timezone, int(now // 60))
    return any(_contains(window, weekday, minute) for window in policy.windows)


def _contains(window: MaintenanceWindow, weekday: int, minute: int) -> bool:
    if window.start < window.end:
        return weekday in window.days and window.start <= minute < window.end
    before_midnight = weekday in window.days and minute >= window.start
    return before_midnight or ((weekday - 1) % 7 in window.days and minute < window.end)


@lru_cache(maxsize=256)
def _local(zone: str, epoch_minute: int) -> tuple[int, int]:
    moment = datetime.fromtimestamp(epoch_minute * 60, ZoneInfo(zone))
    return moment.weekday(), moment.hour * 60 + moment.minute
