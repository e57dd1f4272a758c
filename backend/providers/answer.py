"""What comes back from a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "Tokens"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The query of a callback."""

    code: str = ""
    issuer: str = ""
    error: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. `claims` are checked, with those of userinfo where it was asked;
    `silent` says that neither an ID token nor userinfo told anything of the person."""

    claims: Mapping[str, Any]
    id_token: str
    refresh_token: str
    silent: bool = False
