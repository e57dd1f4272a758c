import asyncio
import hashlib
import json
from typing import Any

import httpx2
import pytest

from integrations.caller import Impersonation, UserPassword, UserToken
from integrations.contract import (
    CallerDenied,
    ConfigurationError,
    DestinationRefused,
    FeedState,
    NotFound,
    UpstreamDenied,
    UpstreamFailed,
)
from integrations.registry.client import RegistryClient
from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.errors import DigestMismatch
from integrations.registry.fake import FakeRegistry
from integrations.registry.settings import RegistrySettings
from tests.contract.etcd.recording import RecordingFeed, until
from tests.contract.registry.push import Pusher


@pytest.fixture
async def client_of():
    clients = []

    def make(registry, **overrides) -> RegistryClient:
        settings = RegistrySettings(
            name="r",
            url=getattr(registry, "url", "http://registry.test:5000"),
            **{"username": "craton", "password": "secret", **overrides},
        )
        clients.append(RegistryClient(settings, registry))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


async def pushed(registry: FakeRegistry) -> None:
    scheme, registry.auth = registry.auth, ""
    push = Pusher(registry.url, registry)
    await push.image("app", "v1")
    await push.aclose()
    registry.auth = scheme
    registry.requests.clear()


@pytest.mark.parametrize("scheme", ["", "basic", "bearer"])
async def test_every_scheme(client_of, scheme):
    registry = FakeRegistry(scheme)
    await pushed(registry)
    client = client_of(registry)
    await client.ping()
    assert await client.tags("app") == ["v1"]
    assert [page async for page in client.catalogue()] == [("app",)]


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
async def test_first_calls_at_once_all_sign_in(client_of, scheme):
    registry = FakeRegistry(scheme)
    await pushed(registry)
    client = client_of(registry)
    found = await asyncio.gather(*(client.tags("app") for _ in range(8)))
    assert found == [["v1"]] * 8


async def test_tokens_are_kept_by_scope_and_renewed_once(client_of):
    registry = FakeRegistry("bearer")
    await pushed(registry)
    client = client_of(registry)
    for _ in range(3):
        await client.tags("app")
    assert registry.requests.count("GET /token") == 1
    registry.expire_tokens()
    await client.tags("app")
    assert registry.requests.count("GET /token") == 2


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
async def test_a_wrong_password_is_said_and_not_repeated(client_of, scheme):
    registry = FakeRegistry(scheme)
    client = client_of(registry, password="wrong")
    with pytest.raises(UpstreamDenied) as refused:
        await client.tags("app")
    assert "wrong" not in str(refused.value)
    assert len(registry.requests) <= 2


async def test_the_password_goes_to_allowed_token_servers_only(client_of):
    registry = FakeRegistry("bearer")
    registry.realm = "http://evil.test/token"
    with pytest.raises(DestinationRefused, match="evil"):
        await client_of(registry).tags("app")
    assert registry.requests == ["GET /v2/app/tags/list"]


async def test_denied_is_a_state(client_of):
    registry = FakeRegistry("basic")
    connection = RegistryConnection(
        RegistrySettings(name="r", url=registry.url, username="a", password="b"), registry
    )
    feeds: Any = RegistryFeeds(RecordingFeed(), RecordingFeed())
    connection.start(feeds)
    await until(lambda: feeds.tags.now is FeedState.DENIED)
    await connection.stop()


class Scripted(httpx2.AsyncBaseTransport):
    def __init__(self, answers: dict) -> None:
        self.answers = answers
        self.seen: list[httpx2.Request] = []

    async def handle_async_request(self, request):
        self.seen.append(request)
        status, headers, body = self.answers[request.url.host, request.url.path]
        return httpx2.Response(status, headers=headers, content=body, request=request)


CONTENT = b'{"os":"linux","architecture":"amd64"}'
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
BLOB = f"/v2/app/blobs/{DIGEST}"


def redirecting(target: str) -> Scripted:
    challenge = {"www-authenticate": 'Basic realm="x"'}
    script = Scripted(
        {
            ("registry.test", BLOB): (401, challenge, b""),
            ("store.test", "/b"): (200, {}, CONTENT),
        }
    )
    original = script.handle_async_request

    async def handle(request):
        if "authorization" in request.headers and request.url.host == "registry.test":
            script.seen.append(request)
            return httpx2.Response(307, headers={"location": target}, request=request)
        return await original(request)

    script.handle_async_request = handle
    return script


async def test_blobs_may_be_elsewhere_without_our_password(client_of):
    script = redirecting("http://store.test/b")
    config = await client_of(script, blob_hosts=("store.test",)).config("app", DIGEST)
    assert config.os == "linux"
    last = script.seen[-1]
    assert last.url.host == "store.test"
    assert "authorization" not in last.headers


