"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import organisation
from auth.verb import READ, Verb

__all__ = ["KIND", "KINDS"]

KIND: Final = "licence"
KINDS: Final = (Kind(KIND, "Licence", READ | {Verb.UPDATE}, sensitive=True, scope=organisation),)
