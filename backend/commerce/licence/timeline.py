"""The states to come: when each begins, if nothing is put in and nothing taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.commerce.licence.dates import begins, ends, grace_ends, notices
from backend.commerce.licence.document import Licence
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.states import ELSEWHERE_DAYS, Facts, State
from backend.commerce.licence.verify import Verified

__all__ = ["Span", "timeline"]

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Span:
    """A state from `start` on (Unix seconds), until the next one."""

    state: State
    start: float


def timeline(
    documents: Sequence[Verified],
    since: float,
    facts: Mapping[str, Facts] | None = None,
) -> list[Span]:
    """The states from `since` on, each once while it lasts."""
    known = facts or {}
    edges = {since}
    for one in documents:
        edges.update(
            edge
            for edge in _edges(one.licence, known.get(one.licence.jti, Facts()))
            if edge > since
        )
    found: list[Span] = []
    for edge in sorted(edges):
        state = evaluate(documents, {}, edge, facts=known).state
        if not found or found[-1].state is not state:
            found.append(Span(state, edge))
    return found


def _edges(licence: Licence, facts: Facts) -> Iterator[float]:
    yield begins(licence)
    yield from notices(licence)[:1]
    yield ends(licence)
    yield grace_ends(licence)
    if facts.revoked is not None:
        yield facts.revoked + licence.grace * _DAY
    if facts.elsewhere is not None:
        yield facts.elsewhere + ELSEWHERE_DAYS * _DAY
