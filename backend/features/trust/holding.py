"""What the tokens of a rule may: what the account held when the rule was saved, and holds still.

Whoever saved the rule held it all; what the account is given later was not theirs to give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.kinds import Pair
from auth.policy import Policy
from auth.scope import Scope, covers, parse, render

__all__ = ["bounded", "written_out"]


def written_out(policy: Policy) -> list[dict[str, Any]]:
    """Its rights without any ``*``, where they hold and until when; as JSON."""
    places: dict[tuple[tuple[str, ...], float | None], set[str]] = {}
    for one in policy.bindings:
        rights = tuple(sorted(map(_word, one.role.pairs)))
        places.setdefault((rights, one.expires), set()).add(render(one.scope))
    return [
        {"rights": list(rights), "expires": expires, "scopes": sorted(scopes)}
        for (rights, expires), scopes in places.items()
    ]


def bounded(
    held: Iterable[Mapping[str, Any]], present: Policy, now: float
) -> tuple[list[str], list[Scope]]:
    """The rights and scopes of a token that reaches no further than `held` did, as written out,
    whatever `present` is. A token has each of its rights at each of its scopes: one that would
    hold by now where it was not held then is left out altogether."""
    then = _by_scope(held, now)
    words = frozenset[str]().union(*then.values())
    pairs = {pair for one in present.bindings for pair in one.role.pairs if _word(pair) in words}
    left = present.restricted(frozenset(pairs), then)
    further = {
        word
        for one in left.bindings
        for word in set(map(_word, one.role.pairs)) - _at(then, one.scope)
    }
    return sorted(set(map(_word, pairs)) - further), sorted(then)


def _by_scope(held: Iterable[Mapping[str, Any]], now: float) -> dict[Scope, set[str]]:
    found: dict[Scope, set[str]] = {}
    for one in held:
        expires: float | None = one["expires"]
        scopes: Sequence[str] = one["scopes"] if expires is None or now < expires else ()
        for scope in scopes:
            found.setdefault(parse(scope), set()).update(one["rights"])
    return found


def _at(then: Mapping[Scope, set[str]], scope: Scope) -> frozenset[str]:
    held = (words for place, words in then.items() if covers(place, scope))
    return frozenset[str]().union(*held)


def _word(pair: Pair) -> str:
    kind, verb = pair
    return f"{kind}:{verb.value}"
