"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ

__all__ = ["KIND", "KINDS"]

KIND: Final = "identity-provider"
KINDS: Final = (Kind(KIND, "Identity providers", READ | EDIT, sensitive=True),)
