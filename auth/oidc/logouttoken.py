"""A back-channel logout token, checked (OpenID Connect Back-Channel Logout 1.0, 2.6; C9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from auth.oidc.idtoken import LEEWAY, number
from auth.oidc.problems import Rejected

__all__ = ["LIFE", "Ended", "check_logout_token"]

LIFE: Final = 300.0
"""Seconds a logout token is good for at most: it is sent as the session ends."""
_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_TYPES: Final = ("jwt", "logout+jwt", "application/logout+jwt")
_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose sessions are over: those of `sid`, and without one all of `subject`. `token` is the
    token's own id, good for one use."""

    subject: str
    sid: str
    token: str


def check_logout_token(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    now: float,
) -> Ended:
    """What a (verified) logout token ends. Raises `Rejected`."""
    if str(header.get("typ", "JWT")).lower() not in _TYPES:
        raise Rejected("the token is of another type than a logout token")
    if claims.get("iss") != issuer:
        raise Rejected("the logout token is another issuer's")
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]):
        raise Rejected("the logout token is for another client")
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(_EVENT), Mapping):
        raise Rejected("the token is of no logout")
    if "nonce" in claims:
        raise Rejected("a logout token has no nonce: this may be an ID token")
    _check_times(claims, now)
    subject, sid, token = (_text(claims, name) for name in ("sub", "sid", "jti"))
    if not token:
        raise Rejected("the logout token has no id of its own (jti)")
    if not subject and not sid:
        raise Rejected("the logout token names neither a session nor a person")
    return Ended(subject, sid, token)


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    issued, expires = number(claims, "iat"), number(claims, "exp")
    if issued is None or issued > now + LEEWAY or issued < now - LIFE - LEEWAY:
        raise Rejected("the logout token is not of this moment: compare the clocks")
    if "exp" in claims and (expires is None or now > expires + LEEWAY):
        raise Rejected("the logout token is over")


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name, "")
    if not isinstance(found, str) or len(found) > _LENGTH or "\0" in found:
        raise Rejected(f"the logout token's {name} cannot be used")
    return found
