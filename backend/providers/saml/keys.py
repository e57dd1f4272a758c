"""Keys that providers encrypt assertions for: one for each provider, the one before it kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

__all__ = ["added_key", "new_key"]

_BITS: Final = 3072
_DAYS: Final = 3650
_KEPT: Final = 2
_END: Final = "-----END PRIVATE KEY-----\n"


def new_key(name: str) -> tuple[str, str]:
    """A key and a certificate for it, signed by itself (PEM). Takes a second: in a thread."""
    key = rsa.generate_private_key(65537, _BITS)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"craton {name}"[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, certificate.public_bytes(Encoding.PEM).decode()


def added_key(new: str, before: str) -> str:
    """The new key, then the newest of those before: what was encrypted for it still opens."""
    kept = [f"{part}{_END}" for part in before.split(_END)[:-1]]
    return "".join([new, *kept][:_KEPT])
