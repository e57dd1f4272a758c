"""What a refusal was about: carried by the problem to the handler that records it."""

from __future__ import annotations

from dataclasses import dataclass

from auth.principal import Principal
from auth.role import Verb
from backend.audit import Target

__all__ = ["Denial"]


@dataclass(frozen=True, slots=True)
class Denial:
    """`principal` may not `verb` the `target`."""

    principal: Principal
    verb: Verb
    target: Target
