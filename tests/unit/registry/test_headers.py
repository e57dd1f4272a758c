"""Challenges and links as registries write them, legal and nearly so (issue 9, kind 10)."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.contract import FeedState, UpstreamFailed
from integrations.registry.client import RegistryClient
from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.fake import FakeRegistry
from integrations.registry.headers import Challenge, Link, read_challenges, read_links
from integrations.registry.settings import RegistrySettings
from tests.contract.etcd.recording import RecordingFeed, until
from tests.contract.registry.push import Pusher

REALM = "http://registry.test:5000/token"
NAMES = ("team/a", "team/b", "team/c", "team/d", "team/e")
TAGS = ["1.0", "1.1", "2.0", "2.1", "latest"]


class Rewritten(httpx2.AsyncBaseTransport):
    """A registry whose challenge and next-page links are written in another way: `{path}` and
    `{query}` are those of the real link."""

    def __init__(self, registry: FakeRegistry, challenges: list[str], link: str) -> None:
        self.registry = registry
        self.challenges = challenges
        self.link = link

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self.registry.handle_async_request(request)
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name not in {"www-authenticate", "link"}
        ]
        if response.status_code == 401 and self.challenges:
            headers += [("www-authenticate", line) for line in self.challenges]
        if link := response.headers.get("link"):
            path, _, query = link[1 : link.index(">")].partition("?")
            headers.append(("link", self.link.format(path=path, query=query)))
        response.headers = httpx2.Headers(headers)
        return response


async def filled() -> FakeRegistry:
    registry = FakeRegistry("")
    push = Pusher(registry.url, registry)
    for name in NAMES:
        for tag in TAGS if name == NAMES[0] else TAGS[:1]:
            await push.image(name, tag)
    await push.aclose()
    return registry


async def served(scheme: str, challenges: list[str], link: str) -> RegistryClient:
    registry = await filled()
    registry.auth = scheme
    settings = RegistrySettings(
        name="r", url=registry.url, username="craton", password="secret", page_size=2
    )
    return RegistryClient(settings, Rewritten(registry, challenges, link))


@pytest.mark.parametrize(
    ("scheme", "challenges"),
    [
        (
            "bearer",
            [f'Basic realm="registry", Bearer realm="{REALM}",service="fake",scope="a:b,c"'],
        ),
        ("bearer", ["Negotiate", f'Bearer realm="{REALM}",service="fake"']),
        ("bearer", [f"Bearer realm={REALM},service=fake"]),
        ("bearer", [f'Bearer service="my \\"own\\", registry" , realm = "{REALM}?account=x"']),
        ("bearer", [f'BEARER REALM="{REALM}", SERVICE="fake"']),
        ("bearer", ['NTLM TlRMTVNTUAAB/+==, Basic realm="a"', f'bearer realm="{REALM}"']),
        ("bearer", [f"Negotiate, Bearer realm='{REALM}', service='fake'"]),
        ("bearer", [f'Bearer realm="{REALM}";service="fake";error="invalid_token"']),
        ("bearer", [f'Bearer realm="{REALM}" service="fake"', "Basic"]),
        ("basic", ["Basic realm=/"]),
        ("basic", ["Basic"]),
        ("basic", ['Digest realm="x", nonce="a,b", qop="auth", Basic realm="y", charset="UTF-8"']),
    ],
)
async def test_every_writing_of_a_challenge_signs_in(scheme, challenges):
    client = await served(scheme, challenges, "<{path}?{query}>; rel=next")
    assert await client.tags(NAMES[0]) == TAGS
    assert [name async for page in client.catalogue() for name in page] == list(NAMES)
    await client.aclose()


@pytest.mark.parametrize(
    "link",
    [
        '<{path}?{query}>; rel="next"',
        "<http://registry.example{path}?{query}>; rel=next",
        '<?{query}>; title="more, and; more"; rel="next"',
        '</artifactory/api/docker/local{path}?{query}>;REL="Next"',
        '<{path}?first>; rel="first", <{path}?{query}>; rel="next last"',
        'nonsense, <{path}?{query}> ; title ; rel = "next"',
        "<{path}?{query}>; rel='next'",
        '<{path}?{query}>; rel="prev NEXT https://rel.example/next"; anchor="#a"',
        '</elsewhere>; rel="first"; title="x, <y>; rel=z", <{path}?{query}>;rel=next',
    ],
)
async def test_every_writing_of_a_link_is_followed_to_the_end(link):
    client = await served("", [], link)
    assert await client.tags(NAMES[0]) == TAGS
    assert [name async for page in client.catalogue() for name in page] == list(NAMES)
    await client.aclose()


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("<http://registry.test:5000/elsewhere?{query}>; rel=next", "somewhere else: '/elsewhere'"),
        ("<{path}?n=2>; rel=next", "the same page again"),
        ('{path}?{query}; rel="next"', "the link to the next page cannot be read"),
        ('<{path}?{query}> rel="next"', "the link to the next page cannot be read"),
        ("<{path}?{query}&cursor=" + 9_000 * "x" + '>; rel="next"', "cannot be read"),
    ],
)
async def test_a_page_that_cannot_be_followed_is_said(link, why):
    client = await served("", [], link)
    with pytest.raises(UpstreamFailed, match=why):
        await client.tags(NAMES[0])
    await client.aclose()


class Circling(Rewritten):
    """Each page leads to the one before."""

    def __init__(self, registry: FakeRegistry) -> None:
        super().__init__(registry, [], "")
        self.links = cycle(f"<{{path}}?n=2&last={last}>; rel=next" for last in ("1.1", "1.0"))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.link = next(self.links)
        return await super().handle_async_request(request)


async def test_pages_that_lead_in_a_circle_are_said():
    registry = await filled()
    settings = RegistrySettings(name="r", url=registry.url, page_size=2)
    client = RegistryClient(settings, Circling(registry))
    with pytest.raises(UpstreamFailed, match="the same page again"):
        await client.tags(NAMES[0])
    await client.aclose()


async def test_a_list_that_can_no_longer_be_read_is_stale_while_the_registry_answers():
    registry = await filled()
    rewritten = Rewritten(registry, [], "<{path}?{query}>; rel=next")
    settings = RegistrySettings(
        name="r", url=registry.url, page_size=2, crawl_interval=0.2, ping_interval=0.02
    )
    connection = RegistryConnection(settings, rewritten)
    feeds: Any = RegistryFeeds(RecordingFeed(), RecordingFeed())
    connection.start(feeds)
    try:
        await until(lambda: feeds.repositories.now is FeedState.POLLING)
        await until(lambda: len(feeds.repositories.rows) == len(NAMES))
        rewritten.link = "{path}?{query}; rel=next"
        await until(lambda: feeds.repositories.now is FeedState.STALE)
        told = len(feeds.repositories.states)
        pinged = registry.requests.count("GET /v2/")
        await until(lambda: registry.requests.count("GET /v2/") > pinged + 5)
        assert len(feeds.repositories.states) == told
        assert "cannot be read" in feeds.repositories.states[-1][1]
    finally:
        await connection.stop()


def test_what_cannot_be_read_takes_nothing_else_with_it():
    assert read_challenges(['=x, "odd", ;;, Basic realm="b"', "", ","]) == [
        Challenge("basic", {"realm": "b"})
    ]
    assert read_links(["oops, <a>;rel, <b>; rel=prev; rel=next", ""]) == [
        Link("a", frozenset()),
        Link("b", frozenset({"prev"})),
    ]


def test_a_hostile_header_is_read_once():
    """Every `<` used to be followed to the end of the line."""
    assert read_links(["<," * 8000]) == []
    assert len(read_links(["<a>; rel=next, " * 2000] * 50)) < 1000


@given(st.text(alphabet='abB= \t,;"\\<>/?:é\x00', max_size=60))
def test_no_header_is_too_odd(text):
    for challenge in read_challenges([text]):
        assert challenge.scheme
    read_links([text])
