"""The update service on the overview, from the groups the caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.features.overview.schemas import FreshnessView, SystemState, SystemView
from backend.features.overview.systems import absent, trouble_in_words

__all__ = ["OFF", "updates_view"]

OFF = (
    "The update service is off: machines that ask here get no answer. CRATON_UPDATES_ENABLED=true"
    " switches it on."
)


def updates_view(
    groups: Sequence[Any] | None, freshness: list[FreshnessView], *, seen: bool, enabled: bool
) -> SystemView:
    """What it does now; `groups` are rows of the collection, None when none may be `seen` or
    they could not be read."""
    stopped = [row for row in groups or () if row.rollout == "braked"]
    paused = [row for row in groups or () if row.rollout == "paused"]
    broken = trouble_in_words(freshness)
    if groups is None and seen:
        broken = broken or "The update service's groups could not be read."
    state = SystemState.DEGRADED if broken or stopped else SystemState.OK
    if groups is None:
        state = SystemState.DOWN if seen else SystemState.HIDDEN
    return SystemView(
        name="updates",
        state=state if enabled else SystemState.ABSENT,
        sentence=broken or _sentence(groups, stopped, paused) if enabled else OFF,
        freshness=freshness,
        counts={} if groups is None else _counts(groups, stopped, paused),
        link="/updates",
    )


def _counts(groups: Sequence[Any], stopped: list[Any], paused: list[Any]) -> dict[str, int]:
    return {
        "machines": sum(row.machines for row in groups),
        "groups": len(groups),
        "updating": sum(row.in_progress for row in groups),
        "rollouts_stopped": len(stopped),
        "rollouts_paused": len(paused),
    }


def _sentence(groups: Sequence[Any] | None, stopped: list[Any], paused: list[Any]) -> str:
    if groups is None:
        return absent("update service", SystemState.HIDDEN)
    if not groups:
        return "Machines are answered at /v1/update/; there is no group yet to offer anything to."
    machines = sum(row.machines for row in groups)
    updating = sum(row.in_progress for row in groups)
    parts = [f"{_number(machines, 'machine')} in {_number(len(groups), 'group')}"]
    parts += [f"{updating:,} updating"] if updating else []
    parts += [f"rollout stopped by itself: {_names(stopped)}"] if stopped else []
    parts += [f"rollout paused: {_names(paused)}"] if paused else []
    if not any(row.updates == "on" for row in groups):
        parts.append("updates are off in every group")
    return ", ".join(parts)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _names(rows: list[Any]) -> str:
    named = " and ".join(row.name for row in rows[:2])
    return f"{named} and {len(rows) - 2} more" if len(rows) > 2 else named
