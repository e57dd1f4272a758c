"""What the console has to remember of a standing, and what is news in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from backend.commerce.licence.evaluation import Standing
from backend.commerce.licence.states import Facts, State

__all__ = ["Memory", "News", "learnt", "news", "remembered"]

MARKED: Final = 12 * 3600.0
"""The mark is written down when it has risen by so much: below a leap, and seldom."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is written down (`backend.db.licence.LicenceState`)."""

    state: State
    since: float
    over: tuple[str, ...]
    began: Mapping[str, int]
    mark: float | None
    facts: Mapping[str, Facts]
    kept: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class News:
    """One thing that changed, for the history."""

    kind: str
    before: str
    after: str


def remembered(
    last: Memory,
    standing: Standing,
    mark: float,
    facts: Mapping[str, Facts],
    kept: Mapping[str, tuple[str, ...]],
) -> Memory:
    """What is to be remembered now; `last` itself when nothing of it changed."""
    moved = last.mark is None or mark - last.mark >= MARKED or mark < last.mark
    return replace(
        last,
        state=standing.state,
        since=last.since if standing.state is last.state else standing.at,
        over=_over(last, standing),
        began=_began(last, standing),
        mark=mark if moved else last.mark,
        facts=facts,
        kept=kept,
    )


def learnt(last: Memory, facts: Mapping[str, Facts]) -> Memory:
    """`last` and what `facts` say beyond it; nothing of it is taken back."""
    known = dict(last.facts)
    for jti, new in facts.items():
        old = known.get(jti, Facts())
        known[jti] = Facts(
            new.revoked if old.revoked is None else old.revoked,
            new.elsewhere if old.elsewhere is None else old.elsewhere,
            old.by or new.by,
        )
    return last if known == last.facts else replace(last, facts=known)


def _over(last: Memory, standing: Standing) -> tuple[str, ...]:
    """What is not counted just now stays as it was."""
    still = {
        name
        for name in last.over
        if name in standing.entitlements and standing.counts.get(name) is None
    }
    return tuple(sorted(still.union(standing.over)))


def _began(last: Memory, standing: Standing) -> Mapping[str, int]:
    """The counts when DEGRADED began, of each thing its first known one; nothing otherwise."""
    if standing.state is not State.DEGRADED:
        return {}
    known = {name: count for name, count in standing.counts.items() if count is not None}
    return {**known, **last.began} if last.state is State.DEGRADED else known


def news(last: Memory, now: Memory) -> list[News]:
    """What people are told of, between two memories."""
    found = []
    if now.state is not last.state:
        found.append(News("state", last.state, now.state))
    if now.over != last.over:
        found.append(News("over", ", ".join(last.over), ", ".join(now.over)))
    return found
