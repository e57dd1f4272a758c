"""What the routes of sign-in by provider take and give."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, StringConstraints

from auth.oidc.provider import NAME_PATTERN

__all__ = ["Begin", "Offered", "ProviderName", "SignInAddress"]

ProviderName = Annotated[str, Path(max_length=63, pattern=NAME_PATTERN)]


class Offered(BaseModel):
    """A button of the sign-in page. People whose addresses end in one of `domains` are pointed
    to it."""

    name: str
    kind: str
    label: str
    domains: list[str]


class Begin(BaseModel):
    """Where to return to, and whom the provider may propose."""

    next: Annotated[str, StringConstraints(max_length=2048)] = "/"
    hint: Annotated[str, StringConstraints(max_length=128, pattern=r"^[\x20-\x7e]*$")] = ""


class SignInAddress(BaseModel):
    """Where the browser goes to sign in; empty after signing out where nothing is left to do."""

    url: str
