"""The compiled, immutable snapshot of one principal's bindings.

A decision is a pure function of (policy, kind, verb, scope). Lists, totals, facets, search
and streams ask `scopes` once and compare row scopes with it; single objects ask `decide`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from auth.binding import Binding
from auth.kinds import Kind, Pair
from auth.scope import Scope, covers, render
from auth.verb import Verb

__all__ = ["DENIED", "Decision", "Policy"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and the id of the binding that decided (None when denied)."""

    allowed: bool
    binding: str | None = None


DENIED = Decision(allowed=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """What one principal may do. `fingerprint` is equal exactly for equal rights, whatever
    their roles are called, so that views can be shared by everybody who sees the same;
    `epoch` is the one the bindings were read at."""

    bindings: tuple[Binding, ...]
    epoch: int = 0
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fingerprint", _fingerprint(self.bindings))

    def decide(self, kind: str, verb: Verb, scope: Scope) -> Decision:
        """Whether (`kind`, `verb`) is allowed on the object at `scope`."""
        for binding in self.bindings:
            if binding.role.allows(kind, verb) and covers(binding.scope, scope):
                return Decision(allowed=True, binding=binding.id)
        return DENIED

    def scopes(self, kind: str, verb: Verb = Verb.LIST) -> tuple[Scope, ...]:
        """The smallest set of scopes below which `verb` on `kind` is allowed, sorted.

        A row is visible when one of them covers its scope. Empty means nothing is.
        """
        held = {b.scope for b in self.bindings if b.role.allows(kind, verb)}
        return tuple(sorted(_minimal(held)))

    def pairs_at(self, scope: Scope) -> frozenset[Pair]:
        """Every right held at `scope`: of all bindings there or above."""
        held = (b.role.pairs for b in self.bindings if covers(b.scope, scope))
        return frozenset[Pair]().union(*held)

    def lasting(self, until: float | None) -> Policy:
        """The part that lasts at least until `until` (Unix seconds; None: for good). What
        somebody may pass on: a right for an hour must not become one for ever."""
        kept = (
            b
            for b in self.bindings
            if b.expires is None or (until is not None and until <= b.expires)
        )
        return replace(self, bindings=tuple(kept))

    def restricted(self, pairs: frozenset[Pair], scopes: Iterable[Scope]) -> Policy:
        """What is left when only `pairs`, and only at `scopes`, are let through: a token's
        rights, never more than its owner's present ones. Deciding bindings keep their ids."""
        kept: list[Binding] = []
        limits = _minimal(set(scopes))
        for binding in self.bindings:
            role = replace(binding.role, pairs=binding.role.pairs & pairs)
            for limit in limits if role.pairs else ():
                if covers(binding.scope, limit) or covers(limit, binding.scope):
                    narrower = max(binding.scope, limit, key=len)
                    kept.append(replace(binding, role=role, scope=narrower))
        return Policy(tuple(kept), self.epoch)

    def allows_somewhere(self, kind: str, verb: Verb) -> bool:
        """Whether any scope at all allows it: for hiding navigation, never for a decision."""
        return any(b.role.allows(kind, verb) for b in self.bindings)

    def useful_verbs(self, kind: Kind) -> list[Verb]:
        """What may be done to objects of `kind` where they can lie: for hiding navigation and
        actions, never for a decision."""
        reach = [b.role for b in self.bindings if kind.lies_within(b.scope)]
        return [verb for verb in Verb if any(role.allows(kind.name, verb) for role in reach)]


def _minimal(scopes: Iterable[Scope]) -> list[Scope]:
    kept: list[Scope] = []
    for scope in sorted(scopes, key=len):
        if not any(covers(other, scope) for other in kept):
            kept.append(scope)
    return kept


def _fingerprint(bindings: Iterable[Binding]) -> str:
    """A digest of the rights alone: per scope the pairs that no scope above holds already."""
    held: dict[Scope, frozenset[Pair]] = {}
    for binding in bindings:
        held[binding.scope] = held.get(binding.scope, frozenset()) | binding.role.pairs
    digest = hashlib.sha256()
    for scope in sorted(held):
        above = (held.get(scope[:length], frozenset()) for length in range(len(scope)))
        own = held[scope].difference(*above)
        if own:
            digest.update(f"{render(scope)}\0{_words(own)}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=512)
def _words(pairs: frozenset[Pair]) -> str:
    return ",".join(sorted(f"{kind}:{verb}" for kind, verb in pairs))
