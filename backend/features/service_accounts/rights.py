"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ

__all__ = ["KIND", "KINDS"]

KIND: Final = "service-account"

KINDS: Final = (Kind(KIND, "Service accounts", READ | EDIT, sensitive=True),)
"""Each lies in the team it belongs to, or in the organisation."""
