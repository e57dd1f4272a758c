"""What tests of workload identity share: service accounts with trust rules, tokens, exchanges."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx2

from auth.scope import organisation
from backend.secrets.keyring import make_key
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.provider import LyingProvider
from tests.unit.features.test_tokens import program

__all__ = [
    "GRANT",
    "JOB",
    "JWT",
    "MAIN",
    "UNIFORM",
    "account",
    "ask",
    "claims",
    "given",
    "record",
    "rule",
    "trust",
    "trusting_console",
]

MAIN = organisation("main")
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
JOB = {"repository": "acme/shop", "ref": "refs/heads/main", "sub": "repo:acme/shop:ref:main"}
UNIFORM = (
    "No trust rule accepts this token. Whoever looks after the service account can test it there "
    "and see why."
)
"""All that a stranger is told of a token that no rule accepts."""


def trusting_console(folder: Path, database_url: str) -> AbstractAsyncContextManager[ConsoleApp]:
    """A console whose operator lets it ask loopback without TLS."""
    return running_console(
        folder,
        database_url,
        secrets_keys=make_key(),
        connection_networks=("127.0.0.0/8",),
        connection_http_hosts=("127.0.0.1",),
    )


async def account(owner: Caller, name: str = "deployer", role: str = "viewer") -> str:
    """A service account that holds a role."""
    made = await owner.post("/service-accounts", json={"name": name})
    assert made.status_code == 201, made.text
    grant = {"subject_kind": "service", "subject": name, "role": role, "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    return str(made.json()["id"])


def rule(provider: LyingProvider, **more: Any) -> dict[str, Any]:
    wanted = [{"claim": "repository", "pattern": "acme/*"}]
    body = {"name": "shop", "issuer": provider.issuer, "audience": "craton", "conditions": wanted}
    return body | more


async def trust(owner: Caller, service: str, body: dict[str, Any]) -> dict[str, Any]:
    made = await owner.post(f"/service-accounts/{service}/trust-rules", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def ask(
    console: ConsoleApp, token: str, address: str = "192.0.2.9", **more: str
) -> httpx2.Response:
    """What a program is answered that knows nothing of browsers."""
    caller = program(console, "", address)
    del caller.headers["authorization"]
    form = {"grant_type": GRANT, "subject_token": token, "subject_token_type": JWT, **more}
    return await caller.post("/oauth/exchange", data=form)


async def given(console: ConsoleApp, token: str, **more: str) -> str:
    answer = await ask(console, token, **more)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def record(owner: Caller) -> list[dict[str, Any]]:
    found = await owner.get("/collections/activity", params={"filter": "action~exchange"})
    return list(found.json()["rows"])


def claims(provider: LyingProvider, **lies: Any) -> dict[str, Any]:
    now = int(time.time())
    honest = {"iss": provider.issuer, "aud": "craton", "iat": now, "exp": now + 300, **JOB}
    return {name: value for name, value in {**honest, **lies}.items() if value is not None}
