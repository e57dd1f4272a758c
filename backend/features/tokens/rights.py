"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (Kind("token", "Access tokens", READ | {Verb.CREATE, Verb.DELETE}, sensitive=True),)
"""One's own tokens need no right; others' lie where their owner does: a person's in the
organisation, a service account's in its team."""
