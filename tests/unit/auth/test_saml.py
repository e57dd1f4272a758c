"""SAML without a console: what a hostile identity provider posts gets nowhere (C10)."""

from __future__ import annotations

import base64
import copy
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from pydantic import ValidationError
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from auth.oidc.problems import Refused, Rejected, StaleKeys
from auth.saml import answer as answers
from auth.saml.answer import read_answer
from auth.saml.assertion import Expected, Stated
from auth.saml.encryption import read_keys
from auth.saml.metadata import entities_in, read_metadata
from auth.saml.person import read_person, shown
from auth.saml.provider import SamlProvider
from auth.saml.requests import our_metadata, request_address
from auth.saml.site import Site
from auth.saml.times import instant, written
from tests.identity.samlidp import DS, SAML, SAMLP, SamlIdp, encrypted, packed, signer

AUDIENCE = "https://console.test/api/v1/hooks/saml/corp/metadata"
CONSUMER = "https://console.test/api/v1/hooks/saml/corp"
REQUEST = "_request-1"
ABOUT = {"audience": AUDIENCE, "consumer": CONSUMER, "request": REQUEST}
EXPECTED = Expected("https://idp.test/saml", AUDIENCE, CONSUMER, REQUEST)
A, P, S = f"{{{SAML}}}", f"{{{SAMLP}}}", f"{{{DS}}}"


def believed(
    posted: str, idp: SamlIdp | None = None, *, keys: str = "", now: float | None = None
) -> Stated:
    now = time.time() if now is None else now
    found = read_metadata((idp or SamlIdp()).metadata().encode(), EXPECTED.issuer, now)
    return read_answer(posted, EXPECTED, found.certificates, read_keys(keys), now)


def person_of(idp: SamlIdp, **settings: Any) -> Any:
    provider = SamlProvider.model_validate(idp.settings(**settings))
    return read_person(believed(idp.response(**ABOUT), idp), provider, AUDIENCE)


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


def replaced(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def evil_of(assertion: Any) -> Any:
    """A copy that names somebody else, with an id of its own and without a signature."""
    evil = copy.deepcopy(assertion)
    evil.set("ID", "_evil")
    evil.find(f"{A}Subject/{A}NameID").text = "owner-1"
    for one in evil.findall(f"{S}Signature"):
        evil.remove(one)
    return evil


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


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


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


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"https://idp.test/saml": "https://other.test"}, "exactly once"),
        ({"HTTP-Redirect": "SOAP"}, "by redirect"),
        ({"https://idp.test/sso": "javascript:alert(1)"}, "no address"),
        ({"IDPSSODescriptor": "SPSSODescriptor"}, "no identity provider"),
        ({'use="signing"': 'use="encryption"'}, "no certificate"),
        ({"<ds:X509Certificate>": "<ds:X509Certificate>AAAA"}, "cannot be read"),
        ({"<md:IDPSSODescriptor": BOMB + "<md:IDPSSODescriptor"}, "document type"),
        ({"entityID": 'validUntil="2020-01-01T00:00:00Z" entityID'}, "no longer valid"),
    ],
)
def test_metadata_is_read_or_refused_with_the_reason(changed: dict[str, str], words: str) -> None:
    content = replaced(SamlIdp().metadata(), changed).encode()
    if not words:
        found = read_metadata(content, "https://idp.test/saml", time.time())
        assert found.sign_in == "https://idp.test/sso"
        assert entities_in(content) == ["https://idp.test/saml"]
        return
    with pytest.raises(Rejected, match=words):
        read_metadata(content, "https://idp.test/saml", time.time())


def test_what_the_console_says_of_itself() -> None:
    site, ours = Site(AUDIENCE, CONSUMER), signer("ours-new")
    root = etree.fromstring(our_metadata(site, (ours.pem,), persistent=True))
    assert root.get("entityID") == AUDIENCE
    assert root.findtext(".//{*}X509Certificate") == ours.body
    assert root.find(".//{*}AssertionConsumerService").get("Location") == CONSUMER
    provider = SamlProvider.model_validate(SamlIdp().settings(contexts="urn:strong"))
    url = request_address(
        provider, site, "https://idp.test/sso?x=1", request=REQUEST, state="s", now=0.0, fresh=True
    )
    asked, state = SamlIdp().asked(url)
    assert (asked.get("ID"), asked.get("ForceAuthn"), state) == (REQUEST, "true", "s")
    assert asked.findtext(f".//{A}AuthnContextClassRef") == "urn:strong"


@pytest.mark.parametrize(
    "wrong",
    [
        {"metadata": ""},
        {"metadata_url": "https://idp.test/metadata", "metadata": "<x/>"},
        {"metadata_url": "file:///etc/passwd", "metadata": ""},
        {"metadata_url": "https://a:b@idp.test/", "metadata": ""},
        {"entity_id": "two words"},
        {"subject": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"},
        {"subject": "urn:oid:x:mail"},
        {"subject": "userPrincipalName"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SamlProvider.model_validate(SamlIdp().settings() | wrong)


def test_moments() -> None:
    assert instant("1970-01-01T00:00:01.5Z", "x") == 1.5
    assert instant("1970-01-01T01:00:00+01:00", "x") == 0.0
    for wrong in ("", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "now"):
        with pytest.raises(Rejected):
            instant(wrong, "x")
