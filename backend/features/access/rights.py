"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.verb import EDIT, READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (
    Kind("user", "Users", READ | EDIT, sensitive=True),
    Kind("binding", "Role bindings", READ | EDIT | {Verb.BIND}, sensitive=True),
    Kind("access-request", "Requests for access", READ | {Verb.APPROVE}, sensitive=True),
)
