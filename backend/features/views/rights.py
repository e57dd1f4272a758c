"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, Verb

__all__ = ["KIND", "KINDS"]

KIND: Final = "saved-view"

KINDS: Final = (Kind(KIND, "Shared views", EDIT | {Verb.GET}),)
"""The views that are shared. One's own need no right, and shared ones are listed by the table's;
with GET one is told which right a change of them needs (`backend.http.guard.require`)."""
