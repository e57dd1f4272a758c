"""What an audited action was about."""

from __future__ import annotations

from dataclasses import dataclass

from auth.scope import Scope

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """An object: permission kind, stable id, the name people know it by, and its scope, which
    decides who sees the entry."""

    kind: str
    id: str
    name: str
    scope: Scope
