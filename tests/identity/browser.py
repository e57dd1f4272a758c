"""A browser that signs in by a provider, without a screen."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.console import BASE_URL, Caller, ConsoleApp
from tests.identity.provider import LyingProvider

__all__ = ["begin", "come_back", "holds_nothing", "refusal", "sign_in", "signed_out"]


async def begin(caller: Caller, name: str = "sso", next_path: str = "/", **more: Any) -> str:
    """Press the button; the provider's address."""
    answer = await caller.post(f"/signin/{name}", json={"next": next_path, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def come_back(caller: Caller, callback: str) -> httpx2.Response:
    """Follow the provider's redirect to the console, and no further."""
    assert callback.startswith(f"{BASE_URL}/api/v1/signin/callback/"), callback
    return await caller.get(callback.removeprefix(f"{BASE_URL}/api/v1"), follow_redirects=False)


async def sign_in(
    console: ConsoleApp, provider: LyingProvider, *, name: str = "sso", next_path: str = "/"
) -> tuple[Caller, httpx2.Response]:
    """Somebody new, all the way; the browser and the callback's answer."""
    caller = console.caller()
    url = await begin(caller, name, next_path)
    return caller, await come_back(caller, await provider.visit(url))


def refusal(answer: httpx2.Response) -> str:
    """Why the sign-in page says it was refused; empty when it was not."""
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    if parts.path != "/login":
        return ""
    return parse_qs(parts.query)["refused"][0]


async def signed_out(caller: Caller) -> bool:
    """Whether the session is over. On PostgreSQL that is heard a moment after the commit."""
    return (await caller.get("/session")).status_code == 401


async def holds_nothing(caller: Caller) -> bool:
    """Whether who is signed in holds no role (any more)."""
    return bool((await caller.get("/session")).json()["roles"] == [])
