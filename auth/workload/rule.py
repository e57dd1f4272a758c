"""A trust rule: the tokens of one issuer, for one audience, whose claims are so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auth.workload.patterns import fits, names_somebody
from auth.workload.text import visible

__all__ = ["Condition", "Trusted", "claim_of", "names_anybody"]

_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Condition:
    """A claim, by its name or by its path (``kubernetes.io/namespace``), and what it has to be;
    ``*`` stands for any text."""

    claim: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a rule believes, once a token's signature is right."""

    issuer: str
    audience: str
    conditions: tuple[Condition, ...]

    def against(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """What of the (verified) claims is not as the rule wants it; nothing when it matches."""
        return tuple(self._against(claims))

    def _against(self, claims: Mapping[str, Any]) -> Iterator[str]:
        if claims.get("iss") != self.issuer:
            yield f"the issuer is {_shown(claims.get('iss'))}, the rule wants {self.issuer}"
        audience = claims.get("aud")
        if audience not in (self.audience, [self.audience]):
            yield f"the audience is {_shown(audience)}, the rule wants {self.audience} alone"
        for one in self.conditions:
            found = claim_of(claims, one.claim)
            if found is None:
                yield f"there is no claim {one.claim}"
            elif not any(fits(one.pattern, text) for text in _texts(found)):
                yield f"the claim {one.claim} is {_shown(found)}, the rule wants {one.pattern}"


def names_anybody(issuer: str, conditions: tuple[Condition, ...]) -> bool:
    """Whether they hold for workloads of anybody at the issuer: such a rule is none."""
    return not any(names_somebody(issuer, one.claim, one.pattern) for one in conditions)


def claim_of(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name, or what lies at that path; None where there is nothing."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("/"):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def _texts(found: Any) -> Iterator[str]:
    """A claim as texts: of a list each, of an object nothing."""
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, int):
            yield str(one)


def _shown(found: Any) -> str:
    text = visible(found if isinstance(found, str) else repr(found))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
