"""SAML: metadata, settings and moments, read or refused with the reason."""

from __future__ import annotations

import time

import pytest
from lxml import etree
from pydantic import ValidationError

from auth.oidc.problems import Rejected
from auth.saml.metadata import entities_in, read_metadata
from auth.saml.provider import SamlProvider
from auth.saml.requests import our_metadata, request_address
from auth.saml.site import Site
from auth.saml.times import instant
from tests.identity.samlidp import SamlIdp, signer
from tests.unit.auth.samlanswers import (
    AUDIENCE,
    BOMB,
    CONSUMER,
    REQUEST,
    A,
    replaced,
)


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
