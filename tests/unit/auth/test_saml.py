"""SAML without a console: what a hostile identity provider posts gets nowhere (C10)."""

from __future__ import annotations

import base64
import copy
import time
import warnings
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from auth.oidc.problems import Refused, Rejected, StaleKeys
from auth.saml import answer as answers
from auth.saml.metadata import entities_in
from auth.saml.person import read_person, shown
from auth.saml.provider import SamlProvider
from auth.saml.times import written
from tests.identity.samlidp import SamlIdp, packed, signer
from tests.unit.auth.samlanswers import (
    ABOUT,
    AUDIENCE,
    BOMB,
    CONSUMER,
    REQUEST,
    A,
    believed,
    person_of,
)


def test_an_honest_answer_tells_who_it_is() -> None:
    stated = believed(SamlIdp().response(**ABOUT))
    assert stated.context.endswith("PasswordProtectedTransport")
    assert abs(stated.authenticated - time.time()) < 60
    assert time.time() < stated.ends < time.time() + 600
    person = person_of(SamlIdp())
    assert (person.issuer, person.subject, person.sid) == ("https://idp.test/saml", "ada-1", "s1")
    assert (person.login, person.name, person.email) == ("ada", "Ada Lovelace", "ada@example.test")
    assert person.groups == ("engineers", "staff")
    assert "ada-1" in str(shown(stated))


@pytest.mark.parametrize(
    "more",
    [
        {"sign_response": True},
        {"method": SignatureMethod.RSA_SHA512, "digest": DigestAlgorithm.SHA384},
        {"method": SignatureMethod.SHA256_RSA_MGF1},
        {"published": (signer("before"), signer("idp"))},
    ],
)
def test_what_honest_providers_do_is_believed(more: dict[str, Any]) -> None:
    idp = SamlIdp(**more)
    assert believed(idp.response(**ABOUT), idp).identifier


