"""Certificate authorities of the stack and the certificates they sign.

Keys are ECDSA P-256 in PKCS#8, files have mode 0600. A certificate is made
again when it is missing, about to expire, signed by another authority or its
addresses no longer fit.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backend.stack.errors import StackError
from backend.stack.files import write_atomic

CA_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of a certificate and its key."""

    cert: Path
    key: Path


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    write_atomic(path, private_pem(key))
    return key


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a private key as unencrypted PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not an elliptic curve key")
    return key


def _name(common_name: str | None, organisation: str | None) -> x509.Name:
    parts = []
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if common_name:
        parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(parts)


def _alternative_names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return names


class Authority:
    """One certificate authority, kept in `<folder>/<name>-ca.{crt,key}`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self.pair = Pair(folder / f"{name}-ca.crt", folder / f"{name}-ca.key")
        if not (self.pair.cert.exists() and self.pair.key.exists()):
            self._create()
        try:
            self._key = _load_key(self.pair.key)
            self._cert = x509.load_pem_x509_certificate(self.pair.cert.read_bytes())
        except (ValueError, TypeError) as error:
            raise StackError(
                f"{self.pair.cert} or its key is damaged; remove the folder {folder} "
                "and new ones are made at the next start"
            ) from error

    def _create(self) -> None:
        key = _new_key(self.pair.key)
        name = _name(f"craton local stack {self._name} authority", None)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        cert = (
            _dated(CA_LIFE)
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        write_atomic(self.pair.cert, cert.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        name: str,
        *,
        common_name: str | None = None,
        organisation: str | None = None,
        hosts: Sequence[str] = (),
    ) -> Pair:
        """Give a certificate for servers (when `hosts` are given) and clients.

        Without a common name it is what etcd's JSON gateway wants of a client.
        """
        pair = Pair(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        subject = _name(common_name, organisation)
        if not self._still_good(pair, subject, hosts):
            self._sign(pair, subject, hosts)
        return pair

    def _sign(self, pair: Pair, subject: x509.Name, hosts: Sequence[str]) -> None:
        key = _new_key(pair.key)
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if hosts:
            uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = (
            _dated(LEAF_LIFE)
            .subject_name(subject)
            .issuer_name(self._cert.subject)
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
        )
        if hosts:
            names = x509.SubjectAlternativeName(_alternative_names(hosts))
            builder = builder.add_extension(names, critical=False)
        cert = builder.sign(self._key, hashes.SHA256())
        write_atomic(pair.cert, cert.public_bytes(serialization.Encoding.PEM))

    def _still_good(self, pair: Pair, subject: x509.Name, hosts: Sequence[str]) -> bool:
        if not (pair.cert.exists() and pair.key.exists()):
            return False
        try:
            cert = x509.load_pem_x509_certificate(pair.cert.read_bytes())
            cert.verify_directly_issued_by(self._cert)
            matches = cert.public_key() == _load_key(pair.key).public_key()
        except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is made
            return False
        fresh = cert.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE
        return matches and fresh and cert.subject == subject and _covers(cert, hosts)


def _covers(cert: x509.Certificate, hosts: Sequence[str]) -> bool:
    try:
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return not hosts
    return set(_alternative_names(hosts)) == set(names)


def _dated(life: timedelta) -> x509.CertificateBuilder:
    start = datetime.now(UTC) - timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
    )


def ensure_signing_key(folder: Path) -> Pair:
    """Give the key pair that signs service account tokens (`cert` is the public key)."""
    pair = Pair(folder / "service-account.pub", folder / "service-account.key")
    if not (pair.cert.exists() and pair.key.exists()):
        public = _new_key(pair.key).public_key()
        pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        write_atomic(pair.cert, pem)
    return pair
