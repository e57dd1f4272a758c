"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind

__all__ = ["KINDS"]

KINDS: Final = (Kind("event", "Events"),)
