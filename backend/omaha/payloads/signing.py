"""Ed25519 signatures of offline bundles (RFC 8032), keys as PEM files.

The signature covers a domain tag and the exact manifest bytes; the manifest names every
file by SHA-256, so it covers those too.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from backend.omaha.payloads.errors import PayloadRefused

_DOMAIN: Final = b"craton-update-bundle-v1\n"
_PEM: Final = serialization.Encoding.PEM


def fingerprint(key: Ed25519PublicKey) -> str:
    """The first 32 hex digits of the SHA-256 of the raw public key: how a key is named."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:32]


def sign(key: Ed25519PrivateKey, manifest: bytes) -> bytes:
    """The signature document (JSON) for the exact bytes of a manifest."""
    signature = base64.b64encode(key.sign(_DOMAIN + manifest)).decode("ascii")
    return json.dumps({"key": fingerprint(key.public_key()), "ed25519": signature}).encode()


def verify(trusted: Iterable[Ed25519PublicKey], manifest: bytes, document: bytes) -> str:
    """The fingerprint of the trusted key that signed `manifest`; `PayloadRefused` otherwise."""
    known = {fingerprint(key): key for key in trusted}
    name, signature = _read(document)
    key = known.get(name)
    if key is None:
        raise PayloadRefused(
            f"The bundle is signed by key {name[:32]}, which is not among the {len(known)} "
            "trusted. Ask its sender for the public key and compare the fingerprint.",
            field="signature",
        )
    try:
        key.verify(signature, _DOMAIN + manifest)
    except InvalidSignature:
        raise PayloadRefused(
            "The bundle was changed after it was signed.", field="signature"
        ) from None
    return name


def new_key(private: Path, public: Path) -> str:
    """Make a key pair in two new files (the private one readable by its owner only); its
    fingerprint. Existing files are never overwritten."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.touch(mode=0o600, exist_ok=False)
    private.write_bytes(pem)
    with public.open("xb") as file:
        file.write(
            key.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
    return fingerprint(key.public_key())


def load_private(path: Path) -> Ed25519PrivateKey:
    """The signing key in `path`; `PayloadRefused` when it is none."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise PayloadRefused(f"{path} is no readable private key: {error}.", field="key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise PayloadRefused(f"{path} is not an Ed25519 key.", field="key")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The trusted key in `path`; `PayloadRefused` when it is none."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise PayloadRefused(f"{path} is no readable public key: {error}.", field="key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise PayloadRefused(f"{path} is not an Ed25519 key.", field="key")
    return key


def _read(document: bytes) -> tuple[str, bytes]:
    try:
        parsed: Any = json.loads(document)
        return str(parsed["key"]), base64.b64decode(parsed["ed25519"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PayloadRefused("The bundle's signature cannot be read.", field="signature") from None
