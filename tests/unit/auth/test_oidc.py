"""What a provider says, verified and read: the pure part."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import ValidationError

from auth.oidc.idtoken import Expected, check_id_token
from auth.oidc.logouttoken import check_logout_token
from auth.oidc.metadata import read_metadata
from auth.oidc.person import read_person
from auth.oidc.problems import Rejected, StaleKeys
from auth.oidc.provider import OidcProvider
from auth.oidc.returning import own_path
from auth.oidc.signatures import read_keys, verified_claims
from auth.person import MOST_GROUPS

ISSUER = "https://sso.test/realms/main"
NOW = 1_800_000_000.0
PROVIDER = OidcProvider(name="sso", issuer=ISSUER, client_id="craton")


def claims(**more: Any) -> dict[str, Any]:
    honest = {"iss": ISSUER, "aud": "craton", "sub": "1", "iat": NOW, "exp": NOW + 60, "nonce": "n"}
    return {name: value for name, value in {**honest, **more}.items() if value is not None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": f"{ISSUER}/"}, {"iss": None}, {"aud": "other"}, {"aud": None},
        {"aud": ["other"], "azp": "craton"}, {"aud": ["craton", "other"]},
        {"aud": ["craton", "other"], "azp": "other"}, {"azp": "other"},
        {"exp": NOW - 31}, {"exp": None}, {"exp": "later"}, {"exp": True}, {"iat": NOW + 31},
        {"iat": None}, {"iat": NOW - 601}, {"nbf": NOW + 31}, {"nonce": "m"}, {"nonce": None},
        {"nonce": ["n"]}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 257},
        {"sub": "a\u202eb"}, {"exp": float("inf")}, {"exp": float("nan")},
    ],
)  # fmt: skip
def test_an_id_token_that_is_not_ours_now_is_not_believed(wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        check_id_token(claims(**wrong), Expected(ISSUER, "craton", "n"), NOW)


@pytest.mark.parametrize(
    "right", [{}, {"aud": ["craton"]}, {"exp": NOW - 29}, {"iat": NOW + 29}, {"azp": "craton"}]
)
def test_an_honest_one_is(right: dict[str, Any]) -> None:
    check_id_token(claims(**right), Expected(ISSUER, "craton", "n"), NOW)


@pytest.mark.parametrize(
    "wrong", [{}, {"auth_time": NOW - 91}, {"auth_time": NOW, "acr": "1"}, {"acr": "gold"}]
)
def test_strength_that_was_asked_for_is_held_against_what_is_told(wrong: dict[str, Any]) -> None:
    expected = Expected(ISSUER, "craton", "n", max_age=60, acr=("gold",))
    with pytest.raises(Rejected):
        check_id_token(claims(**wrong), expected, NOW)
    check_id_token(claims(auth_time=NOW - 89, acr="gold"), expected, NOW)


RSA, EC, ED = (
    RSAKey.generate_key(2048, {"kid": "r"}),
    ECKey.generate_key("P-256", {"kid": "e"}),
    OKPKey.generate_key("Ed25519", {"kid": "o"}),
)
KEYS = read_keys({"keys": [key.as_dict(private=False) for key in (RSA, EC, ED)]})
ALL = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")],
)
def test_signatures_of_our_algorithms_are_verified(key: Any, algorithm: str) -> None:
    for kid in ({"kid": key.kid}, {}):
        token = jwt.encode({"alg": algorithm, **kid}, {"a": 1}, key, algorithms=[algorithm])
        assert verified_claims(token, KEYS, ALL)["a"] == 1
        with pytest.raises(Rejected):
            verified_claims(token, KEYS, ("RS512",))
    forged = token[:-8] + ("AAAAAAAA" if not token.endswith("AAAAAAAA") else "BBBBBBBB")
    with pytest.raises(StaleKeys):
        verified_claims(forged, KEYS, ALL)


def test_a_key_is_not_used_for_what_it_is_not_for() -> None:
    token = jwt.encode({"alg": "RS256", "kid": "r"}, {}, RSA, algorithms=["RS256"])
    public = RSA.as_dict(private=False)
    for other in ({"use": "enc"}, {"alg": "PS256"}, {"kid": "another"}):
        with pytest.raises(StaleKeys):
            verified_claims(token, read_keys({"keys": [{**public, **other}]}), ALL)


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.", "a" * 70_000, "e30.e30.e30.e30"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        verified_claims(text, KEYS, ALL)


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": [{}] * 65}])
def test_what_is_no_key_set_is_refused(document: Any) -> None:
    with pytest.raises(Rejected):
        read_keys(document)


def metadata(**more: Any) -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/keys",
        **more,
    }


def test_metadata_offers_our_algorithms_only() -> None:
    offered = ["none", "HS256", "RS256", "RS512", "ES256"]
    found = read_metadata(ISSUER, metadata(id_token_signing_alg_values_supported=offered))
    assert found.algorithms == ("RS256", "ES256")
    with pytest.raises(Rejected):
        read_metadata(ISSUER, metadata(id_token_signing_alg_values_supported=["none", "HS256"]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": f"{ISSUER}/"}, {"issuer": None}, {"token_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"}, {"jwks_uri": "https://a:b@host/"},
        {"jwks_uri": "https://"}, {"jwks_uri": 7}, {"authorization_endpoint": "javascript:1"},
        {"token_endpoint": "https://host/\n"}, {"userinfo_endpoint": "ftp://host/"},
        {"jwks_uri": "https://host:99999/"},
    ],
)  # fmt: skip
def test_metadata_that_cannot_be_used(wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        read_metadata(ISSUER, metadata(**wrong))


def test_a_person_is_read_by_the_provider_s_names_for_things() -> None:
    names = PROVIDER.model_copy(
        update={"claim_login": "upn", "claim_groups": "realm_access.roles", "claim_email": "mail"}
    )
    told = claims(upn="Ada L", mail="a@b.test", realm_access={"roles": ["b", "a", 7, "x" * 300]})
    person = read_person(told, names)
    assert (person.login, person.name, person.email) == ("Ada-L", "Ada L", "a@b.test")
    assert person.groups == ("a", "b")
    assert read_person(claims(), PROVIDER).login == "1"
    assert read_person(claims(preferred_username=" \u202e\0 "), PROVIDER).login == "1"
    assert read_person(claims(groups="one"), PROVIDER).groups == ("one",)


def test_groups_that_could_not_all_be_told_are_said_to_be_too_many() -> None:
    elsewhere = claims(_claim_names={"groups": "src1"})
    assert read_person(elsewhere, PROVIDER).too_many
    many = claims(groups=[f"g{number}" for number in range(MOST_GROUPS + 1)])
    found = read_person(many, PROVIDER)
    assert found.too_many
    assert len(found.groups) == MOST_GROUPS


EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def logout(**more: Any) -> dict[str, Any]:
    honest = {"iss": ISSUER, "aud": "craton", "iat": NOW, "jti": "j", "sid": "s", "events": EVENT}
    return {name: value for name, value in {**honest, **more}.items() if value is not None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.test"}, {"aud": "other"}, {"aud": ["craton", "other"]},
        {"iat": None}, {"iat": NOW - 331}, {"iat": NOW + 31}, {"exp": NOW - 31}, {"exp": "x"},
        {"jti": None}, {"jti": ""}, {"jti": 7}, {"nonce": "n"}, {"events": None}, {"events": {}},
        {"events": {next(iter(EVENT)): "x"}}, {"sid": None}, {"sid": "x" * 257}, {"sub": ["1"]},
    ],
)  # fmt: skip
def test_a_forged_logout_token_ends_nothing(wrong: dict[str, Any]) -> None:
    """C9."""
    with pytest.raises(Rejected):
        check_logout_token({}, logout(**wrong), issuer=ISSUER, client_id="craton", now=NOW)


def test_an_honest_logout_token_ends_a_session_or_all_of_a_person() -> None:
    where = {"issuer": ISSUER, "client_id": "craton", "now": NOW}
    assert check_logout_token({"typ": "logout+jwt"}, logout(), **where).sid == "s"
    ended = check_logout_token({"typ": "JWT"}, logout(sid=None, sub="1"), **where)
    assert (ended.sid, ended.subject) == ("", "1")
    with pytest.raises(Rejected):
        check_logout_token({"typ": "at+jwt"}, logout(), **where)


@pytest.mark.parametrize(
    "issuer",
    ["", "sso.test", "ftp://sso.test", "https://sso.test/?a", "https://sso.test/#a",
     "https://u:p@sso.test", "https://sso.test/a b", "https://sso.tést", "https://h:99999"],
)  # fmt: skip
def test_what_is_no_issuer(issuer: str) -> None:
    with pytest.raises(ValidationError):
        OidcProvider(name="sso", issuer=issuer, client_id="craton")


def test_own_paths() -> None:
    assert own_path("/pods?q=a&b=%20#c") == "/pods?q=a&b=%20#c"
    assert own_path("/" + "a" * 2048) == "/"
