"""Texts with ``*``, and whether one says of whom it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["IDENTIFYING", "fits", "names_somebody"]

IDENTIFYING: Final = frozenset(
    {
        "sub",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "project_id",
        "project_path",
        "namespace_id",
        "namespace_path",
        "kubernetes.io/namespace",
        "kubernetes.io/serviceaccount/uid",
    }
)
"""Claims that say whose workload it is. A branch, an event or an environment may be anybody's."""

_PUBLIC: Final[Mapping[str, tuple[str, ...]]] = {
    "https://token.actions.githubusercontent.com": (
        "repo:",
        "repository:",
        "repository_id:",
        "repository_owner:",
        "repository_owner_id:",
    ),
    "https://gitlab.com": ("project_path:",),
}
"""Issuers that sign for everybody, and how a subject begins there that says whose it is: at
GitHub people choose what theirs consists of."""
_BEGINNINGS: Final = (
    "system:serviceaccount:",
    *sorted({one for several in _PUBLIC.values() for one in several}, key=len, reverse=True),
)
_WHOLE_PART: Final = re.compile(r"[^:/]+[:/]")


def fits(pattern: str, text: str) -> bool:
    """Whether `text` is as the pattern says, where ``*`` is any text. In time that grows with
    their lengths alone."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - len(last) >= at and text.endswith(last)


def names_somebody(issuer: str, claim: str, pattern: str) -> bool:
    """Whether only workloads of somebody in particular have such a claim: an identifying one,
    and before any ``*`` a whole part of it, so that ``acme/*`` does and ``acme*`` does not."""
    if claim not in IDENTIFYING:
        return False
    begins = ""
    if claim == "sub":
        begins = next((one for one in _BEGINNINGS if pattern.startswith(one)), "")
        if begins not in _PUBLIC.get(issuer, (begins,)):
            return False
        known, star, _ = pattern.partition("*")
        if star and any(one.startswith(known) for one in _BEGINNINGS):
            return False
    fixed, star, _ = pattern[len(begins) :].partition("*")
    return bool(_WHOLE_PART.match(fixed) if star else fixed)
