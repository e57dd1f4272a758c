"""Workload identity: trust rules of service accounts, and the exchange, on both databases."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from auth.scope import team
from auth.tokens import is_token
from backend.db.identity import TeamRecord, TokenRecord
from backend.features.trust import exchange
from backend.identity.tokens import digest
from tests.console import Caller, ConsoleApp
from tests.identity.provider import LyingProvider, running_provider, unsigned
from tests.identity.workload import (
    JOB,
    MAIN,
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
from tests.unit.features.test_tokens import program, stop_clocks


@pytest.fixture
async def site(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    async with trusting_console(tmp_path, database_url) as console:
        yield console


async def test_a_job_calls_with_its_own_token(site: ConsoleApp, provider: LyingProvider) -> None:
    """Exchanged, used, listed, recorded; and over with its rule, at once."""
    owner = await site.owner()
    service = await account(owner)
    made = await trust(owner, service, rule(provider))
    assert (made["seconds"], made["created_by"]) == (900, "owner")
    job = provider.id_token(None, **JOB)
    answer = await ask(site, job)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert is_token(told["access_token"])
    assert told["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    calling = program(site, told["access_token"])
    session = (await calling.get("/session")).json()
    assert session["login"] == "deployer"
    assert "pod" in session["permissions"]
    assert (await calling.post("/tokens", json={"name": "x", "rights": ["*:*"]})).status_code == 403
    (listed,) = (await owner.get("/tokens", params={"service": service})).json()
    assert listed["id"] == digest(told["access_token"])
    assert (listed["workload"], listed["rule"]) == (JOB["sub"], made["id"])
    assert 0 < listed["expires"] - time.time() <= 900
    row = (await owner.get("/collections/tokens")).json()["rows"][0]
    assert (row["owner"], row["workload"]) == ("deployer", JOB["sub"])
    assert (await owner.post(f"/tokens/{listed['id']}/rotate", json={})).status_code == 409
    again = await given(site, job)  # a job that is tried again has the same token
    (seen,) = (await owner.get(f"/service-accounts/{service}/trust-rules")).json()
    assert seen["tokens"] == 2
    assert seen["last_used"] >= seen["created"]
    entries = await record(owner)
    assert [(e["actor"], e["outcome"]) for e in entries] == [("deployer", "success")] * 2
    assert JOB["sub"] in entries[0]["detail"]
    assert "acme/shop" in json.dumps(entries[0])
    for secret in (job, told["access_token"], again):
        assert secret not in json.dumps(entries)
    path = f"/service-accounts/{service}/trust-rules/{made['id']}"
    assert (await owner.delete(path)).status_code == 204
    for secret in (told["access_token"], again):
        assert (await program(site, secret).get("/session")).status_code == 401
    assert (await ask(site, job)).status_code == 400
    assert (await owner.delete(path)).status_code == 404


async def test_what_ends_tokens(site: ConsoleApp, provider: LyingProvider) -> None:
    """A changed rule, an account that is switched off or removed, and the token's revocation."""
    owner = await site.owner()
    service = await account(owner)
    made = await trust(owner, service, rule(provider))
    job = provider.id_token(None, **JOB)
    path = f"/service-accounts/{service}/trust-rules/{made['id']}"
    secret = await given(site, job)
    narrower = rule(provider, seconds=60, conditions=[{"claim": "sub", "pattern": JOB["sub"]}])
    assert (await owner.put(path, json=narrower)).status_code == 428
    stale = await owner.put(path, json=narrower, headers={"if-match": '"9"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["name"] == "shop"
    read = await owner.get(path)
    changed = await owner.put(path, json=narrower, headers={"if-match": read.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["seconds"] == 60
    assert (await program(site, secret).get("/session")).status_code == 401
    revoked = await given(site, job)
    assert (await owner.delete(f"/tokens/{digest(revoked)}")).status_code == 204
    assert (await program(site, revoked).get("/session")).status_code == 401
    kept = await given(site, job)
    whole = f"/service-accounts/{service}"
    off = await owner.patch(whole, json={"disabled": True}, headers={"if-match": '"1"'})
    assert off.status_code == 200
    assert (await program(site, kept).get("/session")).status_code == 401
    assert (await ask(site, job)).status_code == 400
    on = await owner.patch(whole, json={"disabled": False}, headers={"if-match": '"2"'})
    assert on.status_code == 200
    kept = await given(site, job)
    assert (await owner.delete(whole)).status_code == 204
    assert (await program(site, kept).get("/session")).status_code == 401
    assert (await ask(site, job)).status_code == 400
    assert (await owner.get(f"{whole}/trust-rules")).status_code == 404


async def test_tokens_that_are_over_are_swept_soon(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    service = await account(owner)
    await trust(owner, service, rule(provider))
    secret = await given(site, provider.id_token(None, **JOB))
    mine = await owner.post("/tokens", json={"name": "mine", "rights": ["*:get"]})
    assert mine.status_code == 201
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(TokenRecord).values(expires=time.time() - 3600))
    await site.state.identities.sweep()
    left = {row["key"] for row in (await owner.get("/collections/tokens")).json()["rows"]}
    assert left == {mine.json()["id"]}
    assert (await program(site, secret).get("/session")).status_code == 401


async def test_several_accounts_are_told_apart_by_audience(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    for name in ("one", "two"):
        await trust(owner, await account(owner, name), rule(provider))
    job = provider.id_token(None, **JOB)
    both = await ask(site, job)
    assert (both.status_code, both.json()["error"]) == (400, "invalid_target")
    secret = await given(site, job, audience="two")
    assert (await program(site, secret).get("/session")).json()["login"] == "two"
    assert (await ask(site, job, audience="three")).json()["error"] == "invalid_request"


async def test_attempts_are_limited_by_address(
    console: ConsoleApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BURST", 3)
    stop_clocks(console)
    for _ in range(3):
        assert (await ask(console, "a.b.c")).status_code == 400
    over = await ask(console, "a.b.c")
    assert over.status_code == 429
    assert int(over.headers["retry-after"]) >= 1
    assert (await ask(console, "a.b.c", "198.51.100.4")).status_code == 400


async def test_rules_that_may_not_be(site: ConsoleApp, provider: LyingProvider) -> None:
    owner = await site.owner()
    service = await account(owner)
    path = f"/service-accounts/{service}/trust-rules"
    for wrong, field in (
        ({"issuer": ""}, "issuer"),
        ({"cluster": "local"}, "issuer"),
        ({"issuer": "", "cluster": "nowhere"}, "cluster"),
        ({"issuer": "http://ci.example"}, "issuer"),
        ({"issuer": "https://ci.example?x=1"}, "issuer"),
        ({"issuer": "ci"}, "issuer"),
        ({"conditions": []}, "conditions"),
        ({"conditions": [{"claim": "ref", "pattern": "refs/heads/main"}]}, "conditions"),
        ({"conditions": [{"claim": "repository", "pattern": "*"}]}, "conditions"),
        ({"seconds": 3601}, "seconds"),
        ({"audience": ""}, "audience"),
        ({"audience": provider.issuer}, "audience"),
        ({"audience": "https://kubernetes.default.svc"}, "audience"),
        ({"audience": "https://kubernetes.default.svc.cluster.local"}, "audience"),
        ({"audience": "kubernetes.default.svc"}, "audience"),
        ({"audience": "kubernetes"}, "audience"),
        ({"audience": "api"}, "audience"),
    ):
        answer = await owner.post(path, json=rule(provider, **wrong))
        assert answer.status_code == 422, f"{wrong}: {answer.text}"
        assert answer.json()["errors"][0]["field"] == field, wrong
    for number in range(20):
        await trust(owner, service, rule(provider, name=f"rule {number}"))
    assert (await owner.post(path, json=rule(provider, name="one more"))).status_code == 409
    other = await account(owner, "other")
    await trust(owner, other, rule(provider))
    twice = await owner.post(f"/service-accounts/{other}/trust-rules", json=rule(provider))
    assert twice.status_code == 409


async def made_for(owner: Caller, service: str, secret: str) -> tuple[list[str], list[str]]:
    """The rights and scopes of a token."""
    tokens = (await owner.get("/tokens", params={"service": service})).json()
    (found,) = (one for one in tokens if one["id"] == digest(secret))
    return found["rights"], found["scopes"]


async def test_nobody_lets_others_become_who_may_more(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """A rule is made by whoever makes the account's tokens and holds all that it holds."""
    blue = team("main", "blue")
    async with site.state.db_sessions() as db, db.begin():
        db.add(TeamRecord(name="blue", title="Blue"))
    owner = await site.owner()
    bea = await site.member("bea", ("owner", blue))
    mine = await bea.post("/service-accounts", json={"name": "blues", "team": "blue"})
    assert mine.status_code == 201, mine.text
    service = mine.json()["id"]
    path = f"/service-accounts/{service}/trust-rules"
    grant = {"subject_kind": "service", "subject": "blues"}
    viewer = grant | {"role": "viewer", "scope": "org/main/team/blue"}
    assert (await bea.post("/bindings", json=viewer)).status_code == 201
    made = await trust(bea, service, rule(provider))
    job = provider.id_token(None, **JOB)
    before = await made_for(owner, service, await given(site, job))
    assert before[0]
    assert before[1] == ["org/main/team/blue"]
    operator = grant | {"role": "operator", "scope": "org/main"}
    assert (await owner.post("/bindings", json=operator)).status_code == 201
    secret = await given(site, job)
    assert await made_for(owner, service, secret) == before  # her rule gives what she could give
    session = await program(site, secret).get("/session")
    assert "pod" not in session.json()["permissions"]
    for answer in (
        await bea.post(path, json=rule(provider, name="more")),
        await bea.put(f"{path}/{made['id']}", json=rule(provider), headers={"if-match": '"1"'}),
    ):
        assert answer.status_code == 403, answer.text
    off = await bea.patch(
        f"/service-accounts/{service}", json={"disabled": True}, headers={"if-match": '"1"'}
    )
    assert off.status_code == 200
    hidden = await bea.post(path, json=rule(provider, name="while it is off"))
    assert hidden.status_code == 403  # what it held is behind it still
    on = await bea.patch(
        f"/service-accounts/{service}", json={"disabled": False}, headers={"if-match": '"2"'}
    )
    assert on.status_code == 200
    again = await owner.put(
        f"{path}/{made['id']}", json=rule(provider), headers={"if-match": '"1"'}
    )
    assert again.status_code == 200, again.text
    assert again.json()["rights_since"] > made["rights_since"]
    after = await made_for(owner, service, await given(site, job))
    assert (set(after[0]) > set(before[0]), "org/main" in after[1]) == (True, True)
    assert (await bea.delete(f"{path}/{made['id']}")).status_code == 204
    ours = await account(owner, "ours")
    eve = await site.member("eve", ("viewer", MAIN))
    for person in (bea, eve):
        assert (await person.get(f"/service-accounts/{ours}/trust-rules")).status_code == 404


async def test_a_token_is_tested_and_not_kept(site: ConsoleApp, provider: LyingProvider) -> None:
    owner = await site.owner()
    service = await account(owner)
    await trust(owner, service, rule(provider))
    main = rule(provider, name="main", conditions=[{"claim": "sub", "pattern": "repo:acme/x:*"}])
    await trust(owner, service, main)
    elsewhere = rule(provider, name="elsewhere", issuer="https://ci.example")
    await trust(owner, service, elsewhere)
    path = f"/service-accounts/{service}/trust-rules/test"
    job = provider.id_token(None, **JOB, jti="once")
    answer = await owner.post(path, json={"token": f" {job}\n"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["signed"], told["subject"], told["problem"]) == (True, JOB["sub"], "")
    assert told["claims"]["repository"] == "acme/shop"
    assert "jti" not in told["claims"]
    verdicts = {one["name"]: (one["matches"], one["against"]) for one in told["rules"]}
    assert verdicts["shop"] == (True, [])
    assert verdicts["main"][0] is False
    assert "repo:acme/x:*" in verdicts["main"][1][0]
    assert "issuer" in verdicts["elsewhere"][1][0]
    assert (await owner.get("/tokens", params={"service": service})).json() == []
    assert job not in (await owner.get("/collections/activity")).text
    provider.lies.metadata = lambda honest: honest
    forged = await owner.post(path, json={"token": unsigned({"kid": "k1"}, claims(provider))})
    assert (forged.json()["signed"], forged.json()["algorithm"]) == (False, "none")
    assert not any(one["matches"] for one in forged.json()["rules"])
    none = await owner.post(path, json={"token": "not a token"})
    assert none.json()["problem"]
    long = await owner.post(path, json={"token": "x" * 20_000})
    assert long.status_code == 422
    assert "xxx" not in long.text


async def test_a_cluster_is_trusted_where_its_connection_led(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """Who may change one cluster's connection cannot give it another's keys: the rule is saved
    again by who may make it. A renewed credential changes nothing."""
    owner = await site.owner()
    service = await account(owner)
    values = {"server": provider.issuer, "token": "one"}
    cluster = {"kind": "kubernetes", "name": "c1", "way": "token", "values": values}
    made = await owner.post("/connections", json=cluster | {"untested": True})
    assert made.status_code == 201, made.text
    body = rule(provider, issuer="", cluster="c1")
    saved = await trust(owner, service, body)
    every_pod = await owner.post(
        f"/service-accounts/{service}/trust-rules", json=body | {"audience": provider.issuer}
    )
    assert every_pod.status_code == 422
    await given(site, provider.id_token(None, **JOB))

    async def changed(version: int, **more: str) -> None:
        answer = await owner.put(
            "/connections/kubernetes/c1?untested=true",
            json={"way": "token", "values": values | more},
            headers={"if-match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text

    await changed(1, token="renewed")
    await given(site, provider.id_token(None, **JOB))
    async with running_provider() as other:
        there, other.issuer = other.issuer, provider.issuer  # calls itself the same
        await changed(2, server=there)
        path = f"/service-accounts/{service}/trust-rules"
        for job in (other.id_token(None, **JOB), provider.id_token(None, **JOB)):
            answer = await ask(site, job)
            assert (answer.status_code, answer.json()["error_description"]) == (400, UNIFORM)
            told = (await owner.post(f"{path}/test", json={"token": job})).json()
            assert told["signed"] is False
            assert told["rules"][0]["against"] == [CHANGED]
        (denied,) = (e for e in await record(owner) if e["outcome"] == "refused")
        assert CHANGED in denied["detail"]
        again = await owner.put(f"{path}/{saved['id']}", json=body, headers={"if-match": '"1"'})
        assert again.status_code == 200, again.text
        await given(site, other.id_token(None, **JOB))
        assert (await ask(site, provider.id_token(None, **JOB))).status_code == 400


CHANGED = "save the rule again: the connection has changed"


async def test_an_issuer_that_is_silent_is_told_apart(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    await trust(owner, await account(owner), rule(provider))
    provider.lies.metadata = lambda _: b"{"
    answer = await ask(site, provider.id_token(None, **JOB))
    assert answer.status_code == 400  # it answers, and not as an issuer
    gone = rule(provider, issuer="http://127.0.0.1:9", name="gone")
    await trust(owner, await account(owner, "gone"), gone)
    answer = await ask(site, provider.id_token(None, **JOB, iss="http://127.0.0.1:9"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
