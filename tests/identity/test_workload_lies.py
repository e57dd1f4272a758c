"""Tokens of workloads that lie, and requests that are no exchange."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from backend.features.trust import exchange
from backend.features.trust.sources import Sources
from tests.console import ConsoleApp, running_console
from tests.identity.provider import LyingProvider, symmetric, unsigned
from tests.identity.workload import (
    JOB,
    UNIFORM,
    account,
    ask,
    claims,
    given,
    record,
    rule,
    trust,
    trusting_console,
)


@pytest.fixture
async def site(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    async with trusting_console(tmp_path, database_url) as console:
        yield console


HOUR = 3600


def signed_by_another(provider: LyingProvider) -> None:
    other = RSAKey.generate_key(2048, {"kid": provider.key.kid})
    provider.lies.keys = lambda _: {"keys": [{**other.as_dict(private=False), "use": "sig"}]}


LIES: dict[str, Callable[[LyingProvider], str]] = {
    "none": lambda p: unsigned({"kid": "k1"}, claims(p)),
    "hmac": lambda p: symmetric(p.key)({"kid": "k1"}, claims(p)),
    "another issuer": lambda p: p.signed(claims(p, iss="https://other.test")),
    "a slash": lambda p: p.signed(claims(p, iss=p.issuer + "/")),
    "another audience": lambda p: p.signed(claims(p, aud="other")),
    "two audiences": lambda p: p.signed(claims(p, aud=["craton", "other"])),
    "no audience": lambda p: p.signed(claims(p, aud=None)),
    "over": lambda p: p.signed(claims(p, exp=int(time.time()) - 60)),
    "no end": lambda p: p.signed(claims(p, exp=None)),
    "a year": lambda p: p.signed(claims(p, exp=int(time.time()) + 365 * 24 * HOUR)),
    "future": lambda p: p.signed(claims(p, iat=int(time.time()) + 300)),
    "not yet": lambda p: p.signed(claims(p, nbf=int(time.time()) + 300)),
    "unknown key": lambda p: p.signed(claims(p), kid="nobody's"),
    "no key": lambda p: p.signed(claims(p), kid=""),
    "an extension": lambda p: p.signed(claims(p), crit=["kid"]),
    "a logout": lambda p: p.logout_token(**JOB),
    "huge": lambda p: p.signed(claims(p, filler="x" * 20_000)),
    "nested": lambda p: p.signed(claims(p, x=json.loads("[" * 12 + "]" * 12))),
    "no subject": lambda p: p.signed(claims(p, sub=None)),
    "another repository": lambda p: p.signed(claims(p, repository="acme-evil/shop")),
    "no repository": lambda p: p.signed(claims(p, repository=None)),
    "repositories": lambda p: p.signed(claims(p, repository={"acme/": "acme/shop"})),
    "cut": lambda p: p.signed(claims(p))[:-8],
    "other claims": lambda p: swapped(p.signed(claims(p)), p.signed(claims(p, sub="repo:a/b"))),
}


MISMATCHES = {
    "another audience": "the rule wants craton alone",
    "two audiences": "the rule wants craton alone",
    "over": "it ended",
    "a year": "more than a day",
    "unknown key": "shop: ",
    "another repository": "the rule wants acme/*",
    "no repository": "there is no claim repository",
}
"""What the record says of some."""


def swapped(signature: str, body: str) -> str:
    """One token's claims under another's signature."""
    head, _, tail = signature.split(".")
    return ".".join((head, body.split(".")[1], tail))


async def test_tokens_that_lie(
    tmp_path: Path, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is refused in OAuth's words, and why is in the record and nowhere else: what the rule
    wants no stranger learns."""
    monkeypatch.setattr(exchange, "BURST", 1000)
    async with running_console(
        tmp_path, connection_networks=("127.0.0.0/8",), connection_http_hosts=("127.0.0.1",)
    ) as console:
        now = time.monotonic()
        console.app.state.parts.get(Sources).issuers._clock = lambda: now
        owner = await console.owner()
        service = await account(owner)
        await trust(owner, service, rule(provider))
        assert (await ask(console, provider.signed(claims(provider)))).status_code == 200
        for number, (name, lie) in enumerate(LIES.items()):
            answer = await ask(console, lie(provider), f"198.51.100.{number}")
            assert answer.status_code == 400, f"{name}: {answer.text}"
            assert answer.headers["content-type"] == "application/json", name
            assert set(answer.json()) == {"error", "error_description"}, name
            assert answer.json()["error"] == "invalid_request", name
            said = answer.json()["error_description"]
            assert said.startswith(("This is no token of a workload", UNIFORM)), name
            assert said == UNIFORM or name not in MISMATCHES, name
            assert not any(told in said for told in ("craton", "acme", "repository")), name
        assert provider.asked["/keys"] == 2  # unknown keys do not become requests
        signed_by_another(provider)
        assert (await ask(console, provider.signed(claims(provider)))).status_code == 200
        (held,) = (await owner.get(f"/service-accounts/{service}/trust-rules")).json()
        assert held["tokens"] == 2
        denied = {e["address"]: e for e in await record(owner) if e["outcome"] == "refused"}
        assert set(denied) == {f"198.51.100.{number}" for number in range(len(LIES))}
        for number, name in enumerate(LIES):
            assert MISMATCHES.get(name, ": ") in denied[f"198.51.100.{number}"]["detail"], name


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"scope": "pod:get"}, "invalid_scope"),
        ({"resource": "https://x.test"}, "invalid_target"),
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token": "x" * 40_000}, "invalid_request"),
    ],
)
async def test_what_is_no_exchange(
    console: ConsoleApp, changed: dict[str, str], error: str
) -> None:
    answer = await ask(console, "a.b.c", **changed)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def escaping(provider: LyingProvider, **lies: Any) -> str:
    """A token whose JSON says every character beyond ASCII by an escape, as most issuers do."""
    header = {"alg": "RS256", "kid": provider.key.kid}
    body = json.dumps(claims(provider, **lies)).encode()
    return jws.serialize_compact(header, body, provider.key)


