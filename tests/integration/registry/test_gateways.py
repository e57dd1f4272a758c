"""A real registry with a token server, behind a real nginx that writes its challenge and its links
in other legal ways (issue 9, kind 10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrations.contract import UpstreamFailed
from integrations.registry.client import RegistryClient
from integrations.registry.settings import RegistrySettings
from tests.contract.registry.push import Pusher
from tests.contract.registry.real import RealRegistry
from tests.integration.registry.tokens import SERVICE, USER, TokenServer, token_server
from tests.nginx import nginx
from tests.ports import free_port

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

NAMES = ["team/a", "team/b", "team/c"]
TAGS = ["1.0", "1.1", "2.0", "2.1", "latest"]
QUOTED = SERVICE.replace('"', '\\"')
BEARER = f'realm="ADDRESS",service="{QUOTED}"'
MAPS = """
map $upstream_http_link $where { ~^<(?<path>[^>?]+) $path; default ''; }
map $upstream_http_link $query { ~^<[^>?]+[?](?<rest>[^>]*)> $rest; default ''; }
map $upstream_http_link $more { '' ''; default 'LINK'; }
"""
"""nginx leaves out a header whose value is empty: the last page has none."""


@pytest.fixture
async def behind(tmp_path: Path) -> AsyncIterator[tuple[RealRegistry, TokenServer]]:
    """A filled registry that takes only who has a token."""
    (tmp_path / "registry").mkdir()
    open_one = RealRegistry(tmp_path / "registry")
    await open_one.start()
    push = Pusher(open_one.url)
    for name in NAMES:
        for tag in TAGS if name == NAMES[0] else TAGS[:1]:
            await push.image(name, tag)
    await push.aclose()
    await open_one.stop()
    with token_server(tmp_path) as tokens:
        registry = RealRegistry(tmp_path / "registry", {"auth": tokens.settings})
        await registry.start()
        yield registry, tokens
        await registry.stop()


def gateway(registry: RealRegistry, tokens: TokenServer, challenges: list[str]) -> str:
    """nginx's block: what it passes on, but with these lines for the registry's own."""
    written = [line.replace("ADDRESS", f"{tokens.url}/token") for line in challenges]
    quoted = ["'" + line.replace("\\", "\\\\").replace("'", "\\'") + "'" for line in written]
    lines = [f"add_header WWW-Authenticate {line} always;" for line in quoted]
    return f"""
    location / {{
      proxy_pass {registry.url};
      proxy_hide_header WWW-Authenticate;
      proxy_hide_header Link;
      add_header Link $more always;
      {" ".join(lines)}
    }}
    """


async def lists(url: str, tokens: TokenServer) -> tuple[list[str], list[str]]:
    settings = RegistrySettings(
        name="r", url=url, username=USER[0], password=USER[1], page_size=2,
        realm_hosts=(tokens.url.removeprefix("http://"),),
    )  # fmt: skip
    client = RegistryClient(settings)
    try:
        names = [name async for page in client.catalogue() for name in page]
        return names, sorted(await client.tags(NAMES[0]))
    finally:
        await client.aclose()


@pytest.mark.parametrize(
    ("challenges", "link"),
    [
        ([f'Basic realm="registry", Bearer {BEARER}'], '<$where?$query>; rel="next"'),
        (["Negotiate", f"bearer {BEARER}"], "<http://registry.example$where?$query>; rel=next"),
        (
            [f'BEARER SERVICE="{QUOTED}" , REALM = "ADDRESS?account=x"'],
            '<?$query>; title="more, and; more"; rel="next"',
        ),
        (
            [f'NTLM TlRMTVNT+/==, Digest realm="a, b", qop="auth", Bearer {BEARER},error="x"'],
            '</artifactory/api/docker/local$where?$query>;REL="prev Next"',
        ),
    ],
)
async def test_every_writing_of_a_gateway_is_understood(
    behind: tuple[RealRegistry, TokenServer], tmp_path: Path, challenges: list[str], link: str
) -> None:
    registry, tokens = behind
    port = free_port()
    block = f"listen 127.0.0.1:{port};" + gateway(registry, tokens, challenges)
    with nginx(tmp_path / "nginx", port, block, maps=MAPS.replace("LINK", link)):
        assert await lists(f"http://127.0.0.1:{port}", tokens) == (NAMES, TAGS)
    assert {query["service"][0] for query in tokens.asked} == {SERVICE}
    assert {query["scope"][0] for query in tokens.asked} == {
        "registry:catalog:*", "repository:team/a:pull"
    }  # fmt: skip


async def test_what_the_registry_itself_writes_is_understood(
    behind: tuple[RealRegistry, TokenServer],
) -> None:
    registry, tokens = behind
    assert await lists(registry.url, tokens) == (NAMES, TAGS)


async def test_a_gateway_that_leads_elsewhere_is_said(
    behind: tuple[RealRegistry, TokenServer], tmp_path: Path
) -> None:
    registry, tokens = behind
    port = free_port()
    block = f"listen 127.0.0.1:{port};" + gateway(registry, tokens, [f"Bearer {BEARER}"])
    maps = MAPS.replace("LINK", '</elsewhere?$query>; rel="next"')
    with nginx(tmp_path / "nginx", port, block, maps=maps), pytest.raises(UpstreamFailed) as told:
        await lists(f"http://127.0.0.1:{port}", tokens)
    assert "the next page is somewhere else: '/elsewhere'" in told.value.message
