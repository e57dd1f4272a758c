"""What a token may be made for: a part of what its owner holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auth.kinds import Catalogue, Pair
from auth.policy import Policy
from auth.role import ANY, RoleError, compile_role
from auth.scope import InvalidScopeError, Scope, covers, organisation, parse
from auth.verb import Verb
from backend.errors import Unprocessable

__all__ = ["Bounds", "bounds", "invalid"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The checked places of a token, and what it could do now."""

    scopes: tuple[Scope, ...]
    policy: Policy

    @property
    def written_out(self) -> list[str]:
        """Its rights without any ``*``: what it could do now and no more, whatever its owner is
        given later."""
        pairs = {pair for binding in self.policy.bindings for pair in binding.role.pairs}
        return sorted(f"{kind}:{verb.value}" for kind, verb in pairs)


def bounds(
    owner: Policy,
    rights: Sequence[str],
    scopes: Sequence[str],
    org: str,
    catalogue: Catalogue,
    *,
    again: bool = False,
) -> Bounds:
    """`Unprocessable`, at its field, for a right or place that is none or that the owner does not
    hold. A ``*`` may reach further than the owner: it gives what they hold of it. So does each
    right of a token that is made `again`: its owner may have lost some of them since."""
    places = tuple(dict.fromkeys(_place(text, org) for text in scopes)) or (organisation(org),)
    pairs: set[Pair] = set()
    for right in rights:
        try:
            pairs |= compile_role("", "", [right], catalogue).pairs
        except RoleError as error:
            raise invalid("rights", right, str(error)) from error
    left = owner.restricted(frozenset(pairs), places)
    for right in rights:
        kind, _, verb = right.partition(":")
        if not again and ANY not in {kind, verb} and not left.allows_somewhere(kind, Verb(verb)):
            raise invalid("rights", right, f"its owner does not hold {right} there")
    for place in places:
        if not any(covers(place, binding.scope) for binding in left.bindings):
            raise invalid("scopes", "/".join(place), "its owner holds nothing of it there")
    return Bounds(places, left)


def _place(text: str, org: str) -> Scope:
    try:
        scope = parse(text)
    except InvalidScopeError as error:
        raise invalid("scopes", text, str(error)) from error
    if not covers(organisation(org), scope):
        raise invalid("scopes", text, "another organisation's place")
    return scope


def invalid(field: str, value: str, message: str) -> Unprocessable:
    """The 422 about one field."""
    return Unprocessable(
        f"{field}: {message}", errors=[{"field": field, "value": value, "message": message}]
    )
