"""A SAML identity provider of the tests' own, honest or not: it signs, encrypts, and tampers."""

from __future__ import annotations

import base64
import os
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from auth.saml.requests import PERSISTENT
from auth.saml.times import written

__all__ = ["SamlIdp", "Signer", "signer"]

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@dataclass(frozen=True)
class Signer:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @property
    def body(self) -> str:
        return "".join(self.pem.strip().split("\n")[1:-1])


@cache
def signer(name: str, *, days: int = 365) -> Signer:
    """A key and its certificate, one for each name; of negative days one that is over."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate)


@dataclass
class SamlIdp:
    """What it says is in its fields, so that a test can make it lie in one thing."""

    entity_id: str = "https://idp.test/saml"
    sign_in: str = "https://idp.test/sso"
    signing: Signer = field(default_factory=lambda: signer("idp"))
    published: tuple[Signer, ...] = ()
    name_id: str = "ada-1"
    name_format: str = PERSISTENT
    attributes: dict[str, list[str]] = field(
        default_factory=lambda: {
            "uid": ["ada"],
            "displayName": ["Ada Lovelace"],
            "email": ["ada@example.test"],
            "groups": ["engineers", "staff"],
        }
    )
    context: str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    authenticated: float | None = None
    status: tuple[str, ...] = ("urn:oasis:names:tc:SAML:2.0:status:Success",)
    method: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    sign_assertion: bool = True
    sign_response: bool = False
    changes: dict[str, str] = field(default_factory=dict)
    """Pieces of the unsigned text to replace, before anything is signed."""

    def metadata(self, more: str = "") -> str:
        certificates = "".join(
            f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f"{one.body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for one in self.published or (self.signing,)
        )
        return (
            f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
            f'xmlns:ds="{DS}" entityID="{self.entity_id}"{more}><md:IDPSSODescriptor '
            f'protocolSupportEnumeration="{SAMLP}">{certificates}<md:SingleSignOnService '
            f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            f'Location="{self.sign_in}"/></md:IDPSSODescriptor></md:EntityDescriptor>'
        )

    def settings(self, **more: Any) -> dict[str, Any]:
        """How a console that trusts it declares it."""
        told = {"name": "corp", "kind": "saml", "entity_id": self.entity_id}
        if "metadata_url" not in more:
            told["metadata"] = self.metadata()
        return told | more

    def asked(self, url: str) -> tuple[Any, str]:
        """The request in an address the console sends people to, and its relay state."""
        assert url.startswith(self.sign_in), url
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        packed = base64.b64decode(query["SAMLRequest"])
        return etree.fromstring(zlib.decompress(packed, -15)), query["RelayState"]

    def answer(self, request: Any, **more: Any) -> str:
        """The form field for a request as `asked` told it."""
        return self.response(
            audience=request.findtext(f"{{{SAML}}}Issuer"),
            consumer=request.get("AssertionConsumerServiceURL"),
            request=request.get("ID"),
            **more,
        )

    def response(self, *, encrypt_for: str = "", **about: str) -> str:
        """A posted answer."""
        return packed(self.document(encrypt_for=encrypt_for, **about))

    def document(self, *, encrypt_for: str = "", **about: str) -> Any:
        """The same as a document, to be tampered with."""
        root = etree.fromstring(self._text(**about))
        assertion = root.find(f"{{{SAML}}}Assertion")
        if assertion is not None and self.sign_assertion:
            signed = self.signed(assertion)
            root.replace(assertion, signed)
            assertion = signed
        if assertion is not None and encrypt_for:
            root.replace(assertion, encrypted(assertion, encrypt_for))
        return self.signed(root) if self.sign_response else root

    def signed(self, element: Any) -> Any:
        """With a signature where SAML wants it: after the issuer."""
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        place = etree.SubElement(
            alone, f"{{{DS}}}Signature", {"Id": "placeholder"}, nsmap={"ds": DS}
        )
        alone.remove(place)
        alone.insert(1, place)
        maker = _Signer(
            signature_algorithm=self.method, digest_algorithm=self.digest, c14n_algorithm=EXCLUSIVE
        )
        return maker.sign(
            alone,
            key=self.signing.key,
            cert=[self.signing.certificate],
            reference_uri=f"#{alone.get('ID')}",
            id_attribute="ID",
        )

    def _text(self, *, audience: str, consumer: str, request: str, **more: str) -> str:
        now = time.time()
        identifier = more.get("identifier", f"_{os.urandom(16).hex()}")
        ends = written(now + 300)
        values = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in several)
            + "</saml:Attribute>"
            for name, several in self.attributes.items()
        )
        at = written(self.authenticated if self.authenticated is not None else now)
        status = "".join(f'<samlp:StatusCode Value="{one}">' for one in self.status)
        text = (
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" Version="2.0" '
            f'ID="_{os.urandom(16).hex()}" IssueInstant="{written(now)}" '
            f'Destination="{consumer}" InResponseTo="{request}">'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
            f"<samlp:Status>{status}{'</samlp:StatusCode>' * len(self.status)}</samlp:Status>"
            f'<saml:Assertion Version="2.0" ID="{identifier}" IssueInstant="{written(now)}">'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
            f'<saml:Subject><saml:NameID Format="{self.name_format}">{self.name_id}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData '
            f'Recipient="{consumer}" NotOnOrAfter="{ends}" InResponseTo="{request}"/>'
            "</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{written(now - 5)}" NotOnOrAfter="{ends}">'
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
            "</saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="s1"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>{self.context}</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{values}</saml:AttributeStatement>"
            "</saml:Assertion></samlp:Response>"
        )
        for before, after in self.changes.items():
            assert before in text, before
            text = text.replace(before, after)
        return text


class _Signer(XMLSigner):
    """Signs by SHA-1 too, as a provider of old does."""

    def check_deprecated_methods(self) -> None:
        """Nothing is refused."""


def packed(document: Any) -> str:
    """The form field of a document, or of its text."""
    content = document if isinstance(document, bytes) else etree.tostring(document)
    return base64.b64encode(content).decode()


def encrypted(assertion: Any, certificate: str, *, algorithm: str = "") -> Any:
    """Encrypted for the key of a certificate (PEM), by RSA-OAEP and AES-GCM."""
    public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    secret, nonce = os.urandom(32), os.urandom(12)
    content = nonce + AESGCM(secret).encrypt(nonce, etree.tostring(assertion), None)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    chosen = algorithm or "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    return etree.fromstring(
        f'<saml:EncryptedAssertion xmlns:saml="{SAML}">'
        '<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" '
        'Type="http://www.w3.org/2001/04/xmlenc#Element">'
        '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>'
        f'<ds:KeyInfo xmlns:ds="{DS}"><xenc:EncryptedKey>'
        f'<xenc:EncryptionMethod Algorithm="{chosen}"/><xenc:CipherData><xenc:CipherValue>'
        f"{base64.b64encode(public.encrypt(secret, oaep)).decode()}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>"
        "<xenc:CipherData><xenc:CipherValue>"
        f"{base64.b64encode(content).decode()}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedData></saml:EncryptedAssertion>"
    )
