"""The list of documents and keys that are believed no more, signed by the offline root."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from backend.commerce.licence.keys import KeySet
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.verify import Verified, payload

__all__ = ["NOTHING_REVOKED", "REVOCATION_TYPE", "Revocations", "read_revocations"]

REVOCATION_TYPE: Final = "craton-revocations+jwt"
_Ids = Annotated[tuple[str, ...], msgspec.Meta(max_length=100_000)]


class Revocations(msgspec.Struct, frozen=True):
    """What is revoked: documents by `jti`, issuing keys by `kid`. `sequence` rises."""

    sequence: Annotated[int, msgspec.Meta(ge=0)] = 0
    jti: _Ids = ()
    kid: _Ids = ()

    def concerns(self, document: Verified) -> bool:
        """Whether the document, or the key that signed it, is revoked."""
        return document.licence.jti in self.jti or document.kid in self.kid


NOTHING_REVOKED: Final = Revocations()


def read_revocations(keys: KeySet) -> Revocations:
    """The list that came with the key set. Raises `Refused` when it is not the root's."""
    if not keys.revocations:
        return NOTHING_REVOKED
    claims, _ = payload(keys.revocations, REVOCATION_TYPE, keys.root)
    try:
        return msgspec.json.decode(claims, type=Revocations)
    except msgspec.DecodeError as error:
        raise Refused(f"The revocation list is not as it must be: {error}.") from None
