"""Whether an element is signed by one of the provider's certificates, and what exactly was signed.

signxml does the arithmetic. Here is decided what it may be asked: one signature, the element's own
child, of the whole element by its id, with the transforms of SAML and none else. So nothing can be
wrapped around it, and what is read afterwards is what was signed and nothing beside it (C10).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from auth.oidc.problems import Rejected, StaleKeys
from auth.saml.certificates import Certificate
from auth.saml.xml import SIGNATURE, Element, alone, child, children, inside, text_of

__all__ = ["signed_part"]

_METHODS: Final = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
    }
)
_DIGESTS: Final = frozenset(
    {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
)
_METHOD_NAMES: Final = frozenset(one.value for one in _METHODS)
_DIGEST_NAMES: Final = frozenset(one.value for one in _DIGESTS)
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MOST_PREFIXES: Final = 256
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CONFIGURATION: Final = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=_METHODS,
    digest_algorithms=_DIGESTS,
    # What the answer says of its own key is not read at all: the certificate is ours to choose.
    ignore_ambiguous_key_info=True,
)


def signed_part(
    element: Element, certificates: Sequence[Certificate], what: str, now: float
) -> Element:
    """The element as it was signed, read anew from the very bytes. Raises `StaleKeys` where no
    certificate that is valid now verifies it, `Rejected` for whatever else is wrong."""
    signature = child(element, f"{SIGNATURE}Signature")
    if signature is None:
        raise Rejected(f"{what} is not signed")
    _check_shape(signature, str(element.get("ID", "")), what)
    usable = [one for one in certificates if one.valid(now)]
    if not usable:
        raise StaleKeys("no certificate in the provider's metadata is valid now")
    content = alone(element)
    for one in usable:
        found = _verified(content, one)
        if found is not None:
            if found.tag != element.tag or found.get("ID") != element.get("ID"):
                raise Rejected(f"the signature is of something else than {what}")
            return found
    raise StaleKeys(f"the signature of {what} is by none of the provider's certificates, or broken")


def _verified(content: bytes, certificate: Certificate) -> Element | None:
    try:
        result = XMLVerifier().verify(
            content, x509_cert=certificate.held, expect_config=_CONFIGURATION
        )
    except Exception:  # noqa: BLE001 (made-up signatures raise whatever they like: none is one)
        return None
    return None if isinstance(result, list) else result.signed_xml


def _check_shape(signature: Element, identifier: str, what: str) -> None:
    info = child(signature, f"{SIGNATURE}SignedInfo")
    if info is None or children(signature, f"{SIGNATURE}Object"):
        raise Rejected(f"the signature of {what} is not of the form that SAML has")
    _one_of(info, "CanonicalizationMethod", frozenset({_EXCLUSIVE}))
    _one_of(info, "SignatureMethod", _METHOD_NAMES)
    reference = child(info, f"{SIGNATURE}Reference")
    if reference is None or not identifier or reference.get("URI") != f"#{identifier}":
        raise Rejected(f"the signature is not of {what} itself")
    _one_of(reference, "DigestMethod", _DIGEST_NAMES)
    transforms = child(reference, f"{SIGNATURE}Transforms")
    named = [str(one.get("Algorithm", "")) for one in (() if transforms is None else transforms)]
    if sorted(named) != sorted([_ENVELOPED, _EXCLUSIVE]):
        raise Rejected(f"the signature of {what} is made over a changed form of it ({named})"[:400])
    if any(len(str(one.get("PrefixList", ""))) > _MOST_PREFIXES for one in inside(info)):
        raise Rejected(f"the signature of {what} names too many namespaces")
    if not text_of(child(signature, f"{SIGNATURE}SignatureValue")):
        raise Rejected(f"the signature of {what} is empty")


def _one_of(parent: Element, name: str, allowed: frozenset[str]) -> None:
    found = child(parent, f"{SIGNATURE}{name}")
    algorithm = "" if found is None else str(found.get("Algorithm", ""))
    if algorithm in allowed:
        return
    old = "sha1" in algorithm.lower() or algorithm.endswith("#rsa-md5")
    hint = "; let the provider sign with SHA-256" if old else ""
    raise Rejected(f"{name} {algorithm[:200]!r} is not accepted{hint}")