@pytest.mark.parametrize("target", ["http://store.test/b", "http://169.254.169.254/", "file:///x"])
async def test_blobs_elsewhere_need_permission(client_of, target):
    script = redirecting(target)
    with pytest.raises(DestinationRefused):
        await client_of(script).config("app", DIGEST)
    assert {request.url.host for request in script.seen} == {"registry.test"}


async def test_wrong_content_and_huge_answers_are_refused(client_of):
    host = "registry.test"
    script = Scripted(
        {
            (host, BLOB): (200, {}, b"{}"),
            (host, "/v2/app/tags/list"): (200, {}, b"x" * 5000),
            (host, "/v2/bad/tags/list"): (200, {}, b"["),
            (host, "/v2/moved/tags/list"): (302, {"location": "http://store.test/b"}, b""),
        }
    )
    client = client_of(script, max_document=4000)
    with pytest.raises(DigestMismatch):
        await client.config("app", DIGEST)
    for repository in ("app", "bad"):
        with pytest.raises(UpstreamFailed):
            await client.tags(repository)
    with pytest.raises(Exception, match="302"):
        await client.tags("moved")
    with pytest.raises(NotFound):
        await client.manifest("app", "sha256:short")


async def test_the_next_page_stays_on_our_url(client_of):
    host = "registry.test"
    link = '<https://public.example/v2/app/tags/list?last=a&n=1>; rel="next"'
    script = Scripted({(host, "/v2/app/tags/list"): (200, {"link": link}, b'{"tags":["a"]}')})
    client = client_of(script, tag_limit=3)
    with pytest.raises(UpstreamFailed, match="the same page again"):
        await client.tags("app")
    assert len(script.seen) == 2
    assert {request.url.host for request in script.seen} == {host}
    assert script.seen[-1].url.params["last"] == "a"


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
async def test_a_repository_is_read_as_the_caller(client_of, scheme):
    registry = FakeRegistry(scheme)
    await pushed(registry)
    registry.members["maya"] = ("hers", frozenset({"team/mine"}))
    push_scheme, registry.auth = registry.auth, ""
    push = Pusher(registry.url, registry)
    mine = await push.image("team/mine", "v1", text="mine")
    await push.aclose()
    registry.auth = push_scheme
    client, maya = client_of(registry), UserPassword("maya", "hers")
    assert await client.tags("team/mine", as_=maya) == ["v1"]
    theirs = await client.resolve("app", "v1")
    await client.manifest("app", theirs.digest)
    with pytest.raises(CallerDenied) as refused:
        await client.tags("app", as_=maya)
    assert refused.value.missing == "repository:app:pull"
    with pytest.raises(CallerDenied):
        await client.manifest("app", theirs.digest, as_=maya)
    assert (await client.manifest("team/mine", mine["digest"], as_=maya)).layers
    with pytest.raises(CallerDenied):
        await client.tags("team/mine", as_=UserPassword("maya", "wrong"))
    with pytest.raises(CallerDenied):
        await client.tags("team/mine", as_=UserToken("no-such-token"))
    with pytest.raises(ConfigurationError):
        await client.tags("team/mine", as_=Impersonation("craton:maya"))
    assert await client.tags("app") == ["v1"], "the connection itself still may"


class Answering(FakeRegistry):
    """Its token server answers in another way: `{}` stands for the token."""

    answer = "{}"

    def _token(self, **asked):
        status, headers, body = super()._token(**asked)
        token = json.loads(body)["access_token"]
        return status, headers, self.answer.replace("{}", token).encode()


@pytest.mark.parametrize(
    "answer",
    [
        '{"token": "{}", "expires_in": "300", "issued_at": null}',
        '{"token": null, "access_token": "{}", "expires_in": null}',
        '{"token": "{}", "expires_in": -5, "issued_at": "0001-01-01T00:00:00Z"}',
        '{"token": "{}", "expires_in": 1e300}',
        '{"token": "{}", "expires_in": "soon"}',
    ],
)
async def test_every_writing_of_a_token_server_s_answer_signs_in(client_of, answer):
    registry = Answering("bearer")
    await pushed(registry)
    registry.answer = answer
    assert await client_of(registry).tags("app") == ["v1"]


@pytest.mark.parametrize("answer", ['{"token": ""}', "{}x", "[]", '{"token": "a\\nb"}', "<html>"])
async def test_a_token_that_is_none_is_said(client_of, answer):
    registry = Answering("bearer")
    await pushed(registry)
    registry.answer = answer
    with pytest.raises(UpstreamFailed, match="the token server"):
        await client_of(registry).tags("app")
