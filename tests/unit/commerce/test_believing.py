"""Which documents are believed, and what is said of those that are not."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey, RSAKey

from backend.commerce.licence.issuing import key_set_text, new_key, public_key, rotated
from backend.commerce.licence.keys import KeySet, read_key_set
from backend.commerce.licence.parsing import parse
from backend.commerce.licence.problems import Refused, UnknownKey, UnknownSchema
from backend.commerce.licence.revocation import read_revocations
from backend.commerce.licence.verify import LICENCE_TYPE, LONGEST, verify
from tests.unit.commerce.vendor import CLAIMS, Vendor


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    return Vendor()


def signed(key: Any, alg: str, claims: dict[str, Any], **header: Any) -> str:
    found = {"alg": alg, "typ": LICENCE_TYPE, **header}
    return jws.serialize_compact(found, json.dumps(claims).encode(), key, algorithms=[alg])


def own(vendor: Vendor) -> OKPKey:
    return OKPKey.import_key({n: vendor.current[n] for n in ("kty", "crv", "x", "d")})


def test_a_signed_licence_says_what_was_issued(vendor: Vendor) -> None:
    token = vendor.token(entitlements={"servers": {"value": 1000, "enforce": "meter"}})
    found = verify(f"\n{token} \n", vendor.keys)
    assert found.licence.entitlements["servers"].value == 1000
    assert (found.licence.jti, found.kid, found.demo) == ("LIC-1", vendor.current["kid"], False)
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"alg": "Ed25519", "typ": "craton-license+jwt", "kid": vendor.current["kid"]}


def test_the_next_key_signs_already_and_a_past_one_still(vendor: Vendor) -> None:
    keys = rotated(vendor.keys, public_key(new_key(), "next"))
    assert keys.keys[vendor.current["kid"]].craton_role == "past"
    assert keys.keys[vendor.next["kid"]].craton_role == "current"
    assert verify(vendor.token(), keys).licence.jti == "LIC-1"
    assert read_key_set(key_set_text(keys)) == keys


def test_a_demo_key_makes_demo_licences() -> None:
    demo = Vendor(demo=True)
    assert demo.verified().demo


def test_other_algorithms_are_refused_whatever_key_they_use(vendor: Vendor) -> None:
    kid = vendor.current["kid"]
    secret = OctKey.import_key(base64.urlsafe_b64decode(vendor.current["x"] + "=="))
    tokens = [
        signed(secret, "HS256", CLAIMS, kid=kid),
        signed(RSAKey.generate_key(2048), "RS256", CLAIMS, kid=kid),
    ]
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid}).encode()).decode()
    tokens.append(f"{none.rstrip('=')}.{tokens[0].split('.')[1]}.")
    for token in tokens:
        with pytest.raises(Refused, match="licences are signed with Ed25519"):
            verify(token, vendor.keys)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_the_deprecated_name_of_the_algorithm_is_refused(vendor: Vendor) -> None:
    token = signed(own(vendor), "EdDSA", CLAIMS, kid=vendor.current["kid"])
    with pytest.raises(Refused, match="'EdDSA'"):
        verify(token, vendor.keys)


def test_another_type_of_token_is_refused(vendor: Vendor) -> None:
    token = signed(own(vendor), "Ed25519", CLAIMS, kid=vendor.current["kid"], typ="JWT")
    with pytest.raises(Refused, match="of the type 'JWT'"):
        verify(token, vendor.keys)


def test_an_unknown_key_says_to_update_the_console(vendor: Vendor) -> None:
    with pytest.raises(UnknownKey, match="Update the console"):
        verify(Vendor().token(), vendor.keys)


def test_the_root_signs_no_licences(vendor: Vendor) -> None:
    root = OKPKey.import_key({n: vendor.root[n] for n in ("kty", "crv", "x", "d")})
    with pytest.raises(Refused, match="root key"):
        verify(signed(root, "Ed25519", CLAIMS, kid=vendor.root["kid"]), vendor.keys)


def test_a_changed_letter_breaks_it(vendor: Vendor) -> None:
    head, body, signature = vendor.token().split(".")
    changed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b"2027", b"2099")
    forged = base64.urlsafe_b64encode(changed).decode().rstrip("=")
    with pytest.raises(Refused, match="signature"):
        verify(f"{head}.{forged}.{signature}", vendor.keys)


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c", "....", "\0.\0.\0", "W10.e30.x", "ü.ü.ü", "[" * 5000 + ".a.b"],
)
def test_garbage_is_refused_with_a_sentence(vendor: Vendor, text: str) -> None:
    with pytest.raises(Refused):
        verify(text, vendor.keys)


def test_nothing_larger_than_the_cap_is_read(vendor: Vendor) -> None:
    with pytest.raises(Refused, match="64 KiB"):
        verify("a" * LONGEST + "..", vendor.keys)
    with pytest.raises(Refused, match="64 KiB"):
        verify("ü" * (LONGEST // 2) + "..", vendor.keys)


def test_unknown_claims_are_ignored_and_an_unknown_schema_is_not() -> None:
    assert parse(json.dumps(CLAIMS | {"later": {"x": 1}}).encode()).jti == "LIC-1"
    for schema in (2, 4, "3", True, None, 3.0):
        with pytest.raises(UnknownSchema, match="schema"):
            parse(json.dumps(CLAIMS | {"schema": schema}).encode())


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sequence", 0),
        ("sequence", "7"),
        ("expires_on", "2026-11-20"),
        ("expires_on", "tomorrow"),
        ("not_before", 1795219200),
        ("grace_days", -1),
        ("grace_days", 100_000),
        ("supersedes", ["LIC-1"]),
        ("features", ["SSO!"]),
        ("entitlements", {"servers": {"value": -1}}),
        ("entitlements", {"servers": {"value": 1.5}}),
        ("entitlements", {"servers": {"value": 10**13}}),
        ("entitlements", {"servers": {}}),
        ("entitlements", {"servers": {"value": 1, "combine": "min"}}),
        ("binding", {"mode": "installation"}),
        ("binding", {"mode": "mac_address", "values": ["x"]}),
        ("jti", ""),
        ("jti", None),
    ],
)
def test_a_wrong_claim_is_named(claim: str, value: Any) -> None:
    with pytest.raises(Refused) as told:
        parse(json.dumps(CLAIMS | {claim: value}).encode())
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_claims_have_to_be_an_object(text: bytes) -> None:
    with pytest.raises(Refused):
        parse(text)


def test_a_revocation_list_holds_when_the_root_signed_it(vendor: Vendor) -> None:
    keys = vendor.revoking(jti=("LIC-1",), kid=("old",))
    listed = read_revocations(keys)
    assert listed.concerns(verify(vendor.token(), keys))
    assert not listed.concerns(verify(vendor.token(jti="LIC-2"), keys))
    by_key = read_revocations(vendor.revoking(kid=(vendor.current["kid"],)))
    assert by_key.concerns(verify(vendor.token(jti="LIC-2"), keys))


def test_a_revocation_list_of_an_issuing_key_is_refused(vendor: Vendor) -> None:
    key = OKPKey.import_key({n: vendor.current[n] for n in ("kty", "crv", "x", "d")})
    header = {"alg": "Ed25519", "typ": "craton-revocations+jwt", "kid": vendor.current["kid"]}
    token = jws.serialize_compact(header, b'{"sequence":1}', key, algorithms=["Ed25519"])
    with pytest.raises(Refused, match="root"):
        read_revocations(KeySet(vendor.keys.keys, token))
    with pytest.raises(Refused, match="of the type"):
        read_revocations(KeySet(vendor.keys.keys, vendor.token()))


def test_a_key_set_says_what_is_wrong_with_it(vendor: Vendor) -> None:
    key = msgspec.to_builtins(vendor.keys.keys[vendor.current["kid"]])
    wrong: list[Any] = [
        "no json",
        {"keys": [key, key]},
        {"keys": [key | {"kty": "RSA"}]},
        {"keys": [key | {"x": "AA"}]},
        {"keys": [{name: key[name] for name in key if name != "craton_role"}]},
    ]
    for each in wrong:
        with pytest.raises(Refused, match="key set"):
            read_key_set(each if isinstance(each, str) else json.dumps(each))
