"""SAML: encrypted assertions (C10)."""

from __future__ import annotations

import copy

import pytest
from lxml import etree

from auth.oidc.problems import Rejected
from tests.identity.samlidp import SamlIdp, encrypted, packed, signer
from tests.unit.auth.samlanswers import (
    ABOUT,
    A,
    believed,
    evil_of,
)


def test_c10_encrypted_assertions_open_with_either_key_and_no_other() -> None:
    new, old, other = signer("ours-new"), signer("ours-old"), signer("not-ours")
    keys = new.key_pem + old.key_pem
    for one in (new, old):
        assert believed(SamlIdp().response(encrypt_for=one.pem, **ABOUT), keys=keys).identifier
    sealed = SamlIdp(sign_response=True).response(encrypt_for=new.pem, **ABOUT)
    assert believed(sealed, keys=keys).identifier
    for posted in (
        SamlIdp().response(encrypt_for=other.pem, **ABOUT),
        SamlIdp(sign_assertion=False).response(encrypt_for=new.pem, **ABOUT),
    ):
        with pytest.raises(Rejected, match=r"another key|not signed"):
            believed(posted, keys=keys)
    with pytest.raises(Rejected, match="no key"):
        believed(sealed, keys="")


def test_c10_broken_and_weak_encryption_is_refused() -> None:
    ours = signer("ours-new")
    root = SamlIdp().document(**ABOUT)
    kept = root.find(f"{A}Assertion")
    weak = encrypted(kept, ours.pem, algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5")
    root.replace(kept, weak)
    with pytest.raises(Rejected, match="RSA-OAEP"):
        believed(packed(root), keys=ours.key_pem)
    root.replace(weak, encrypted(kept, ours.pem))
    value = list(root.iter("{http://www.w3.org/2001/04/xmlenc#}CipherValue"))[-1]
    value.text = value.text[:-8] + "AAAAAAA="
    with pytest.raises(Rejected, match="broken"):
        believed(packed(root), keys=ours.key_pem)


def test_c10_what_is_inside_an_encrypted_assertion_is_not_trusted_more() -> None:
    ours = signer("ours-new")
    root = SamlIdp().document(**ABOUT)
    kept = root.find(f"{A}Assertion")
    for inside in (evil_of(kept), etree.fromstring("<x/>")):
        again = copy.deepcopy(root)
        again.replace(again.find(f"{A}Assertion"), encrypted(inside, ours.pem))
        with pytest.raises(Rejected):
            believed(packed(again), keys=ours.key_pem)