def test_c10_either_certificate_of_a_rollover_is_believed_and_no_other() -> None:
    before, after = signer("before"), signer("after")
    both = SamlIdp(published=(before, after))
    for one in (before, after):
        assert believed(SamlIdp(signing=one).response(**ABOUT), both).identifier
    with pytest.raises(StaleKeys):
        believed(SamlIdp(signing=signer("another")).response(**ABOUT), both)
    over = SamlIdp(signing=signer("over", days=-1))
    with pytest.raises(StaleKeys, match="valid now"):
        believed(over.response(**ABOUT), over)


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "unsigned": ({"sign_assertion": False}, "is not signed"),
    "response alone signed": (
        {"sign_assertion": False, "sign_response": True},
        "the assertion is not signed",
    ),
    "signed with SHA-1": ({"method": SignatureMethod.RSA_SHA1}, "SHA-256"),
    "digested with SHA-1": ({"digest": DigestAlgorithm.SHA1}, "SHA-256"),
    "by another certificate": ({"signing": signer("another")}, "none of the provider's"),
    "another audience": ({"changes": {f">{AUDIENCE}<": ">https://other.test<"}}, "is for"),
    "no audience": (
        {"changes": {"AudienceRestriction>": "OneTimeUse>", f"{AUDIENCE}": ""}},
        "for whom",
    ),
    "a condition nobody knows": (
        {"changes": {"<saml:AudienceRestriction>": "<saml:Condition/><saml:AudienceRestriction>"}},
        "condition",
    ),
    "another recipient": (
        {"changes": {f'Recipient="{CONSUMER}"': 'Recipient="https://other.test"'}},
        "to be posted to",
    ),
    "another destination": (
        {"changes": {f'Destination="{CONSUMER}"': 'Destination="https://other.test"'}},
        "to be posted to",
    ),
    "no destination": ({"changes": {f'Destination="{CONSUMER}"': ""}}, "to be posted to"),
    "answers another request": (
        {"changes": {f'InResponseTo="{REQUEST}"': 'InResponseTo="_2"'}},
        "InResponseTo",
    ),
    "answers no request": ({"changes": {f'InResponseTo="{REQUEST}"': ""}}, "InResponseTo"),
    "an assertion of another request": (
        {"changes": {f'InResponseTo="{REQUEST}"/>': 'InResponseTo="_2"/>'}},
        "this attempt",
    ),
    "not its bearer": ({"changes": {"cm:bearer": "cm:sender-vouches"}}, "bearer"),
    "another issuer": (
        {"changes": {">https://idp.test/saml<": ">https://other.test/saml<"}},
        "another provider",
    ),
    "of SAML 1": (
        {"changes": {'<saml:Assertion Version="2.0"': '<saml:Assertion Version="1.1"'}},
        "SAML 2.0",
    ),
    "only the name encrypted": (
        {"changes": {"<saml:NameID": "<saml:EncryptedID/><saml:NameID"}},
        "EncryptedID",
    ),
    "nobody signed in": ({"changes": {"AuthnStatement": "AuthzDecisionStatement"}}, "signed in"),
    "a processing instruction": (
        {"changes": {"<saml:Subject>": "<saml:Subject><?php x?>"}},
        "processing",
    ),
    "two elements of one id": (
        {
            "changes": {
                "<saml:Conditions": '<saml:Conditions ID="_a"',
                "<samlp:Status>": '<samlp:Status Id="_a">',
            }
        },
        "same id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_c10_lies_are_refused(lie: str) -> None:
    about, words = LIES[lie]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        posted = SamlIdp(**about).response(**ABOUT)
    with pytest.raises(Rejected, match=words):
        believed(posted)


@pytest.mark.parametrize("seconds", [-86_400, -400, 500, 86_400])
def test_c10_an_answer_of_another_time_is_refused(seconds: float) -> None:
    posted = SamlIdp().response(**ABOUT)
    with pytest.raises(Rejected):
        believed(posted, now=time.time() + seconds)


@pytest.mark.parametrize(
    ("place", "name", "seconds"),
    [
        (f"{A}Conditions", "NotBefore", 120),
        (f"{A}Conditions", "NotOnOrAfter", -120),
        (f"{A}Conditions", "NotOnOrAfter", 100_000),
        (f"{A}Subject/{A}SubjectConfirmation/{A}SubjectConfirmationData", "NotOnOrAfter", -120),
        (f"{A}AuthnStatement", "SessionNotOnOrAfter", -120),
        (f"{A}AuthnStatement", "AuthnInstant", 120),
        (".", "IssueInstant", 120),
    ],
)
def test_c10_times_of_the_assertion_count(place: str, name: str, seconds: int) -> None:
    root = SamlIdp(sign_assertion=False).document(**ABOUT)
    assertion = root.find(f"{A}Assertion")
    found = assertion if place == "." else assertion.find(place)
    for now, refused in ((0, False), (seconds, True)):
        if name != "SessionNotOnOrAfter" or refused:
            found.set(name, written(time.time() + (now or (30 if "After" in name else 0))))
        again = copy.deepcopy(root)
        again.replace(again.find(f"{A}Assertion"), SamlIdp().signed(assertion))
        if not refused:
            assert believed(packed(again)).identifier
            continue
        with pytest.raises(Rejected):
            believed(packed(again))


def test_c10_a_comment_in_a_name_changes_nothing() -> None:
    """CVE-2018-0489: who may sign in as `owner-1.evil` does not become `owner-1`."""
    idp = SamlIdp(name_id="owner-1.evil")
    root = idp.document(**ABOUT)
    name = root.find(f".//{A}NameID")
    name.text = "owner-1"
    comment = etree.Comment("x")
    comment.tail = ".evil"
    name.append(comment)
    assert b"owner-1<!--x-->.evil" in etree.tostring(root)
    stated = believed(packed(root), idp)  # the signature is not over comments
    provider = SamlProvider.model_validate(idp.settings())
    assert read_person(stated, provider, AUDIENCE).subject == "owner-1.evil"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB.encode() + b"<r>&b;</r>", "document type"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "document type"),
        (f'<?xml version="1.0" encoding="utf-16"?>{BOMB}<r>&b;</r>'.encode("utf-16"), "UTF-8"),
        (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE r+AD4-<r/>', "well-formed"),
        (b"<r>&unknown;</r>", "well-formed"),
        (b"<r", "well-formed"),
        (b"\xff\xfe", "UTF-8"),
        (b"<r>" * 5000, "well-formed"),
        (b"<r>" + b"<x/>" * 30_000 + b"</r>", "too many"),
        (b"<r>" + b"x" * answers.MOST_BYTES + b"</r>", "longer"),
        (b"<r " + b" ".join(b'xmlns:a%d="a"' % one for one in range(90)) + b"/>", "namespaces"),
        (b"<r/>", "no answer of SAML"),
    ],
)  # fmt: skip
def test_c10_no_entities_no_bombs(content: bytes, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        believed(base64.b64encode(content).decode())
    with pytest.raises(Rejected):
        entities_in(content)


@pytest.mark.parametrize("posted", ["", "!", "PHI+", "A" * (3 * answers.MOST_BYTES)])
def test_c10_what_is_no_answer_is_refused(posted: str) -> None:
    with pytest.raises(Rejected):
        believed(posted)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "another at each sign-in"),
        ("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "e-mail"),
        ("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "persistent"),
    ],
)
def test_c10_names_that_do_not_last_are_refused_with_what_to_set(form: str, words: str) -> None:
    idp = SamlIdp(name_format=form, attributes={"oid": ["7"], "two": ["a", "b"]})
    with pytest.raises(Rejected, match=words) as refused:
        person_of(idp)
    assert "persistent NameID" in str(refused.value)
    assert person_of(idp, subject="oid").subject == "7"
    for name in ("two", "none"):
        with pytest.raises(Rejected, match="single usable value"):
            person_of(idp, subject=name)


def test_c10_a_name_for_another_service_is_refused() -> None:
    for qualifier in ('SPNameQualifier="https://other.test"', 'NameQualifier="https://other.test"'):
        idp = SamlIdp(changes={"<saml:NameID ": f"<saml:NameID {qualifier} "})
        with pytest.raises(Rejected, match="Qualifier"):
            person_of(idp)


def test_a_refusal_of_the_provider_is_one() -> None:
    base = "urn:oasis:names:tc:SAML:2.0:status:"
    idp = SamlIdp(status=(f"{base}Responder", f"{base}AuthnFailed"))
    with pytest.raises(Refused, match="Responder AuthnFailed"):
        believed(idp.response(**ABOUT))
