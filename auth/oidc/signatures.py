"""A signed token's claims, believed only with a key of the provider's that fits.

The key is chosen here, not by the token: its algorithm is one of ours, and a key serves only the
algorithms of its own kind, so that an RSA key is never taken as the secret of an HMAC.
"""

from __future__ import annotations

import base64
import binascii
import json
import warnings
from collections.abc import Collection, Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.oidc.problems import Rejected, StaleKeys

__all__ = ["Keys", "header_of", "read_keys", "verified_claims"]

_MOST_KEYS: Final = 64
_TOKEN_LENGTH: Final = 64 * 1024
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "PS256"),
    "EC": ("ES256",),
    "OKP": ("EdDSA", "Ed25519"),
}
_SMALLEST_RSA: Final = 2048

Keys = tuple[Mapping[str, Any], ...]
"""A provider's public keys that can sign, as JSON Web Keys."""


def read_keys(document: Any) -> Keys:
    """The signing keys of a JWKS. Raises `Rejected` when it is none."""
    found = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(found, list):
        raise Rejected("the provider's key set is not one")
    if len(found) > _MOST_KEYS:
        raise Rejected(f"the provider's key set has more than {_MOST_KEYS} keys")
    return tuple(key for key in found if isinstance(key, Mapping) and _can_sign(key))


def header_of(token: str) -> Mapping[str, Any]:
    """A token's header, not verified. Raises `Rejected` when it is no signed token."""
    if not isinstance(token, str) or len(token) > _TOKEN_LENGTH or token.count(".") != 2:
        raise Rejected("it is no signed token")
    first = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise Rejected("its header cannot be read") from None
    if not isinstance(header, dict):
        raise Rejected("its header cannot be read")
    return header


def verified_claims(token: str, keys: Keys, algorithms: Collection[str]) -> dict[str, Any]:
    """The claims of `token`, signed by one of `keys` with one of `algorithms`. Raises
    `Rejected`, or `StaleKeys` where newer keys of the provider could verify it."""
    header = header_of(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise Rejected(f"it is signed with {str(algorithm)[:40]!r}, which is not allowed here")
    if "crit" in header:
        raise Rejected("its header asks for extensions that nobody here knows")
    fitting = [key for key in keys if _fits(key, header.get("kid"), algorithm)]
    for key in fitting:
        claims = _claims(token, key, algorithm)
        if claims is not None:
            return claims
    if fitting:
        raise StaleKeys("its signature is not the provider's")
    raise StaleKeys(f"the provider has no key {str(header.get('kid'))[:80]!r} for {algorithm}")


def _can_sign(key: Mapping[str, Any]) -> bool:
    kind = key.get("kty")
    return isinstance(kind, str) and kind in _KINDS and key.get("use", "sig") == "sig"


def _fits(key: Mapping[str, Any], kid: Any, algorithm: str) -> bool:
    named = kid is None or key.get("kid") == kid
    meant = key.get("alg") in (None, algorithm)
    return named and meant and algorithm in _KINDS[key["kty"]]


def _claims(token: str, key: Mapping[str, Any], algorithm: str) -> dict[str, Any] | None:
    try:
        with warnings.catch_warnings():
            # Providers still say EdDSA; RFC 9864's Ed25519 is the same signature.
            warnings.simplefilter("ignore", SecurityWarning)
            return dict(jwt.decode(token, _loaded(key), algorithms=[algorithm]).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _loaded(key: Mapping[str, Any]) -> RSAKey | ECKey | OKPKey:
    """The public key alone, without what the document says of its use, which `_fits` has read."""
    public = {
        name: value for name, value in key.items() if name in {"kty", "n", "e", "crv", "x", "y"}
    }
    if key["kty"] == "EC":
        return ECKey.import_key(public)
    if key["kty"] == "OKP":
        return OKPKey.import_key(public)
    found = RSAKey.import_key(public)
    if found.public_key.key_size < _SMALLEST_RSA:
        raise ValueError("too small")
    return found
