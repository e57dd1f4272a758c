"""What holds at a moment: a pure function of documents, what is known of them, counts and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.commerce.licence.combining import COMMUNITY, combined, replaced
from backend.commerce.licence.document import Entitlement, Licence
from backend.commerce.licence.states import GOOD, ORDER, Facts, Phase, State, phase
from backend.commerce.licence.verify import Verified

__all__ = ["Counts", "Held", "Standing", "evaluate"]

Counts = Mapping[str, int | None]
"""How many there are of what an entitlement may limit; None: not counted (yet)."""


@dataclass(frozen=True, slots=True)
class Held:
    """One document and what it is in; `by` is the id of what replaced it."""

    document: Verified
    phase: Phase
    by: str = ""
    facts: Facts = field(default_factory=Facts)

    @property
    def licence(self) -> Licence:
        """What it says."""
        return self.document.licence


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds at the moment `at`."""

    state: State
    at: float
    held: tuple[Held, ...]
    entitlements: Mapping[str, Entitlement]
    features: frozenset[str]
    counts: Counts
    ceilings: Mapping[str, int]
    """While DEGRADED: how far there may be added, by entitlement."""

    @property
    def over(self) -> tuple[str, ...]:
        """The entitlements of which there is more than the licences allow (OVER_LIMIT)."""
        return tuple(
            name
            for name, one in self.entitlements.items()
            if one.value is not None and (self.counts.get(name) or 0) > one.value
        )

    @property
    def demo(self) -> bool:
        """Whether a demo key signed any of what entitles now."""
        return any(held.document.demo for held in self.held if held.phase in GOOD)


def evaluate(
    documents: Sequence[Verified],
    counts: Counts,
    now: float,
    *,
    facts: Mapping[str, Facts] | None = None,
    began: Mapping[str, int] | None = None,
) -> Standing:
    """What holds at `now`. `facts` by document id; `began` are the counts when DEGRADED began
    (without: it begins now)."""
    held = _held(documents, now, facts or {})
    good = [one.licence for one in held if one.phase in GOOD]
    state = _state(held)
    then = counts if began is None else began
    return Standing(
        state=state,
        at=now,
        held=held,
        entitlements=combined(good),
        features=frozenset(name for licence in good for name in licence.features),
        counts=dict(counts),
        ceilings=_ceilings(then) if state is State.DEGRADED else {},
    )


def _held(
    documents: Sequence[Verified], now: float, facts: Mapping[str, Facts]
) -> tuple[Held, ...]:
    every = [one.licence for one in documents]
    can = [one for one in every if facts.get(one.jti, Facts()).revoked is None]
    gone = replaced(every, now, by=can)
    found = []
    for one in documents:
        known = facts.get(one.licence.jti, Facts())
        by = gone.get(one.licence.jti, known.by)
        what = Phase.REPLACED if by else phase(one.licence, now, known)
        found.append(Held(one, what, by, known))
    return tuple(found)


def _state(held: Sequence[Held]) -> State:
    """The best of them; COMMUNITY without any, or when only trials ended."""
    counted = [one.phase for one in held if one.phase in ORDER]
    best = min(counted, key=lambda each: ORDER[each], default=Phase.OVER)
    return State.COMMUNITY if best is Phase.OVER else State(best.value)


def _ceilings(then: Counts) -> Mapping[str, int]:
    """The larger of the community's terms and what there was, of all that was counted."""
    known = {name: count for name, count in then.items() if count is not None}
    return {name: max(known.get(name, 0), COMMUNITY.get(name, 0)) for name in known}
