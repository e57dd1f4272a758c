"""What pages are told of actions: which are offered and why not, and the way back."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict

__all__ = ["Offer", "Undo"]

_WHOLE: Final = ConfigDict(json_schema_serialization_defaults_required=True)
"""Answers always have all their members."""


class Offer(BaseModel):
    """An action that makes sense for the object as it stands. Not `allowed`: `why` says which
    right is missing, and whose."""

    model_config = _WHOLE

    id: str
    allowed: bool
    why: str = ""


class Undo(BaseModel):
    """The action that takes it back, with its body."""

    model_config = _WHOLE

    action: str
    body: dict[str, Any] = {}
