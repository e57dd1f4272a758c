"""Believing a document: one signature algorithm, our keys, a cap on its size.

The key is chosen by the console and never brought by the document, whose header may name an
algorithm only to agree: ``none``, HMAC and RSA are refused before anything is computed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from backend.commerce.licence.document import Licence
from backend.commerce.licence.keys import ALGORITHM, KeySet, PublicKey
from backend.commerce.licence.parsing import parse
from backend.commerce.licence.problems import Refused

__all__ = ["LICENCE_TYPE", "LONGEST", "Verified", "payload", "verify"]

LONGEST: Final = 64 * 1024
"""Bytes of one document."""
LICENCE_TYPE: Final = "craton-license+jwt"


class Verified(msgspec.Struct, frozen=True):
    """A believed document: what it says, as it was signed, and by which key."""

    licence: Licence
    token: str
    kid: str
    demo: bool


def verify(token: str, keys: KeySet) -> Verified:
    """The licence in `token`. Raises `Refused` with a sentence for whoever brought it."""
    token = token.strip()
    claims, key = payload(token, LICENCE_TYPE, keys.issuing)
    return Verified(parse(claims), token, key.kid, key.craton_demo)


def payload(token: str, typ: str, find: Callable[[str], PublicKey]) -> tuple[bytes, PublicKey]:
    """What `token` of the type `typ` bears, and the key that `find` knew. Raises `Refused`."""
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm != ALGORITHM:
        raise Refused(
            f"It is signed with {str(algorithm)[:40]!r}; licences are signed with {ALGORITHM}."
        )
    if header.get("typ") != typ:
        raise Refused(f"It is of the type {str(header.get('typ'))[:60]!r}, not {typ!r}.")
    if "crit" in header or "b64" in header:
        raise Refused("Its header asks for extensions that nobody here knows.")
    key = find(str(header.get("kid") or ""))
    try:
        found = jws.deserialize_compact(token, key.loaded(), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError):
        raise Refused("Its signature is not right: it was changed, or cut when copied.") from None
    return bytes(found.payload), key


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST or len(token.encode(errors="surrogatepass")) > LONGEST:
        raise Refused("It is larger than 64 KiB, which no licence is.")
    if not token.isascii():
        raise Refused("It is no licence: it holds characters that no licence has.")
    if token.count(".") != 2:
        raise Refused("It is no licence: three parts with two dots between them are expected.")
    first = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise Refused("It is no licence: its beginning cannot be read.") from None
    if not isinstance(header, dict):
        raise Refused("It is no licence: its beginning cannot be read.")
    return header
