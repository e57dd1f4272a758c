"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ

__all__ = ["KINDS"]

KINDS: Final = (Kind("plan", "Plans and prices", READ | EDIT, sensitive=True),)
