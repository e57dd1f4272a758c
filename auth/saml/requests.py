"""What this console says as a service provider: its metadata, and requests to sign in."""

from __future__ import annotations

import base64
import zlib
from typing import Final
from urllib.parse import urlencode

from lxml import etree

from auth.saml.provider import SamlProvider
from auth.saml.site import Site
from auth.saml.times import written
from auth.saml.xml import ASSERTION, METADATA, PROTOCOL, SIGNATURE, Element

__all__ = ["PERSISTENT", "our_metadata", "request_address"]

PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_NAMES: Final = {
    "saml": ASSERTION.strip("{}"),
    "samlp": PROTOCOL.strip("{}"),
    "md": METADATA.strip("{}"),
    "ds": SIGNATURE.strip("{}"),
}
_CIPHERS: Final = (
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
)


def our_metadata(site: Site, certificates: tuple[str, ...], *, persistent: bool) -> bytes:
    """Metadata for the provider to read. Only the newest certificate (PEM) is in it: what is
    encrypted from now on is for that one."""
    root = etree.Element(f"{METADATA}EntityDescriptor", entityID=site.entity_id, nsmap=_NAMES)
    role = etree.SubElement(
        root,
        f"{METADATA}SPSSODescriptor",
        AuthnRequestsSigned="false",
        WantAssertionsSigned="true",
        protocolSupportEnumeration=PROTOCOL.strip("{}"),
    )
    for pem in certificates[:1]:
        key = etree.SubElement(role, f"{METADATA}KeyDescriptor", use="encryption")
        info = etree.SubElement(key, f"{SIGNATURE}KeyInfo")
        data = etree.SubElement(info, f"{SIGNATURE}X509Data")
        body = "".join(line for line in pem.split("\n") if not line.startswith("-----"))
        etree.SubElement(data, f"{SIGNATURE}X509Certificate").text = body.strip()
        for cipher in _CIPHERS:
            etree.SubElement(key, f"{METADATA}EncryptionMethod", Algorithm=cipher)
    if persistent:
        etree.SubElement(role, f"{METADATA}NameIDFormat").text = PERSISTENT
    etree.SubElement(
        role,
        f"{METADATA}AssertionConsumerService",
        Binding=_POST,
        Location=site.consumer,
        index="0",
        isDefault="true",
    )
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return content


def request_address(
    provider: SamlProvider,
    site: Site,
    sign_in: str,
    *,
    request: str,
    state: str,
    now: float,
    fresh: bool = False,
) -> str:
    """Where a browser goes to sign in, by the redirect binding; `request` is the id that the
    answer has to name. `fresh`: the provider has to ask who is there (`ForceAuthn`)."""
    root = etree.Element(
        f"{PROTOCOL}AuthnRequest",
        ID=request,
        Version="2.0",
        IssueInstant=written(now),
        Destination=sign_in,
        ProtocolBinding=_POST,
        AssertionConsumerServiceURL=site.consumer,
        nsmap={name: _NAMES[name] for name in ("saml", "samlp")},
    )
    if fresh:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, f"{ASSERTION}Issuer").text = site.entity_id
    if not provider.subject:
        etree.SubElement(root, f"{PROTOCOL}NameIDPolicy", Format=PERSISTENT, AllowCreate="true")
    if fresh and provider.contexts:
        _ask_contexts(root, provider.contexts.split())
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(etree.tostring(root)) + packer.flush()
    query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": state})
    return f"{sign_in}{'&' if '?' in sign_in else '?'}{query}"


def _ask_contexts(root: Element, contexts: list[str]) -> None:
    asked = etree.SubElement(root, f"{PROTOCOL}RequestedAuthnContext", Comparison="exact")
    for one in contexts:
        etree.SubElement(asked, f"{ASSERTION}AuthnContextClassRef").text = one
