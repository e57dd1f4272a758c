"""One suite, run against the fake and against a real registry, so the fake cannot drift."""

import pytest

from integrations.contract import FeedState, NotFound
from integrations.registry import images
from integrations.registry.state import RepositoryState, TagKind
from integrations.registry.webhook import Receiver
from tests.contract.etcd.recording import SOON, until

FRESH = {"ping_interval": 0.2}


async def test_catalogue_and_tags_by_pages(connect, push):
    for n in range(5):
        await push.image(f"team/app{n}", "v1")
    for n in range(5):
        await push.image("team/app0", f"v1.{n}")
    client = connect(page_size=2).client
    pages = [page async for page in client.catalogue()]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in page] == [f"team/app{n}" for n in range(5)]
    assert sorted(await client.tags("team/app0")) == ["v1", *(f"v1.{n}" for n in range(5))]
    with pytest.raises(NotFound):
        await client.tags("team/absent")


async def test_pages_above_the_maximum_are_halved(connect, push):
    await push.image("a", "v1")
    client = connect(page_size=4000).client
    assert [page async for page in client.catalogue()] == [("a",)]


async def test_what_is_beyond_the_limits_is_said(connect, push, feeds):
    for repository, tag in (("a", "v1"), ("a", "v2"), ("a", "v3"), ("b", "v1"), ("c", "v1")):
        await push.image(repository, tag)
    connect(repository_limit=2, tag_limit=2, **FRESH).start(feeds)
    over = (FeedState.LIVE, "only 2 repositories are read: there are more")
    await until(lambda: feeds.repositories.states[-1:] == [over])
    told = "Only 2 tags are read: there may be more"
    await until(lambda: feeds.repositories.rows["a"].message == told)
    await until(lambda: all(t.kind is not TagKind.UNRESOLVED for t in feeds.tags.rows.values()))
    assert feeds.repositories.rows["a"].message == told, "tags that are read do not take it away"
    assert set(feeds.repositories.rows) == {"a", "b"}


async def test_tag_to_digest_and_back(connect, push):
    pushed = await push.image("app", "v1")
    client = connect().client
    found = await client.resolve("app", "v1")
    assert (found.digest, found.size) == (pushed["digest"], pushed["size"])
    assert found.media_type == pushed["mediaType"]
    assert await client.resolve("app", "v1", found.digest) is None
    manifest = await client.manifest("app", found.digest)
    assert not manifest.is_index
    assert manifest.is_image
    config = await client.config("app", manifest.config.digest)
    assert images.platform_of(config) == "linux/amd64"
    assert len(config.history) == 2
    before = client.cache.size
    await client.manifest("app", found.digest)
    assert client.cache.size == before
    with pytest.raises(NotFound):
        await client.resolve("app", "absent")


async def test_what_one_repository_holds_is_not_read_through_another(connect, push):
    secret = await push.image("other/secret", "v1", text="secret")
    await push.image("team/mine", "v1", text="mine")
    client = connect().client
    config = (await client.manifest("other/secret", secret["digest"])).config.digest
    await client.config("other/secret", config)
    with pytest.raises(NotFound):
        await client.manifest("team/mine", secret["digest"])
    with pytest.raises(NotFound):
        await client.config("team/mine", config)


@pytest.mark.parametrize("name", ["../x", "UPPER", "a//b", "a/../b", "a?b", "x" * 300, ""])
async def test_names_that_are_none_never_reach_the_network(connect, name):
    client = connect().client
    with pytest.raises(NotFound):
        await client.tags(name)
    with pytest.raises(NotFound):
        await client.resolve("app", name)
    with pytest.raises(NotFound):
        await client.manifest("app", name)


async def test_referrers_by_the_fallback_tag(connect, push):
    pushed = await push.image("app", "v1")
    client = connect().client
    assert await client.referrers("app", pushed["digest"]) == ()
    await push.signature("app", pushed)
    (found,) = await client.referrers("app", pushed["digest"])
    assert "sigstore" in found.artifact_type
    assert not client.has_referrers


