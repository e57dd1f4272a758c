"""Bindings: subject, role, scope. Allow-only; no deny rules and no order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth.role import Role
    from auth.scope import Scope


@dataclass(frozen=True, slots=True)
class Binding:
    """`subject` holds `role` at `scope` and everything below it."""

    id: str
    subject: str
    role: Role
    scope: Scope
