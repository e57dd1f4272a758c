"""The vendor's side: keys, documents and revocations, signed where no console is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.jwk import OKPKey

from backend.commerce.licence.document import Licence
from backend.commerce.licence.keys import ALGORITHM, KeySet, PublicKey, Role, written
from backend.commerce.licence.parsing import parse
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.revocation import REVOCATION_TYPE, Revocations
from backend.commerce.licence.verify import LICENCE_TYPE, LONGEST

__all__ = ["issue", "key_set_text", "new_key", "public_key", "revoke", "rotated"]

_AFTER: Final[Mapping[Role, Role]] = {"current": "past", "next": "current"}


def new_key() -> dict[str, Any]:
    """A new private key as JSON Web Key; its id is its thumbprint (RFC 7638)."""
    key = OKPKey.generate_key("Ed25519", private=True)
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}


def public_key(private: Mapping[str, Any], role: Role, *, demo: bool = False) -> PublicKey:
    """The half of it that consoles get."""
    return PublicKey(
        kid=private["kid"], kty="OKP", crv="Ed25519", x=private["x"],
        craton_role=role, craton_demo=demo,
    )  # fmt: skip


def issue(licence: Licence, private: Mapping[str, Any]) -> str:
    """The signed document. Raises `Refused` for a licence no console would take."""
    claims = msgspec.json.encode(licence)
    parse(claims)
    token = _signed(claims, LICENCE_TYPE, private)
    if len(token) > LONGEST:
        raise Refused("It would be larger than 64 KiB; shorten its lists.")
    return token


def revoke(known: Revocations, jti: Sequence[str], kid: Sequence[str]) -> Revocations:
    """The list with these added."""
    return Revocations(
        known.sequence + 1,
        tuple(sorted({*known.jti, *jti})),
        tuple(sorted({*known.kid, *kid})),
    )


def signed_revocations(revocations: Revocations, root: Mapping[str, Any]) -> str:
    """The list, signed by the private root key."""
    return _signed(msgspec.json.encode(revocations), REVOCATION_TYPE, root)


def rotated(keys: KeySet, fresh: PublicKey) -> KeySet:
    """The key set a year on: the next key becomes the current one, that one is past, and `fresh`
    will be the next. What was signed before stays believed."""
    moved = {
        kid: msgspec.structs.replace(key, craton_role=_AFTER.get(key.craton_role, key.craton_role))
        for kid, key in keys.keys.items()
    }
    return KeySet({**moved, fresh.kid: fresh}, keys.revocations)


def key_set_text(keys: KeySet) -> str:
    """The key set for a file."""
    return msgspec.json.format(
        msgspec.json.encode(written(tuple(keys.keys.values()), keys.revocations)), indent=1
    ).decode()


def _signed(claims: bytes, typ: str, private: Mapping[str, Any]) -> str:
    key = OKPKey.import_key({name: private[name] for name in ("kty", "crv", "x", "d")})
    header = {"alg": ALGORITHM, "typ": typ, "kid": private["kid"]}
    return jws.serialize_compact(header, claims, key, algorithms=[ALGORITHM])
