"""What only a real registry can show: its password file, many repositories, lost storage."""

import shutil

import pytest

from integrations.contract import FeedState, UpstreamDenied
from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.state import TagKind
from tests.contract.etcd.recording import SOON, RecordingFeed, until
from tests.contract.registry.push import Pusher
from tests.contract.registry.real import RealRegistry

pytestmark = pytest.mark.stack

HTPASSWD = (
    "craton:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"  # bcrypt of "secret"
)


@pytest.fixture
async def real(tmp_path):
    """Start real registries and connections to them; all end with the test."""
    started = []

    async def make(extra=None) -> RealRegistry:
        registry = RealRegistry(tmp_path, extra)
        started.append(registry)
        await registry.start()
        return registry

    yield make
    for registry in started:
        await registry.stop()


@pytest.fixture
async def pusher():
    """Pushers to a registry; all are closed at the end."""
    opened = []

    def make(registry, **options) -> Pusher:
        opened.append(Pusher(registry.url, **options))
        return opened[-1]

    yield make
    for push in opened:
        await push.aclose()


@pytest.fixture
async def watch():
    opened = []

    def make(settings) -> tuple[RegistryConnection, RegistryFeeds]:
        connection = RegistryConnection(settings)
        feeds = RegistryFeeds(RecordingFeed(), RecordingFeed())
        connection.start(feeds)
        opened.append(connection)
        return connection, feeds

    yield make
    for connection in opened:
        await connection.stop()


async def test_a_password_file(real, watch, pusher, tmp_path):
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "registry", "path": str(tmp_path / "htpasswd")}}
    registry = await real({"auth": auth})
    push = pusher(registry, auth=("craton", "secret"))
    await push.image("app", "v1")
    right = registry.settings(username="craton", password="secret")
    connection, feeds = watch(right)
    await until(lambda: "app:v1" in feeds.tags.rows)
    assert await connection.client.tags("app") == ["v1"]
    refused, denied = watch(registry.settings(username="craton", password="wrong"))
    await until(lambda: denied.tags.now is FeedState.DENIED)
    with pytest.raises(UpstreamDenied):
        await refused.client.tags("app")


async def test_hundreds_of_repositories_do_not_hold_up_a_push(real, watch, pusher):
    registry = await real()
    push = pusher(registry)
    first = await push.image("seed/app0", "v1")
    data = registry._folder / "data/docker/registry/v2/repositories/seed"
    for n in range(1, 300):
        shutil.copytree(data / "app0", data / f"app{n}")
    connection, feeds = watch(registry.settings(page_size=100))
    registry.listener = lambda headers, body: connection.receive(headers["content-type"], body)
    await until(lambda: len(feeds.repositories.rows) == 300)
    await push.image("fresh/app", "v1", text="fresh")
    await until(lambda: "fresh/app:v1" in feeds.tags.rows, SOON)
    await until(lambda: connection.crawled, 120)
    await until(lambda: all(tag.kind is TagKind.MANIFEST for tag in feeds.tags.rows.values()), 120)
    await until(lambda: len(feeds.tags.rows) == 301)
    assert feeds.tags.rows["seed/app299:v1"].digest == first["digest"]


async def test_a_repository_that_is_gone_leaves_after_a_complete_crawl(real, watch, pusher):
    registry = await real()
    push = pusher(registry)
    await push.image("keep", "v1")
    await push.image("drop", "v1")
    _, feeds = watch(registry.settings(crawl_interval=0.5))
    await until(lambda: {"keep:v1", "drop:v1"} <= set(feeds.tags.rows))
    shutil.rmtree(registry._folder / "data/docker/registry/v2/repositories/drop")
    await until(lambda: set(feeds.repositories.rows) == {"keep"})
    await until(lambda: set(feeds.tags.rows) == {"keep:v1"})
