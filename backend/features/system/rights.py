"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import organisation
from auth.verb import READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (Kind("stack", "Local stack", READ | {Verb.LOGS, Verb.RESTART}, scope=organisation),)
