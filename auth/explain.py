"""Why somebody may do a thing, or what is missing: the decision's answer, with reasons."""

from __future__ import annotations

from dataclasses import dataclass

from auth.binding import Binding
from auth.policy import Policy
from auth.scope import Scope, covers
from auth.verb import Verb

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`reasons` are all bindings that allow it, the deciding one first. Where there are none,
    `elsewhere` are those that would allow it at another place, and `lacking` those that reach the
    place with a role that does not allow it."""

    reasons: tuple[Binding, ...]
    elsewhere: tuple[Binding, ...]
    lacking: tuple[Binding, ...]

    @property
    def allowed(self) -> bool:
        """Exactly what `Policy.decide` answers."""
        return bool(self.reasons)


def explain(policy: Policy, kind: str, verb: Verb, scope: Scope) -> Explanation:
    """Sort the bindings of `policy` by what they have to do with the question."""
    reasons, elsewhere, lacking = [], [], []
    for binding in policy.bindings:
        holds, reaches = binding.role.allows(kind, verb), covers(binding.scope, scope)
        if holds and reaches:
            reasons.append(binding)
        elif holds:
            elsewhere.append(binding)
        elif reaches:
            lacking.append(binding)
    return Explanation(tuple(reasons), tuple(elsewhere), tuple(lacking))
