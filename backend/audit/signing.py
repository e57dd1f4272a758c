"""Keys that sign checkpoints (Ed25519), as base64 text. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["Signer", "is_public", "key_id", "new_private", "signed_by"]


def new_private() -> str:
    """A fresh private key."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def key_id(public: str) -> str:
    """The name of a public key: the beginning of its SHA-256."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def is_public(text: str) -> bool:
    """Whether `text` is a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False
    return True


def signed_by(public: str, signature: str, covered: bytes) -> bool:
    """Whether the owner of `public` signed `covered`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), covered)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


class Signer:
    """Signs with one private key."""

    def __init__(self, private: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private))
        self.public = base64.b64encode(self._key.public_key().public_bytes_raw()).decode()
        self.id = key_id(self.public)

    def sign(self, covered: bytes) -> str:
        """The signature of `covered`."""
        return base64.b64encode(self._key.sign(covered)).decode()
