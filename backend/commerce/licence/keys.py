"""Whom to believe: the issuing keys a console knows, and the root that revokes.

A key set is a JWKS whose keys say in `craton_role` what they are for: the ``current`` and the
``next`` issuing key, ``past`` ones, and the offline ``root``, which signs the revocation list and
nothing else. `revocations` beside the keys is that list. `craton_demo` marks a key whose licences
are called *demo*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from backend.commerce.licence.problems import Refused, UnknownKey

__all__ = ["ALGORITHM", "NO_KEYS", "KeySet", "PublicKey", "Role", "read_key_set"]

ALGORITHM: Final = "Ed25519"
"""RFC 9864; `EdDSA` says too little and is deprecated."""
MOST_BYTES: Final = 256 * 1024
Role = Literal["current", "next", "past", "root"]


class PublicKey(msgspec.Struct, frozen=True):
    """One key of the set, as JSON Web Key."""

    kid: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[str, msgspec.Meta(max_length=64)]
    craton_role: Role
    alg: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    craton_demo: bool = False

    def loaded(self) -> OKPKey:
        """The key that verifies."""
        return OKPKey.import_key({"kty": self.kty, "crv": self.crv, "x": self.x})


class _Written(msgspec.Struct, frozen=True):
    keys: Annotated[tuple[PublicKey, ...], msgspec.Meta(max_length=64)]
    revocations: str = ""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys by id, and the revocation list as it was signed."""

    keys: Mapping[str, PublicKey]
    revocations: str = ""

    def issuing(self, kid: str) -> PublicKey:
        """The issuing key of that id. Raises `UnknownKey`; `Refused` for the root."""
        key = self._known(kid)
        if key.craton_role == "root":
            raise Refused("It is signed with a root key, which signs no licences.")
        return key

    def root(self, kid: str) -> PublicKey:
        """The root key of that id. Raises `UnknownKey`; `Refused` for an issuing key."""
        key = self._known(kid)
        if key.craton_role != "root":
            raise Refused("A revocation list is signed with a root key; this one is not.")
        return key

    def _known(self, kid: str) -> PublicKey:
        key = self.keys.get(kid)
        if key is None:
            raise UnknownKey(kid)
        return key


NO_KEYS: Final = KeySet({})


def read_key_set(text: str | bytes) -> KeySet:
    """The key set that `text` (JSON) is. Raises `Refused` with what is wrong."""
    if len(text) > MOST_BYTES:
        raise Refused("The key set is larger than 256 KiB.")
    try:
        found = msgspec.json.decode(text, type=_Written)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused(f"The key set is not as it must be: {error}.") from None
    keys: dict[str, PublicKey] = {}
    for key in found.keys:
        if key.kid in keys:
            raise Refused(f"The key set has the key {key.kid!r} twice.")
        _check(key)
        keys[key.kid] = key
    return KeySet(keys, found.revocations)


def _check(key: PublicKey) -> None:
    try:
        key.loaded()
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(f"The key {key.kid!r} of the key set cannot be read: {error}.") from None


def written(keys: tuple[PublicKey, ...], revocations: str = "") -> dict[str, Any]:
    """The key set as JSON, for a file."""
    found: dict[str, Any] = msgspec.to_builtins(_Written(keys, revocations))
    return found
