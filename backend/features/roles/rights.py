"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ, Verb

__all__ = ["KIND", "KINDS"]

KIND: Final = "role"
KINDS: Final = (Kind(KIND, "Roles", READ | EDIT | {Verb.BIND, Verb.ESCALATE}, sensitive=True),)
"""Roles are the organisation's; which of them can be given somewhere is told there."""
