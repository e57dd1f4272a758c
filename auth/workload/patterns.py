"""Texts with ``*``, and whether one says of whom it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
_LABELS: Final = frozenset((
    "account", "agent", "app", "application", "build", "client", "enterprise", "group",
    "http", "https", "instance", "job", "namespace", "node", "org", "organisation",
    "organization", "owner", "pipeline", "plan", "project", "repo", "repository", "role",
    "run", "run_phase", "runner", "sa", "sc", "service", "serviceaccount", "spiffe",
    "stack", "step", "system", "task", "team", "tenant", "urn", "user", "workflow",
    "workload", "workspace",
))  # fmt: skip
"""Words in a subject that only say of what kind the name behind them is."""
_ANYBODYS: Final = frozenset((
    "actor", "branch", "deployment_tier", "env", "environment", "event", "event_name",
    "job_workflow_ref", "ref", "ref_protected", "ref_type", "refs", "stage", "tag",
))  # fmt: skip
"""Words in a subject behind which stands what anybody's workload may have."""
_ENDINGS: Final = ("_id", "_name", "_path", "_slug", "_owner", "s")
_SEPARATOR: Final = re.compile(r"[:/]")
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
    and before any ``*`` a whole part of it, so that ``acme/*`` does and ``acme*`` does not. In a
    subject that part is a name: ``organization:acme:*`` does, ``organization:*`` does not."""
    if claim not in IDENTIFYING:
        return False
    fixed, star, _ = pattern.partition("*")
    if claim != "sub":
        return bool(_WHOLE_PART.match(fixed) if star else fixed)
    if issuer in _PUBLIC and not pattern.startswith(_PUBLIC[issuer]):
        return False
    if not star:
        return not pattern.endswith((":", "/"))
    *parts, _cut = _SEPARATOR.split(fixed)
    return _any_names(parts)


def _any_names(parts: Sequence[str]) -> bool:
    for part in parts:
        word = part.lower().replace("-", "_")
        if word in _ANYBODYS:
            return False
        if word and not _is_label(word):
            return True
    return False


def _is_label(word: str) -> bool:
    """Also in the plural, and with what is told of the thing: ``repository_owner_id``."""
    while word not in _LABELS:
        ending = next((one for one in _ENDINGS if word.endswith(one)), "")
        if not ending:
            return False
        word = word.removesuffix(ending)
    return True