async def test_the_crawl_fills_the_rows(connect, push, feeds):
    await push.index("team/web", "v1.10.0")
    signed = await push.image("team/web", "v1.9.0")
    await push.signature("team/web", signed)
    await push.artifact("charts/web", "v1", "application/vnd.cncf.helm.chart")
    connection = connect(**FRESH)
    connection.start(feeds)
    await until(lambda: feeds.repositories.now is FeedState.LIVE)
    await until(lambda: all(t.kind is not TagKind.UNRESOLVED for t in feeds.tags.rows.values()))
    await until(lambda: set(feeds.repositories.rows) == {"team/web", "charts/web"})
    await until(lambda: len(feeds.tags.rows) == 3)
    await until(lambda: all(t.kind is not TagKind.UNRESOLVED for t in feeds.tags.rows.values()))
    index = feeds.tags.rows["team/web:v1.10.0"]
    assert (index.kind, index.platforms) == (TagKind.INDEX, ("linux/arm64", "linux/amd64"))
    assert index.badges == ("attestation",)
    assert index.size > 0
    assert index.created == pytest.approx(1767323045.678901)
    manifest = feeds.tags.rows["team/web:v1.9.0"]
    assert (manifest.kind, manifest.badges) == (TagKind.MANIFEST, ("signature",))
    assert feeds.tags.rows["charts/web:v1"].kind is TagKind.ARTIFACT
    assert manifest.order < index.order
    await until(lambda: feeds.repositories.rows["team/web"].tags == 2)


async def test_a_push_and_a_delete_show_within_a_second(connect, push, feeds):
    first = await push.image("app", "v1")
    connection = connect(**FRESH)
    connection.start(feeds)
    await until(lambda: "app:v1" in feeds.tags.rows)
    await push.image("app", "v2", text="second")
    await until(lambda: "app:v2" in feeds.tags.rows, SOON)
    await until(lambda: feeds.tags.rows["app:v2"].kind is not TagKind.UNRESOLVED, SOON)
    row = feeds.tags.rows["app:v2"]
    assert (row.kind, row.platforms) == (TagKind.MANIFEST, ("linux/amd64",))
    assert row.pushed is not None
    moved = await push.image("app", "v1", text="moved")
    await until(lambda: feeds.tags.rows["app:v1"].digest == moved["digest"], SOON)
    await push.index("brand/new", "latest")
    await until(lambda: "brand/new:latest" in feeds.tags.rows, SOON)
    await until(lambda: feeds.repositories.rows["brand/new"].state is RepositoryState.READY, SOON)
    await push.signature("app", moved)
    await until(lambda: feeds.tags.rows["app:v1"].badges == ("signature",), SOON)
    assert not [key for key in feeds.tags.rows if "sha256-" in key]
    await push.delete("app", moved["digest"])
    await until(lambda: "app:v1" not in feeds.tags.rows, SOON)
    assert first["digest"] != moved["digest"]


async def test_an_emptied_repository_stays_and_says_so(connect, push, feeds):
    pushed = await push.image("app", "v1")
    connection = connect(**FRESH)
    connection.start(feeds)
    await until(lambda: "app:v1" in feeds.tags.rows)
    await push.delete("app", pushed["digest"])
    await until(lambda: feeds.repositories.rows["app"].state is RepositoryState.EMPTY, SOON)
    await until(lambda: feeds.tags.rows == {}, SOON)


async def test_killed_is_stale_and_back_is_live(store, connect, push, feeds):
    await push.image("app", "v1")
    connection = connect(**FRESH)
    connection.start(feeds)
    await until(lambda: feeds.tags.now is FeedState.LIVE and "app:v1" in feeds.tags.rows)
    await store.kill()
    await until(lambda: feeds.tags.now is FeedState.STALE)
    assert "app:v1" in feeds.tags.rows
    await store.revive()
    await until(lambda: feeds.tags.now is FeedState.LIVE)
    await push.image("app", "v3", text="3")
    await until(lambda: "app:v3" in feeds.tags.rows)


async def test_our_own_reads_make_no_changes(store, connect, push, feeds):
    await push.image("app", "v1")
    connection = connect(**FRESH)
    connection.start(feeds)
    await until(lambda: "app:v1" in feeds.tags.rows)
    told, own = [], Receiver()
    deliver = store.listener

    def count(headers, body):
        told.append(own.read(headers["content-type"], body))
        deliver(headers, body)

    store.listener = count
    for _ in range(3):
        await connection.client.resolve("app", "v1")
    await push.image("app", "v2")
    await until(lambda: "app:v2" in feeds.tags.rows, SOON)
    changes = [change for changes in told for change in changes]
    assert {change.tag for change in changes} == {"v2"}
