"""The catalogue of kinds: everything a right can be held on.

A feature declares its kinds; roles are compiled against the catalogue. A `sensitive` kind is
about people, rights, money or keys: ``*`` in a role never means it, so that a new one is
closed until it is named.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from auth.scope import Scope, anywhere
from auth.verb import READ, Verb

__all__ = ["Catalogue", "Kind", "KindError", "Pair"]

Pair = tuple[str, Verb]
"""One right: the name of a kind and a verb."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


class KindError(ValueError):
    """A kind is declared wrongly, twice, or not at all; the message says which."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: its verbs and where its objects lie.

    `scope` builds the scope of one object from the organisation and the names below it, e.g.
    `auth.scope.namespace` for a pod: ``(organisation, cluster, namespace)``. Without it objects
    may lie anywhere.
    """

    name: str
    title: str
    verbs: frozenset[Verb] = READ
    sensitive: bool = False
    scope: Callable[..., Scope] = anywhere

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise KindError(f"the kind {self.name!r}: use lower case letters, digits and -")

    def lies_within(self, scope: Scope) -> bool:
        """Whether a right at `scope` can ever meet an object of this kind: no machine lies in a
        namespace, whatever the role there allows."""
        deepest = _deepest(self.scope)
        if deepest is None:
            return True
        words, held = deepest[::2], scope[::2]
        # A repository's path, and a key's, may go on for as long as it likes.
        alike = all(word in {"*", other} for word, other in zip(words, held, strict=False))
        return alike and (len(held) <= len(words) or words[-1] in {"repo", "key"})

    @property
    def pairs(self) -> frozenset[Pair]:
        """Every right there is on it."""
        return frozenset((self.name, verb) for verb in self.verbs)


@cache
def _deepest(scope: Callable[..., Scope]) -> Scope | None:
    """The longest scope that it builds; None where it takes any names. Kept: every look at what
    a person may do asks it of every kind, and to read a signature is slow."""
    taken = inspect.signature(scope).parameters.values()
    if any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in taken):
        return None
    return scope(*("*" for _ in taken))


class Catalogue:
    """The kinds that exist, by name. Filled while the program starts."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds: dict[str, Kind] = {}
        self.declare(*kinds)

    def declare(self, *kinds: Kind) -> None:
        """Make the kinds exist. Raises `KindError` for a name that is taken by another."""
        for kind in kinds:
            if self._kinds.setdefault(kind.name, kind) != kind:
                raise KindError(f"the kind {kind.name!r} is declared twice, differently")

    def get(self, name: str) -> Kind:
        """The kind of that name; raises `KindError`."""
        try:
            return self._kinds[name]
        except KeyError:
            raise KindError(f"the kind {name!r} is not declared by any feature") from None

    def check(self, name: str, verb: Verb) -> None:
        """Raise `KindError` unless the kind exists and knows the verb."""
        if verb not in self.get(name).verbs:
            raise KindError(f"the kind {name!r} does not know the verb {verb.value!r}")

    def pairs(self, verbs: frozenset[Verb], *, sensitive: bool = False) -> frozenset[Pair]:
        """The rights with one of `verbs` on every kind; on sensitive ones only when asked."""
        return frozenset(
            pair
            for kind in self
            for pair in kind.pairs
            if pair[1] in verbs and (sensitive or not kind.sensitive)
        )

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[Kind]:
        return iter(sorted(self._kinds.values(), key=lambda kind: kind.name))

    def __len__(self) -> int:
        return len(self._kinds)
