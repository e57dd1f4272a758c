"""A workload's token: read strictly before anything is believed, and checked for its time.

What two readers could understand in two ways is refused: claims that come twice, numbers that are
none, objects within objects beyond what any issuer says.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from auth.oidc.idtoken import LEEWAY, SUBJECT_LENGTH, number
from auth.oidc.problems import Rejected
from auth.oidc.provider import ISSUER_LENGTH

__all__ = ["LENGTH", "LONGEST", "Read", "check_times", "is_issuer", "read_token"]

LENGTH: Final = 16 * 1024
"""Characters of a token at most."""
LONGEST: Final = 24 * 3600.0
"""Seconds that a token may hold on at most: what is good for longer is no token of a job."""
_MOST: Final = 200
_LINE: Final = 512
_DEEPEST: Final = 8
_TYPES: Final = ("jwt", "at+jwt")


@dataclass(frozen=True, slots=True)
class Read:
    """What a token says, nothing of which is proved: `issuer` and `subject` are texts of it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    issuer: str
    subject: str


def read_token(token: str) -> Read:
    """Raises `Rejected` for what is no signed token of a workload."""
    if len(token) > LENGTH:
        raise Rejected(f"it is longer than {LENGTH} characters")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise Rejected("it is no signed token (JWT)")
    header, claims = _object(parts[0], "header"), _object(parts[1], "claims")
    kind = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    if kind not in _TYPES:
        raise Rejected(f"it is a token of the type {kind[:40]!r}")
    if not _is_line(header.get("alg"), _LINE):
        raise Rejected("it does not say how it is signed (alg)")
    if not _is_line(header.get("kid"), _LINE):
        raise Rejected("it does not name the key it is signed with (kid)")
    subject, issuer = claims.get("sub"), claims.get("iss")
    if not isinstance(subject, str) or not _is_line(subject, SUBJECT_LENGTH):
        raise Rejected("it names no usable subject (sub)")
    if not is_issuer(issuer):
        raise Rejected("it names no usable issuer (iss)")
    _check_others(claims)
    return Read(header, claims, issuer, subject)


def is_issuer(found: object) -> TypeGuard[str]:
    """Whether an issuer may be called so: a line of text, not too long."""
    return _is_line(found, ISSUER_LENGTH)


def check_times(claims: Mapping[str, Any], now: float) -> None:
    """Raises `Rejected` for a token that is over, not begun, or good for too long."""
    expires = number(claims, "exp")
    if expires is None:
        raise Rejected("it does not say until when it holds (exp)")
    if now > expires + LEEWAY:
        raise Rejected(f"it ended {now - expires:.0f} seconds ago")
    if expires > now + LONGEST + LEEWAY:
        raise Rejected("it holds for more than a day from now: ask for one that ends sooner")
    for name, word in (("iat", "was issued"), ("nbf", "begins")):
        begins = number(claims, name)
        if name in claims and begins is None:
            raise Rejected(f"its time {name} is none")
        if begins is not None and begins > now + LEEWAY:
            raise Rejected(f"it {word} {begins - now:.0f} seconds ahead: compare the clocks")


def _check_others(claims: Mapping[str, Any]) -> None:
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if audience is not None and not all(_is_line(one, _LINE) for one in several):
        raise Rejected("it is for nobody that can be named (aud)")
    if "jti" in claims and not _is_line(claims["jti"], _LINE):
        raise Rejected("its own name cannot be read (jti)")


def _is_line(found: object, most: int) -> TypeGuard[str]:
    """Whether it is text that can be shown, compared and stored: neither control characters nor
    halves of a pair (lone surrogates)."""
    return isinstance(found, str) and 0 < len(found) <= most and found.isprintable()


def _object(part: str, what: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_none, parse_float=_finite)
    except (binascii.Error, ValueError, RecursionError):
        raise Rejected(f"its {what} cannot be read") from None
    if not isinstance(found, dict):
        raise Rejected(f"its {what} cannot be read")
    _check_depth(found, what, _DEEPEST)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    if len(found) > _MOST:
        raise ValueError("too many")
    return found


def _none(_text: str) -> Any:
    raise ValueError("no number of JSON")


def _finite(text: str) -> float:
    if not math.isfinite(found := float(text)):
        raise ValueError("no number that can be told")
    return found


def _check_depth(found: Any, what: str, left: int) -> None:
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    for one in inside:
        if not left:
            raise Rejected(f"its {what} are nested too deep")
        _check_depth(one, what, left - 1)
