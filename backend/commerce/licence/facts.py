"""What becomes known of documents beside what they say: revoked, bound elsewhere, replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.commerce.licence.combining import replaced
from backend.commerce.licence.document import Binding
from backend.commerce.licence.revocation import Revocations
from backend.commerce.licence.states import Facts
from backend.commerce.licence.verify import Verified

__all__ = ["Here", "facts_now"]


@dataclass(frozen=True, slots=True)
class Here:
    """The ids a licence can be bound to. `clusters` None: it cannot be told now."""

    installation: str
    clusters: frozenset[str] | None = None


def facts_now(
    documents: Sequence[Verified],
    known: Mapping[str, Facts],
    revocations: Revocations,
    here: Here,
    now: float,
) -> Mapping[str, Facts]:
    """What is known, with the facts of `documents`, each since it was first seen. A revocation is
    never taken back by an older list; a binding that fits again is no fact any more. What is known
    of a document stays while it is not in force: taken out and put in again it is no other."""
    found = dict(known)
    for one in documents:
        old = known.get(one.licence.jti, Facts())
        revoked = old.revoked
        if revoked is None and revocations.concerns(one):
            revoked = now
        fits = _fits(one.licence.binding, here)
        elsewhere = old.elsewhere
        if fits is not None:
            elsewhere = None if fits else old.elsewhere if old.elsewhere is not None else now
        found[one.licence.jti] = replace(old, revoked=revoked, elsewhere=elsewhere)
    _replaced(found, documents, revocations, now)
    return {jti: facts for jti, facts in found.items() if facts != Facts()}


def _replaced(
    found: dict[str, Facts], documents: Sequence[Verified], revocations: Revocations, now: float
) -> None:
    """What was replaced stays so when its file comes back alone, until what replaced it is
    revoked: then that never was."""
    for jti, facts in found.items():
        if _revoked(found.get(facts.by, Facts())) or facts.by in revocations.jti:
            found[jti] = replace(facts, by="")
    believed = [one.licence for one in documents if not _revoked(found[one.licence.jti])]
    every = [one.licence for one in documents]
    for old, new in replaced(every, now, by=believed).items():
        found[old] = replace(found[old], by=new)


def _revoked(facts: Facts) -> bool:
    return facts.revoked is not None


def _fits(binding: Binding, here: Here) -> bool | None:
    """Whether it is bound to here; None when that cannot be told now."""
    if binding.mode == "none":
        return True
    if binding.mode == "installation":
        return here.installation in binding.values
    return None if here.clusters is None else here.clusters <= set(binding.values)
