"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ

__all__ = ["KIND", "KINDS"]

KIND: Final = "saved-view"

KINDS: Final = (Kind(KIND, "Shared views", READ | EDIT),)
"""The views that are shared. One's own need no right: nobody else sees them."""
