"""What the tests of SAML share: an answer as the console reads it, and what it expects of it."""

from __future__ import annotations

import copy
import time
from typing import Any

from auth.saml.answer import read_answer
from auth.saml.assertion import Expected, Stated
from auth.saml.encryption import read_keys
from auth.saml.metadata import read_metadata
from auth.saml.person import read_person
from auth.saml.provider import SamlProvider
from tests.identity.samlidp import DS, SAML, SAMLP, SamlIdp

__all__ = [
    "ABOUT",
    "AUDIENCE",
    "CONSUMER",
    "EXPECTED",
    "REQUEST",
    "A",
    "P",
    "S",
    "believed",
    "person_of",
]

AUDIENCE = "https://console.test/api/v1/hooks/saml/corp/metadata"
CONSUMER = "https://console.test/api/v1/hooks/saml/corp"
REQUEST = "_request-1"
ABOUT = {"audience": AUDIENCE, "consumer": CONSUMER, "request": REQUEST}
EXPECTED = Expected("https://idp.test/saml", AUDIENCE, CONSUMER, REQUEST)
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
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
