"""A passkey in software: makes and answers as a device does, and can be told to lie."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

__all__ = ["SoftKey"]

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One passkey. Each attribute is a truth that a test may turn into a lie."""

    origin: str
    rp_id: str
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: str = ""
    count: int = 0
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any], fmt: str = "none") -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        self.user = base64url_to_bytes(options["user"]["id"]).decode()
        attested = b"\0" * 16 + struct.pack(">H", len(self.id)) + self.id + self._public()
        data = self._data(self.flags | HAS_KEY) + attested
        made = cbor2.dumps({"fmt": fmt, "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options["challenge"])
        return self._credential(
            clientDataJSON=bytes_to_base64url(told), attestationObject=bytes_to_base64url(made)
        )

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        told = self._told("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        signed = data + hashlib.sha256(told).digest()
        return self._credential(
            clientDataJSON=bytes_to_base64url(told),
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=bytes_to_base64url(self.user.encode()),
        )

    def _data(self, flags: int) -> bytes:
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + struct.pack(">BI", flags, self.count)

    def _told(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _credential(self, **response: str) -> dict[str, Any]:
        named = bytes_to_base64url(self.id)
        return {"id": named, "rawId": named, "type": "public-key", "response": response}
