"""What passkeys are for here, and what the routes that use them take and give."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, ConfigDict

from auth.passkeys import Site
from backend.errors import Conflict
from backend.parts import part
from backend.settings import Settings

__all__ = ["Credential", "Here", "PasskeyAnswer", "PasskeyAsked", "site_of"]

_MOST: Final = 65_536
"""Letters of an answer: keys and attestations are some hundreds, post-quantum ones thousands."""


def _bounded(credential: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(credential)) > _MOST:
        raise ValueError("this is too long for the answer of a passkey")
    return credential


Credential = Annotated[dict[str, Any], AfterValidator(_bounded)]
"""What a device answered, in WebAuthn's JSON form; read by `auth.passkeys` only."""


class PasskeyAsked(BaseModel):
    """What the browser gives its device, in WebAuthn's JSON form. It is good once and for ten
    minutes, in this browser."""

    options: dict[str, Any]


class PasskeyAnswer(BaseModel):
    """What the device answered, in WebAuthn's JSON form."""

    model_config = ConfigDict(extra="forbid")

    credential: Credential


def site_of(settings: Settings) -> Site | None:
    """The console's public address as passkeys know it; None where they cannot be used."""
    return Site.of(settings.public_url)


def _here(settings: Annotated[Settings, part(Settings)]) -> Site:
    site = site_of(settings)
    if site is None:
        raise Conflict(
            "Passkeys are for one address: whoever runs this console has to give it by "
            "CRATON_PUBLIC_URL, with a host name and HTTPS."
        )
    return site


Here = Annotated[Site, Depends(_here)]
"""Route parameter: where passkeys are for. Never taken from a request, which says what it likes;
409 where they cannot be used."""
