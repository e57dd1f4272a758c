"""Bindings: subject, role, scope. Allow-only; no deny rules and no order."""

from __future__ import annotations

from dataclasses import dataclass

from auth.role import Role
from auth.scope import Scope
from auth.subject import Subject

__all__ = ["Binding"]


@dataclass(frozen=True, slots=True)
class Binding:
    """`subject` holds `role` at `scope` and everything below it, until `expires` (Unix
    seconds; None: without end)."""

    id: str
    subject: Subject
    role: Role
    scope: Scope
    expires: float | None = None
