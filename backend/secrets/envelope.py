"""Envelope encryption of one value (security reference, section 3). Pure.

Each write has a data key of its own; the value is sealed with it, and the data key with a key
of the ring. Both are bound to the place the value lies at, so that a blob copied to another row
or field does not open. Stored form, dots between: version, key id, nonce, wrapped data key,
nonce, ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Key", "Place", "SecretProblem", "UnknownKey", "key_id_of", "rewrap", "seal", "unseal"]

VERSION: Final = "v1"
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class SecretProblem(Exception):
    """A stored secret cannot be opened; the message says why, never what it holds."""


class UnknownKey(SecretProblem):
    """It is sealed with a key that the key ring does not hold."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the ring: 32 bytes and the id that blobs name it by."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies. Ids are made before insert, so that it is known then."""

    table: str
    row: str
    field: str

    @property
    def bound(self) -> bytes:
        """What both layers authenticate beside their content."""
        return f"craton/{VERSION}:{self.table}:{self.row}:{self.field}".encode()


def seal(key: Key, place: Place, value: bytes) -> str:
    """The stored form of `value` at `place`."""
    data_key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(data_key).encrypt(nonce, value, place.bound)
    return ".".join((VERSION, key.id, *_wrap(key, place, data_key), _text(nonce), _text(sealed)))


def unseal(keys: Mapping[str, Key], place: Place, stored: str) -> bytes:
    """The value. Raises `UnknownKey`, or `SecretProblem` for a blob that was changed or moved."""
    key_id, nonce, wrapped, value_nonce, sealed = _parts(stored)
    data_key = _unwrap(keys, place, key_id, nonce, wrapped)
    try:
        return AESGCM(data_key).decrypt(value_nonce, sealed, place.bound)
    except (InvalidTag, ValueError) as error:
        raise SecretProblem("a stored secret was changed or moved and cannot be opened") from error


def rewrap(keys: Mapping[str, Key], active: Key, place: Place, stored: str) -> str:
    """The same value under `active`: only its data key is sealed anew."""
    key_id, nonce, wrapped, *_ = _parts(stored)
    data_key = _unwrap(keys, place, key_id, nonce, wrapped)
    tail = stored.split(".")[4:]
    return ".".join((VERSION, active.id, *_wrap(active, place, data_key), *tail))


def key_id_of(stored: str) -> str:
    """The id of the key it is sealed with."""
    return _parts(stored)[0]


def _wrap(key: Key, place: Place, data_key: bytes) -> tuple[str, str]:
    nonce = os.urandom(_NONCE_BYTES)
    return _text(nonce), _text(AESGCM(key.secret).encrypt(nonce, data_key, place.bound))


def _unwrap(
    keys: Mapping[str, Key], place: Place, key_id: str, nonce: bytes, wrapped: bytes
) -> bytes:
    key = keys.get(key_id)
    if key is None:
        raise UnknownKey(
            f"a stored secret is sealed with the key {key_id!r}, which the key ring does not hold"
        )
    try:
        return AESGCM(key.secret).decrypt(nonce, wrapped, place.bound)
    except (InvalidTag, ValueError) as error:
        raise SecretProblem("a stored secret was changed or moved and cannot be opened") from error


def _parts(stored: str) -> tuple[str, bytes, bytes, bytes, bytes]:
    parts = stored.split(".")
    if len(parts) != 6 or parts[0] != VERSION:
        raise SecretProblem("a stored secret has a form that this version does not know")
    try:
        nonce, wrapped, value_nonce, sealed = (base64.urlsafe_b64decode(p) for p in parts[2:])
    except (binascii.Error, ValueError) as error:
        raise SecretProblem("a stored secret is damaged") from error
    return parts[1], nonce, wrapped, value_nonce, sealed


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
