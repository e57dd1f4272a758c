"""What the HTTP side does with credentials, limits and configurations that change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from integrations.contract import UpstreamDenied, UpstreamFailed, UpstreamUnreachable
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.auth.token_file import TokenFile
from integrations.kubernetes.settings import Limits


class Server:
    """Answers in this process and remembers what it was sent."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.accepted = "good"
        self.body = b"{}"
        self.running = 0
        self.most = 0
        self.transport = httpx2.MockTransport(self._answer)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.01)
        self.running -= 1
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens.append(token)
        if request.url.path == "/hang":
            await asyncio.sleep(60)
        if token != self.accepted:
            return httpx2.Response(401, json={"message": "Unauthorized", "code": 401})
        return httpx2.Response(200, content=self.body)


def session(server: Server, access: Access, **limits: float) -> ApiClient:
    async def load() -> Access:
        return access

    found = Limits.model_validate(limits)
    return ApiClient('Kubernetes "c"', load, found, transport=server.transport)


def with_token(token: str) -> Access:
    return Access("http://c", StaticCredential(ClientCredential(token=token)))


async def test_a_refused_token_is_read_again_once(tmp_path: Path):
    server, path = Server(), tmp_path / "token"
    path.write_text("old")
    access = Access("http://c", TokenFile(path, "c"))
    found = session(server, access)
    with pytest.raises(UpstreamDenied):
        await found.get("/x")
    assert server.tokens == ["old", "old"], "read again, and no third time"
    path.write_text("good")
    assert await found.get("/x") == b"{}"
    await found.aclose()


async def test_a_fixed_token_is_not_tried_twice():
    server = Server()
    found = session(server, with_token("bad"))
    with pytest.raises(UpstreamDenied):
        await found.get("/x")
    assert server.tokens == ["bad"]
    await found.aclose()


async def test_answers_have_a_size_and_a_time():
    server = Server()
    server.body = b"x" * 5000
    found = session(server, with_token("good"), answer_bytes=1024, deadline=2.0)
    with pytest.raises(UpstreamFailed, match="more than 1024 bytes"):
        await found.get("/x")
    with pytest.raises(UpstreamUnreachable) as caught:
        await found.get("/hang")
    assert caught.value.timeout is True
    await found.aclose()


async def test_calls_in_flight_are_bounded():
    server = Server()
    found = session(server, with_token("good"), calls=3)
    await asyncio.gather(*(found.get("/x") for _ in range(12)))
    assert server.most == 3
    await found.aclose()


async def test_reading_the_configuration_again_breaks_no_call_in_flight():
    server = Server()
    found = session(server, with_token("good"), calls=8)

    async def forget() -> None:
        for _ in range(5):
            await found.forget()
            await asyncio.sleep(0.003)

    answers = await asyncio.gather(forget(), *(found.get("/x") for _ in range(20)))
    assert answers[1:] == [b"{}"] * 20
    await found.aclose()


async def test_a_certificate_that_changes_makes_a_new_client_and_keeps_the_old_for_a_while():
    server = Server()
    pair = {"ca": None, "insecure": False}
    accesses = [Access("http://c", StaticCredential(ClientCredential(token="good")), **pair)]
    found = session(server, accesses[0])
    first, _, _ = await found._prepare()
    found._access = Access("http://c", accesses[0].credentials, insecure=True)
    second, _, _ = await found._prepare()
    assert second is not first
    assert not first.is_closed
    await found.aclose()
    assert first.is_closed
    assert second.is_closed


async def test_a_closed_session_says_so():
    found = session(Server(), with_token("good"))
    await found.get("/x")
    await found.aclose()
    with pytest.raises(UpstreamUnreachable, match="closed"):
        await found.get("/x")


async def test_each_call_is_observed():
    seen: list[tuple[str, str]] = []

    async def load() -> Access:
        return with_token("good")

    def observe(purpose: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        seen.append((purpose, outcome))

    server = Server()
    limits = Limits(deadline=2.0)
    found = ApiClient("c", load, limits, transport=server.transport, observe=observe)
    await found.get("/x", purpose="get")
    server.accepted = "other"
    with pytest.raises(UpstreamDenied):
        await found.get("/x", purpose="list")
    with pytest.raises(UpstreamUnreachable):
        await found.get("/hang", purpose="list")
    assert seen == [("get", "ok"), ("list", "UpstreamDenied"), ("list", "timeout")]
    await found.aclose()
