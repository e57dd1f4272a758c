"""May this be added, may that be edited: pure decisions, and what to do about a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.commerce.licence.combining import COMMUNITY
from backend.commerce.licence.evaluation import Standing
from backend.commerce.licence.states import State

__all__ = ["Decision", "may_add", "may_edit", "within_community"]

_RENEW: Final = "Put in a renewed licence on the Licence page; it restores everything at once."
_MORE: Final = "Remove what is not needed, or put in a licence for more on the Licence page."
_TERMS: Final = " and ".join(f"{limit} {name}" for name, limit in COMMUNITY.items())
_BUY: Final = "Put in a licence on the Licence page, or stay within the community terms."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be, by which entitlement, and how that stands. `limit` and `current` are None
    where there is no limit, or nothing is counted. `fix` says what helps; empty when allowed."""

    allowed: bool
    entitlement: str
    state: State
    limit: int | None = None
    current: int | None = None
    reason: str = ""
    fix: str = ""


def within_community(standing: Standing, name: str = "", want: int = 0) -> bool:
    """Whether all that the community's terms count is within them, after adding `want` of `name`.
    What is not counted is not held against anybody."""
    return all(
        (standing.counts.get(each) or 0) + (want if each == name else 0) <= limit
        for each, limit in COMMUNITY.items()
    )


def may_add(standing: Standing, name: str, want: int = 1) -> Decision:
    """Whether a person may add `want` of what the entitlement `name` counts."""
    current, state = standing.counts.get(name), standing.state
    limit = _limit(standing, name)
    enough = current is None or limit is None or current + want <= limit
    if enough or (name not in COMMUNITY and within_community(standing)):
        return Decision(True, name, state, limit, current)
    reason, fix = _refusal(standing, name, limit or 0, current or 0)
    return Decision(False, name, state, limit, current, reason, fix)


def may_edit(standing: Standing, feature: str) -> Decision:
    """Whether a person may change what belongs to the paid `feature`. Reading and using it goes
    on in every state."""
    if feature in standing.features or within_community(standing):
        return Decision(True, feature, standing.state)
    limit, current = COMMUNITY["servers"], standing.counts.get("servers")
    what = f"Up to {limit} servers it needs none; there are {current}. What is set up goes on."
    if standing.state is State.DEGRADED:
        reason = f"The licence with {feature!r} has ended and its grace is over. {what}"
        return Decision(False, feature, standing.state, limit, current, reason, _RENEW)
    reason = f"No licence here includes {feature!r}. {what}"
    return Decision(False, feature, standing.state, limit, current, reason, _BUY)


def _limit(standing: Standing, name: str) -> int | None:
    """How many there may be by adding; None without a limit that stops anybody."""
    if standing.state is State.DEGRADED:
        return standing.ceilings.get(name)
    if standing.state is State.COMMUNITY:
        return COMMUNITY.get(name, standing.counts.get(name))
    found = standing.entitlements.get(name)
    return found.value if found is not None and found.enforce == "hard" else None


def _refusal(standing: Standing, name: str, limit: int, current: int) -> tuple[str, str]:
    word = name.replace("_", " ")
    there = f"there are {current:,} {word}; what exists goes on."
    if standing.state is State.DEGRADED:
        kept = f"The licence has ended and its grace is over: up to {limit:,} {word} can be kept"
        return f"{kept}, and {there}", _RENEW
    if standing.state is State.COMMUNITY:
        return f"Without a licence nothing is added beyond {_TERMS}; {there}", _BUY
    return f"The licence allows {limit:,} {word}, and {there}", _MORE
