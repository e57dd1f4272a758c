"""An ID token's claims, checked as OpenID Connect Core 1.0 (3.1.3.7) says and stricter.

What Authlib leaves to its callers is done here (identity reference, section 8): issuer and
audience are always compared, clocks may differ by 30 seconds, `auth_time` is held against what
was asked for.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from auth.oidc.problems import Rejected

__all__ = ["LEEWAY", "Expected", "check_id_token", "is_for", "number"]

LEEWAY: Final = 30.0
"""Seconds by which a provider's clock may differ from ours."""
_OLDEST: Final = 600.0
"""Seconds since a token was issued: it was asked for a moment ago."""
SUBJECT_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. `nonce` None: it comes from a refresh, which has none. `max_age`
    is the time in seconds within which the person must have signed in at the provider."""

    issuer: str
    client_id: str
    nonce: str | None
    max_age: float | None = None
    acr: tuple[str, ...] = ()


def check_id_token(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    """Raise `Rejected` unless the (verified) claims are for us, from whom we asked, for this
    attempt and fresh."""
    if claims.get("iss") != expected.issuer:
        raise Rejected(f"the ID token is of the issuer {str(claims.get('iss'))[:200]!r}")
    if not is_for(claims, expected.client_id):
        raise Rejected("the ID token is for another client")
    _check_times(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH:
        raise Rejected("the ID token names no usable subject")
    if not subject.isprintable():
        raise Rejected("the ID token's subject has characters that nobody can read")
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise Rejected("the ID token is of another sign-in (its nonce is not ours)")
    _check_strength(claims, expected, now)


def is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    """Whether `aud` names us, and `azp`, where it is given or needed, nobody else."""
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if client_id not in several:
        return False
    if "azp" in claims:
        return bool(claims["azp"] == client_id)
    return len(several) == 1


def number(claims: Mapping[str, Any], name: str) -> float | None:
    """A time claim (Unix seconds), None where there is none that is a number."""
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if abs(found) < 1e12 else None


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued = number(claims, "exp"), number(claims, "iat")
    if expires is None or issued is None:
        raise Rejected("the ID token does not say when it was issued and until when it holds")
    if now > expires + LEEWAY:
        raise Rejected(f"the ID token ended {now - expires:.0f} seconds ago: compare the clocks")
    if issued > now + LEEWAY:
        ahead = issued - now
        raise Rejected(f"the ID token was issued {ahead:.0f} seconds ahead: compare the clocks")
    if issued < now - _OLDEST:
        raise Rejected("the ID token was issued long before it was asked for")
    begins = number(claims, "nbf")
    if begins is not None and begins > now + LEEWAY:
        raise Rejected("the ID token does not hold yet: compare the clocks")


def _check_strength(claims: Mapping[str, Any], expected: Expected, now: float) -> None:
    if expected.max_age is not None:
        signed_in = number(claims, "auth_time")
        if signed_in is None:
            raise Rejected("the provider does not say when the person signed in there")
        if signed_in > now + LEEWAY or now - signed_in > expected.max_age + LEEWAY:
            raise Rejected("the person signed in at the provider too long ago")
    if expected.acr and claims.get("acr") not in expected.acr:
        raise Rejected("the person signed in at the provider in a weaker way than was asked for")


def _same(told: Any, ours: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), ours.encode())