@pytest.mark.parametrize("bad", ["\0", "\ud800", "\r\n"])
async def test_what_nobody_can_see_is_refused_and_recorded(
    site: ConsoleApp, provider: LyingProvider, bad: str
) -> None:
    """No database takes a NUL, and no encoding half of a pair."""
    owner = await site.owner()
    service = await account(owner)
    await trust(owner, service, rule(provider))
    header = {"kid": "k1", "typ": "JWT"}
    unseen = {
        "192.0.2.1": unsigned(header, claims(provider, iss=f"https://ci{bad}")),
        "192.0.2.2": unsigned(header, claims(provider, aud=f"craton{bad}")),
        "192.0.2.3": unsigned(header, claims(provider, jti=bad)),
        "192.0.2.4": escaping(provider, repository=f"other{bad}"),
    }
    for address, token in unseen.items():
        answer = await ask(site, token, address)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    denied = {e["address"]: e["detail"] for e in await record(owner)}
    assert set(denied) == set(unseen)
    escaped = bad.encode("unicode_escape").decode()
    assert f"other{escaped}" in denied["192.0.2.4"]
    path = f"/service-accounts/{service}/trust-rules/test"
    told = await owner.post(path, json={"token": unseen["192.0.2.4"]})
    assert told.json()["claims"]["repository"] == f"other{escaped}"
    assert (await owner.post(path, json={"token": unseen["192.0.2.1"]})).json()["problem"]
    await given(site, escaping(provider, repository=f"acme/{bad}"))
    (done,) = (e for e in await record(owner) if e["outcome"] == "success")
    assert json.loads(done["change"])["repository"] == f"acme/{escaped}"
