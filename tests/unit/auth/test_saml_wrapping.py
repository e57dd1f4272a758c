"""SAML: what is wrapped, moved or changed beside a good signature is refused (C10)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from auth.oidc.problems import Rejected
from tests.identity.samlidp import SamlIdp, packed
from tests.unit.auth.samlanswers import (
    ABOUT,
    A,
    P,
    S,
    believed,
    evil_of,
)


def signature_of(element: Any) -> Any:
    return element.find(f"{S}Signature")


def xsw1(root: Any, kept: Any) -> None:
    """The signed answer lies inside the signature of an evil one."""
    original = copy.deepcopy(root)
    signature = signature_of(root)
    root.set("ID", "_evil-answer")
    root.replace(kept, evil_of(kept))
    signature.append(original)


def xsw2(root: Any, kept: Any) -> None:
    """The signed answer lies before the signature of an evil one."""
    original = copy.deepcopy(root)
    original.remove(signature_of(original))
    root.set("ID", "_evil-answer")
    root.replace(kept, evil_of(kept))
    signature_of(root).addprevious(original)


def xsw3(root: Any, kept: Any) -> None:
    """An evil assertion before the signed one."""
    kept.addprevious(evil_of(kept))


def xsw4(root: Any, kept: Any) -> None:
    """The signed one inside of an evil one."""
    evil = evil_of(kept)
    root.replace(kept, evil)
    evil.append(kept)


def xsw5(root: Any, kept: Any) -> None:
    """The evil one has the signature, the signed one stands without it at the end."""
    evil = evil_of(kept)
    evil.insert(1, copy.deepcopy(signature_of(kept)))
    kept.addprevious(evil)
    kept.remove(signature_of(kept))


def xsw6(root: Any, kept: Any) -> None:
    """The signed one lies inside the signature of the evil one."""
    evil, signature = evil_of(kept), copy.deepcopy(signature_of(kept))
    root.replace(kept, evil)
    evil.insert(1, signature)
    kept.remove(signature_of(kept))
    signature.append(kept)


def xsw7(root: Any, kept: Any) -> None:
    """The evil one among the extensions of the answer."""
    extensions = etree.Element(f"{P}Extensions")
    extensions.append(evil_of(kept))
    kept.addprevious(extensions)


def xsw8(root: Any, kept: Any) -> None:
    """The signed one lies in an object of the signature of the evil one."""
    evil, signature = evil_of(kept), copy.deepcopy(signature_of(kept))
    root.replace(kept, evil)
    kept.remove(signature_of(kept))
    holder = etree.SubElement(signature, f"{S}Object")
    holder.append(kept)
    evil.insert(1, signature)


def same_id(root: Any, kept: Any) -> None:
    """The evil one in place of the signed one, which lies elsewhere under the same id."""
    evil = evil_of(kept)
    evil.set("ID", kept.get("ID"))
    evil.insert(1, copy.deepcopy(signature_of(kept)))
    root.replace(kept, evil)
    status = root.find(f"{P}Status")
    etree.SubElement(status, f"{P}StatusDetail").append(kept)


@pytest.mark.parametrize("wrap", [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, same_id])
def test_c10_wrapping_is_refused(wrap: Callable[[Any, Any], None]) -> None:
    root = SamlIdp(sign_response=wrap in {xsw1, xsw2}).document(**ABOUT)
    assert believed(packed(root)).identifier  # it is the wrapping that is refused
    wrap(root, root.find(f"{A}Assertion"))
    with pytest.raises(Rejected):
        believed(packed(root))


def test_c10_whatever_is_changed_breaks_the_signature() -> None:
    text = etree.tostring(SamlIdp().document(**ABOUT)).decode()
    for before, after in (
        (">ada-1<", ">ada-2<"),
        (">engineers<", ">owners<"),
        ("<saml:AttributeStatement>", "<saml:AttributeStatement><saml:Attribute/>"),
        ("PasswordProtectedTransport", "TLSClient"),
    ):
        assert before in text
        with pytest.raises(Rejected):
            believed(packed(text.replace(before, after).encode()))


def test_c10_the_answers_own_signature_counts_where_it_has_one() -> None:
    root = SamlIdp(sign_response=True).document(**ABOUT)
    text = etree.tostring(root).decode().replace("<samlp:Status>", "<samlp:Status><x/>")
    with pytest.raises(Rejected, match="signature of the answer"):
        believed(packed(text.encode()))


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("Transform", "http://www.w3.org/2000/09/xmldsig#base64"),
        ("Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ("Transform", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        ("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    ],
)
def test_c10_other_transforms_and_methods_are_refused(name: str, transform: str) -> None:
    root = SamlIdp().document(**ABOUT)
    (*_, last) = root.iter(f"{S}{name}")
    last.set("Algorithm", transform)
    with pytest.raises(Rejected, match=r"not accepted|changed form"):
        believed(packed(root))


def test_c10_a_signature_cannot_ask_for_much_work() -> None:
    root = SamlIdp().document(**ABOUT)
    (*_, last) = root.iter(f"{S}Transform")
    named = etree.SubElement(last, "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces")
    named.set("PrefixList", "a " * 1000)
    with pytest.raises(Rejected, match="too many namespaces"):
        believed(packed(root))
