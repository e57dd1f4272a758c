"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import READ, Verb

__all__ = ["KIND", "KINDS"]

KIND: Final = "job"

KINDS: Final = (Kind(KIND, "Jobs", READ | {Verb.CANCEL}),)
"""Jobs lie where what they work on lies; see `backend.jobs.tables.JobRow.scope`."""
