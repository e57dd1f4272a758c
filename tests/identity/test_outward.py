"""Where a provider may lead the console, and how much of its time and memory it gets (C14)."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from starlette.responses import RedirectResponse, Response
from structlog.testing import capture_logs

from auth.oidc.provider import OidcProvider
from backend.providers import outward
from backend.providers.outward import Outward, Unreachable
from backend.settings import Settings
from tests.console import ConsoleApp
from tests.identity.browser import come_back, refusal, sign_in
from tests.identity.provider import LyingProvider
from tests.waiting import until


def leading(**more: Any) -> Any:
    return lambda honest: {**honest, **more}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest", "https://169.254.169.254/latest", "http://10.0.0.1/keys",
        "https://[::ffff:169.254.169.254]/", "https://10.0.0.1/keys", "https://[::1]:6443/keys",
        "https://[64:ff9b::7f00:1]/", "http://example.test/keys", "https://127.0.0.2:6443/",
    ],
)  # fmt: skip
async def test_a_discovery_document_leads_into_no_private_network(
    believer: ConsoleApp, provider: LyingProvider, url: str
) -> None:
    """Its issuer stands on loopback because the operator wrote so; nothing else may."""
    provider.lies.metadata = leading(jwks_uri=url)
    caller = believer.caller()
    with capture_logs() as log:
        begun = await caller.post("/signin/sso", json={})
        if begun.status_code == 200:
            answer = await come_back(caller, await provider.visit(begun.json()["url"]))
            assert refusal(answer) == "unreachable"
    (reason,) = [str(line["reason"]) for line in log if "reason" in line]
    assert re.search("without TLS|is link-local", reason), reason


async def test_a_provider_made_in_the_console_stands_where_the_operator_allows(
    tmp_path: Path, provider: LyingProvider
) -> None:
    """Loopback and plain HTTP have to be listed; both together are needed."""
    known = Settings(identity_providers=(provider.settings(),)).identity_providers[0]
    url = f"{provider.issuer}/keys"
    lists: dict[str, Any] = {"connection_http_hosts": ("127.0.0.1",)}
    for settings in ({}, lists, {"connection_networks": ("127.0.0.0/8",)}):
        own = Outward(Settings(home=tmp_path, **settings))
        with pytest.raises(Unreachable):
            await own.read_json(url, known, declared=False)
    both = Outward(Settings(home=tmp_path, connection_networks=("127.0.0.0/8",), **lists))
    assert "keys" in await both.read_json(url, known, declared=False)
    port = int(provider.issuer.rpartition(":")[2])
    itself = Outward(Settings(home=tmp_path, port=port))
    with pytest.raises(Unreachable, match="the console itself"):
        await itself.read_json(url, known, declared=True)


@pytest.mark.parametrize(
    "answer",
    [
        b"{" + b" " * outward.MOST_BYTES + b"}", b"no json", b"[" * 100_000, b"null",
        RedirectResponse("/token"), Response(status_code=500),
        Response(gzip.compress(b"{}"), headers={"content-encoding": "gzip"}),
    ],
    ids=["giant", "text", "deep", "null", "redirect", "500", "packed"],
)  # fmt: skip
async def test_keys_that_are_none(
    believer: ConsoleApp, provider: LyingProvider, answer: Any
) -> None:
    provider.lies.keys = lambda _honest: answer
    _, told = await sign_in(believer, provider)
    assert refusal(told) in {"failed", "unreachable"}


async def test_a_provider_that_is_slow_is_given_up(
    believer: ConsoleApp, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "SECONDS", 0.2)
    provider.lies.wait = 5
    answer = await believer.caller().post("/signin/sso", json={})
    assert answer.status_code == 502
    assert provider.issuer not in answer.text


async def test_the_console_goes_on_while_a_provider_is_slow(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """The page and other sign-ins do not wait: they are answered while it has not."""
    provider.lies.wait = 3600
    waiting = asyncio.create_task(believer.caller().post("/signin/sso", json={}))
    await until(lambda: bool(provider.asked))
    assert (await believer.caller().get("/signin/providers")).status_code == 200
    assert (await (await believer.owner()).get("/session")).status_code == 200
    assert not waiting.done()
    waiting.cancel()
    provider.hurry.set()


@pytest.mark.parametrize(
    "issuer",
    ["http://localhost.evil.example", "http://127.evil.example", "http://127.0.0.1.nip.io"],
)
def test_a_name_that_only_begins_like_loopback_needs_tls(tmp_path: Path, issuer: str) -> None:
    own = Outward(Settings(home=tmp_path))
    known = OidcProvider(name="sso", issuer=issuer, client_id="x")
    assert "without TLS" in own.against(f"{issuer}/keys", known, declared=True)


async def test_a_failed_reading_of_newer_keys_is_tried_again(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    """Only one that was done counts for the time in which none is."""
    await sign_in(believer, provider)
    provider.key = RSAKey.generate_key(2048, {"kid": "k2"})
    honest = provider.lies.keys
    provider.lies.keys = lambda _honest: Response(status_code=500)
    _, answer = await sign_in(believer, provider)
    assert refusal(answer) == "unreachable"
    provider.lies.keys = honest
    _, answer = await sign_in(believer, provider)
    assert refusal(answer) == ""
