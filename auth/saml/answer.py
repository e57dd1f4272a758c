"""What an identity provider posted: believed as a whole, or refused with the reason.

The order is part of it. First the shape (one assertion, nothing beside it), then for whom and in
answer to what, then the signatures; what is read after that was signed itself (C10).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from auth.oidc.problems import Refused, Rejected
from auth.saml.assertion import Expected, Stated, checked
from auth.saml.certificates import Certificate
from auth.saml.encryption import decrypted
from auth.saml.signatures import signed_part
from auth.saml.times import SKEW, instant
from auth.saml.xml import (
    ASSERTION,
    PROTOCOL,
    SIGNATURE,
    Element,
    child,
    children,
    inside,
    parsed,
    text_of,
)

__all__ = ["MOST_BYTES", "read_answer"]

MOST_BYTES: Final = 256 * 1024
_LIFE: Final = 600.0
"""Seconds an answer may have been on its way: as long as an attempt is good for."""
_SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
_SPOILT: Final = "the assertion was encrypted for another key, or broken on its way"


def read_answer(
    posted: str,
    expected: Expected,
    certificates: Sequence[Certificate],
    keys: Sequence[rsa.RSAPrivateKey],
    now: float,
) -> Stated:
    """What the form field `SAMLResponse` is worth. Raises `Refused` where the provider says no,
    `StaleKeys` where its certificates may have changed, and `Rejected`."""
    response = parsed(_bytes(posted), MOST_BYTES, "the answer")
    if response.tag != f"{PROTOCOL}Response":
        raise Rejected("what was posted is no answer of SAML")
    _check_head(response, expected, now)
    if child(response, f"{SIGNATURE}Signature") is not None:
        signed_part(response, certificates, "the answer", now)
    _check_status(response)
    assertion = _only_assertion(response, keys)
    _check_signatures(response, assertion)
    signed = signed_part(assertion, certificates, "the assertion", now)
    return checked(signed, expected, now)


def _bytes(posted: str) -> bytes:
    if len(posted) > 2 * MOST_BYTES:
        raise Rejected(f"the answer is longer than {MOST_BYTES // 1024} KiB")
    try:
        return base64.b64decode("".join(posted.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Rejected("what was posted is not written in base64") from None


def _check_head(response: Element, expected: Expected, now: float) -> None:
    """Of which attempt it is, and where it was to go. What says so here is signed only in the
    assertion, where it is looked at again."""
    if response.get("Version") != "2.0":
        raise Rejected("the answer is not of SAML 2.0")
    if response.get("Destination") != expected.consumer:
        told = str(response.get("Destination", ""))[:200]
        raise Rejected(f"the answer is to be posted to {told!r}, not to {expected.consumer!r}")
    if response.get("InResponseTo") != expected.request:
        raise Rejected("the answer is not of this attempt to sign in (InResponseTo)")
    issuer = child(response, f"{ASSERTION}Issuer")
    if issuer is not None and text_of(issuer) != expected.issuer:
        raise Rejected(f"the answer is of another provider ({text_of(issuer)[:200]!r})")
    issued = instant(str(response.get("IssueInstant", "")), "IssueInstant")
    if not now - _LIFE - SKEW <= issued <= now + SKEW:
        raise Rejected("the answer is old, or of the future: compare the provider's clock")


def _check_status(response: Element) -> None:
    status = child(response, f"{PROTOCOL}Status")
    code = None if status is None else child(status, f"{PROTOCOL}StatusCode")
    if status is None or code is None:
        raise Rejected("the answer does not say whether it worked (Status)")
    if code.get("Value") == _SUCCESS:
        return
    inner = child(code, f"{PROTOCOL}StatusCode")
    names = [
        str(one.get("Value", "")).rpartition(":")[2] for one in (code, inner) if one is not None
    ]
    message = text_of(child(status, f"{PROTOCOL}StatusMessage"))
    raise Refused(f"the provider answered {' '.join([*names, message]).strip()[:200]!r}")


def _only_assertion(response: Element, keys: Sequence[rsa.RSAPrivateKey]) -> Element:
    """The one that is there, opened where it is encrypted. Of several none is meant, wherever
    they stand."""
    plain, sealed = f"{ASSERTION}Assertion", f"{ASSERTION}EncryptedAssertion"
    everywhere = list(inside(response, plain, sealed))
    if len(everywhere) != 1:
        raise Rejected(f"the answer holds {len(everywhere)} assertions in place of one")
    if everywhere[0].getparent() is not response:
        raise Rejected("the assertion is not where it belongs")
    if everywhere[0].tag == plain:
        return everywhere[0]
    content = decrypted(everywhere[0], keys)
    try:
        opened = parsed(content, MOST_BYTES, "the assertion")
    except Rejected:
        raise Rejected(_SPOILT) from None
    if opened.tag != plain or len(list(inside(opened, plain, sealed))) != 1:
        raise Rejected(_SPOILT)
    return opened


def _check_signatures(response: Element, assertion: Element) -> None:
    """Signatures stand as children of the answer and of the assertion, and nowhere else."""
    allowed = {
        one for parent in (response, assertion) for one in children(parent, f"{SIGNATURE}Signature")
    }
    for root in {response, assertion}:
        if any(one not in allowed for one in inside(root, f"{SIGNATURE}Signature")):
            raise Rejected("there is a signature where none belongs")
