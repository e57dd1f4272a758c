"""Certificates that an identity provider signs with, as its metadata holds them."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from auth.oidc.problems import Rejected

__all__ = ["Certificate", "certificate_of", "certificate_of_pem"]

_LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class Certificate:
    """One of them. Times are Unix seconds."""

    subject: str
    fingerprint: str
    begins: float
    ends: float
    held: x509.Certificate

    def valid(self, now: float) -> bool:
        """Whether what it signed may be believed now."""
        return self.begins <= now <= self.ends


def certificate_of(der: bytes) -> Certificate:
    """The certificate. Raises `Rejected` for what is none, or has a key that is too weak."""
    try:
        held = x509.load_der_x509_certificate(der)
        key = held.public_key()
        subject = held.subject.rfc4514_string()
    except Exception as error:  # the parser raises many kinds for what is none
        raise Rejected("a certificate in the metadata cannot be read") from error
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_BITS) or isinstance(
        key, ec.EllipticCurvePublicKey
    )
    if not strong:
        raise Rejected(f"the key of {subject[:200]} is too weak, or of a kind that is not used")
    return Certificate(
        subject=subject[:256],
        fingerprint=held.fingerprint(hashes.SHA256()).hex(),
        begins=held.not_valid_before_utc.timestamp(),
        ends=held.not_valid_after_utc.timestamp(),
        held=held,
    )


def certificate_of_pem(pem: str) -> Certificate:
    """The same of a certificate as it is stored. Raises `Rejected`."""
    try:
        return certificate_of(
            x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
        )
    except ValueError:
        raise Rejected("a certificate of this console cannot be read") from None
