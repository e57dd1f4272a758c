"""A provider that lies: each row of the identity reference, section 8 (C7, C8)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from auth.oidc.problems import Rejected
from auth.oidc.signatures import read_keys, verified_claims
from tests.console import ConsoleApp
from tests.identity.browser import begin, come_back, refusal, sign_in
from tests.identity.provider import LyingProvider, symmetric, unsigned

HOUR = 3600


def without(*names: str) -> Any:
    return lambda honest: {name: value for name, value in honest.items() if name not in names}


def saying(**more: Any) -> Any:
    return lambda honest: {**honest, **more}


async def refused(console: ConsoleApp, provider: LyingProvider) -> str:
    """Why nobody got in; and nobody did."""
    caller, answer = await sign_in(console, provider)
    assert (await caller.get("/session")).status_code == 401
    return refusal(answer)


async def test_the_issuer_of_the_answer(believer: ConsoleApp, provider: LyingProvider) -> None:
    """Changed, or left out although it is promised (RFC 9207)."""
    for lie in (saying(iss="https://other.test"), without("iss")):
        provider.lies.callback = lie
        assert await refused(believer, provider) == "failed"
    provider.lies.callback = saying()
    assert await refused_not(believer, provider)


async def refused_not(console: ConsoleApp, provider: LyingProvider) -> bool:
    caller, _ = await sign_in(console, provider)
    return (await caller.get("/session")).status_code == 200


async def test_the_metadata_of_another_issuer(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """It is refused before anybody is sent there."""
    provider.lies.metadata = saying(issuer=f"{provider.issuer}/")
    answer = await believer.caller().post("/signin/sso", json={})
    assert answer.status_code == 502
    assert provider.issuer not in answer.text


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": ["other"], "azp": "craton"}, {"aud": "other"}, {"iss": "https://other.test"},
        {"nonce": "of another sign-in"}, {"nonce": None}, {"sub": ""},
        {"exp": -100}, {"iat": 100}, {"aud": ["craton", "other"]},
    ],
)  # fmt: skip
async def test_claims_that_are_not_of_this_sign_in(
    believer: ConsoleApp, provider: LyingProvider, lie: dict[str, Any]
) -> None:
    """Times are seconds from now: a hundred are beyond the 30 that clocks may differ."""
    now = int(time.time())
    told = {name: now + value if isinstance(value, int) else value for name, value in lie.items()}
    provider.lies.claims = saying(**told)
    assert await refused(believer, provider) == "failed"


async def test_signatures_that_prove_nothing(believer: ConsoleApp, provider: LyingProvider) -> None:
    """No signature, the public key as an HMAC's secret, any HMAC, another's key under our kid;
    also where the metadata lists such algorithms."""
    provider.lies.metadata = saying(
        id_token_signing_alg_values_supported=["none", "HS256", "RS256"]
    )
    forger = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    guessed = OctKey.import_key("secret of somebody else, long enough for HMAC")

    def by(key: Any, algorithm: str) -> Any:
        from joserfc import jwt

        return lambda header, claims: jwt.encode(
            {**header, "alg": algorithm}, claims, key, algorithms=[algorithm]
        )

    for sign in (unsigned, symmetric(provider.key), by(guessed, "HS256"), by(forger, "RS256")):
        provider.lies.sign = sign
        assert await refused(believer, provider) == "failed"


async def test_an_answer_without_an_id_token(believer: ConsoleApp, provider: LyingProvider) -> None:
    for lie in (without("id_token"), saying(id_token=7), saying(id_token="x" * 70_000)):
        provider.lies.answer = lie
        assert await refused(believer, provider) == "failed"


async def test_new_keys_are_read_once_and_used(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """Under a new id, and under the old one."""
    assert await refused_not(believer, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    assert await refused_not(believer, provider)
    assert provider.asked["/keys"] == 2


async def test_a_key_id_that_is_used_again_for_another_key(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    assert await refused_not(believer, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert await refused_not(believer, provider)


@pytest.mark.parametrize("strange", [{"kty": []}, {"alg": []}, {"kty": {}, "use": []}, {"kid": []}])
async def test_keys_of_strange_types_serve_nothing(
    believer: ConsoleApp, provider: LyingProvider, strange: dict[str, Any]
) -> None:
    """They are passed over: the honest key beside them is used."""
    public = provider.key.as_dict(private=False)
    with pytest.raises(Rejected):
        verified_claims(provider.id_token("n"), read_keys({"keys": [public | strange]}), ("RS256",))
    provider.lies.keys = lambda honest: {"keys": [{**public, **strange}, *honest["keys"]]}
    assert await refused_not(believer, provider)


async def test_a_token_without_a_key_id(believer: ConsoleApp, provider: LyingProvider) -> None:
    provider.lies.header = without("kid")
    assert await refused_not(believer, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    assert await refused_not(believer, provider)


async def test_a_stream_of_unknown_keys_is_no_stream_of_requests(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    for number in range(6):
        provider.lies.header = saying(kid=f"made-up-{number}")
        assert await refused(believer, provider) == "failed"
    assert provider.asked["/keys"] == 2


async def test_the_state_is_good_once_in_its_browser_and_for_its_provider(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    caller = believer.caller()
    callback = await provider.visit(await begin(caller))
    assert refusal(await come_back(believer.caller(), callback)) == "old"
    crossed = callback.replace("/callback/sso?", "/callback/other?")
    assert refusal(await come_back(caller, crossed)) == "old"
    assert refusal(await come_back(caller, callback)) == ""
    assert refusal(await come_back(caller, callback)) == "old"
    assert refusal(await come_back(caller, callback.replace("state=", "state=x"))) == "old"


async def test_another_browser_cannot_be_made_to_end_an_attempt(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """Login CSRF: the attacker's code in the victim's browser."""
    attacker, victim = believer.caller(), believer.caller()
    callback = await provider.visit(await begin(attacker))
    await begin(victim)
    assert refusal(await come_back(victim, callback)) == "old"
    assert (await victim.get("/session")).status_code == 401


async def test_a_code_without_its_verifier_is_worth_nothing(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """PKCE: a stolen code, put into another attempt of the same browser."""
    caller = believer.caller()
    stolen = await provider.visit(await begin(caller))
    own = await provider.visit(await begin(caller))
    code = stolen.partition("code=")[2].partition("&")[0]
    mine = own.partition("code=")[2].partition("&")[0]
    mixed = own.replace(f"code={mine}", f"code={code}")
    assert refusal(await come_back(caller, mixed)) == "denied"


async def test_an_attempt_ends_after_ten_minutes(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    from sqlalchemy import update

    from backend.providers.table import LoginAttempt

    caller = believer.caller()
    callback = await provider.visit(await begin(caller))
    async with believer.state.db_sessions() as db, db.begin():
        await db.execute(update(LoginAttempt).values(expires=time.time() - 1))
    assert refusal(await come_back(caller, callback)) == "old"


async def test_what_is_told_is_the_same_whatever_the_lie(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    told = set()
    for lie in ({"aud": "other"}, {"nonce": "x"}, {"sub": ""}):
        provider.lies.claims = saying(**lie)
        _, answer = await sign_in(believer, provider)
        told.add(answer.headers["location"])
    assert told == {"/login?refused=failed&by=sso"}
