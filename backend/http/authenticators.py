"""What an authenticator app is told when it is set up, once."""

from __future__ import annotations

import segno
from pydantic import BaseModel

from auth.totp import uri_of

__all__ = ["NewTotp", "new_totp"]

_ISSUER = "Craton"


class NewTotp(BaseModel):
    """The secret of an authenticator app, told this one time: as text, as the address that apps
    read, and that drawn as a QR code (an SVG image in a data address). `state` goes back with the
    first code, before `until` (Unix seconds)."""

    state: str
    secret: str
    uri: str
    qr: str
    until: float


def new_totp(state: str, secret: str, login: str, organisation: str, until: float) -> NewTotp:
    """The same secret in every form that apps take it."""
    uri = uri_of(secret, login, f"{_ISSUER} {organisation}")
    return NewTotp(state=state, secret=secret, uri=uri, qr=_drawn(uri), until=until)


def _drawn(uri: str) -> str:
    """The QR code as an image that a page can show: an SVG in an address."""
    return segno.make(uri, error="m", micro=False).svg_data_uri(
        scale=4, border=4, dark="#000", light="#fff"
    )
