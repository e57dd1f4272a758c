"""From claims to a `Licence`: strict about what is known, deaf to what is not."""

from __future__ import annotations

from typing import Any

import msgspec

from backend.commerce.licence.document import SCHEMA, Licence
from backend.commerce.licence.problems import Refused, UnknownSchema

__all__ = ["parse"]


def parse(claims: bytes) -> Licence:
    """The licence that `claims` (JSON) say. Unknown claims are ignored, an unknown schema is
    not; raises `Refused` with the claim that is wrong."""
    try:
        found: Any = msgspec.json.decode(claims)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refused("Its claims are no JSON.") from None
    if not isinstance(found, dict):
        raise Refused("Its claims are no JSON object.")
    schema = found.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise UnknownSchema(schema)
    try:
        licence = msgspec.convert(found, Licence)
    except msgspec.ValidationError as error:
        raise Refused(f"A claim is not as it must be: {error}.") from None
    return _sensible(licence)


def _sensible(licence: Licence) -> Licence:
    if licence.expires_on < licence.not_before:
        raise Refused("It ends before it begins.")
    if not licence.not_before.year >= 2000 or licence.expires_on.year > 9000:
        raise Refused("Its dates are in no year that a licence can be for.")
    if licence.jti in licence.supersedes:
        raise Refused("It replaces itself.")
    if licence.binding.mode != "none" and not licence.binding.values:
        raise Refused("It is bound to something and does not say to what.")
    return licence
