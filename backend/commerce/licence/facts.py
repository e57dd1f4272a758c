"""What becomes known of documents beside what they say: revoked, or bound to another place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
        if revoked is not None or elsewhere is not None:
            found[one.licence.jti] = Facts(revoked, elsewhere)
        else:
            found.pop(one.licence.jti, None)
    return found


def _fits(binding: Binding, here: Here) -> bool | None:
    """Whether it is bound to here; None when that cannot be told now."""
    if binding.mode == "none":
        return True
    if binding.mode == "installation":
        return here.installation in binding.values
    return None if here.clusters is None else here.clusters <= set(binding.values)
