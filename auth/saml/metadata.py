"""An identity provider's metadata: where people sign in, and the certificates it signs with."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from auth.oidc.problems import Rejected
from auth.saml.certificates import Certificate, certificate_of
from auth.saml.times import instant
from auth.saml.xml import METADATA, SIGNATURE, Element, children, inside, parsed, text_of

__all__ = ["IdpMetadata", "entities_in", "read_metadata"]

MOST_BYTES: Final = 1024 * 1024
_PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_MOST_CERTIFICATES: Final = 8


@dataclass(frozen=True, slots=True)
class IdpMetadata:
    """What is used of it. `until` is when it ends (Unix seconds), if it says so; `wants_signed`
    that it asks for signed requests, which this console does not make."""

    entity_id: str
    sign_in: str
    certificates: tuple[Certificate, ...]
    until: float | None
    wants_signed: bool


def read_metadata(content: bytes, entity_id: str, now: float) -> IdpMetadata:
    """The metadata of the identity provider with that entityID. Raises `Rejected`."""
    root = parsed(content, MOST_BYTES, "the metadata")
    found = [one for one in _entities(root) if one.get("entityID") == entity_id]
    if len(found) != 1:
        raise Rejected(f"the metadata does not describe {entity_id[:200]!r} exactly once")
    until = _until(root, found[0])
    if until is not None and until < now:
        raise Rejected("the metadata is no longer valid (validUntil): get it anew")
    roles = [
        one
        for one in children(found[0], f"{METADATA}IDPSSODescriptor")
        if _PROTOCOL in str(one.get("protocolSupportEnumeration", "")).split()
    ]
    if len(roles) != 1:
        raise Rejected(f"{entity_id[:200]} is no identity provider that speaks SAML 2.0")
    return IdpMetadata(
        entity_id=entity_id,
        sign_in=_sign_in(roles[0]),
        certificates=_certificates(roles[0]),
        until=until,
        wants_signed=str(roles[0].get("WantAuthnRequestsSigned", "")) in {"true", "1"},
    )


def entities_in(content: bytes) -> list[str]:
    """The entityIDs of the identity providers that some metadata describes. Raises `Rejected`."""
    root = parsed(content, MOST_BYTES, "the metadata")
    return [
        str(one.get("entityID", ""))
        for one in _entities(root)
        if children(one, f"{METADATA}IDPSSODescriptor")
    ]


def _entities(root: Element) -> list[Element]:
    if root.tag not in {f"{METADATA}EntityDescriptor", f"{METADATA}EntitiesDescriptor"}:
        raise Rejected("this is no SAML metadata")
    return list(inside(root, f"{METADATA}EntityDescriptor"))


def _until(*elements: Element) -> float | None:
    told = [str(one.get("validUntil")) for one in elements if one.get("validUntil")]
    return min((instant(one, "validUntil") for one in told), default=None)


def _sign_in(role: Element) -> str:
    """Where a browser goes with a request, by the redirect binding, which every product has."""
    places = [
        str(one.get("Location", ""))
        for one in children(role, f"{METADATA}SingleSignOnService")
        if one.get("Binding") == _REDIRECT
    ]
    if not places:
        raise Rejected("the metadata names no place to sign in by redirect (HTTP-Redirect)")
    url = places[0]
    parts = urlsplit(url)
    usable = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2048
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or not usable:
        raise Rejected("the place to sign in that the metadata names is no address of the web")
    return url


def _certificates(role: Element) -> tuple[Certificate, ...]:
    found: dict[str, Certificate] = {}
    for key in children(role, f"{METADATA}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        for written in inside(key, f"{SIGNATURE}X509Certificate"):
            one = certificate_of(_bytes(text_of(written)))
            found.setdefault(one.fingerprint, one)
    if not found:
        raise Rejected("the metadata holds no certificate to verify signatures with")
    if len(found) > _MOST_CERTIFICATES:
        raise Rejected(f"the metadata holds more than {_MOST_CERTIFICATES} certificates")
    return tuple(sorted(found.values(), key=lambda one: -one.ends))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Rejected("a certificate in the metadata cannot be read") from None
