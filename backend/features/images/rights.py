"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import registry
from auth.verb import EDIT, READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (
    Kind(
        "repository",
        "Repositories",
        READ | EDIT | {Verb.PULL, Verb.PUSH, Verb.PROMOTE},
        scope=registry,
    ),
    Kind("tag", "Tags", READ | EDIT | {Verb.PULL, Verb.PUSH, Verb.PROMOTE}, scope=registry),
)
