import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.registry.cache import DigestCache, verify
from integrations.registry.client import RegistryClient
from integrations.registry.errors import DigestMismatch
from integrations.registry.models import is_digest, is_repository, is_tag
from integrations.registry.settings import RegistrySettings
from integrations.registry.state import Tag, badge_of, sort_out
from integrations.registry.watcher import RegistryFeeds, RegistryWatcher
from integrations.registry.webhook import BadDelivery, Push, Receiver, Removal, authorised
from tests.contract.etcd.recording import RecordingFeed, until

HEX = "ab" * 32


def test_names_follow_the_specification():
    assert all(is_repository(n) for n in ("a", "team/web", "a-b/c__d/e.f", "x" * 255))
    assert not any(is_repository(n) for n in ("", "A", "/a", "a/", "a//b", "..", "a/..", "-a"))
    assert not is_repository("x" * 256)
    assert not is_repository("a\n")
    assert is_tag("v1.0_x-y")
    assert not any(is_tag(n) for n in ("", ".x", "-x", "a/b", "x" * 129, "a\n"))
    assert is_digest(f"sha256:{HEX}")
    assert not is_digest(f"sha256:{HEX.upper()}")
    assert not is_digest(f"md5:{HEX}")


def test_companions_are_not_tags():
    names = ["v1", f"sha256-{HEX}", f"sha256-{HEX}.sig", f"sha256-{HEX}.sbom", "sha256-short"]
    found = sort_out(names)
    assert found.tags == ("v1", "sha256-short")
    assert found.fallbacks == {f"sha256:{HEX}"}
    assert found.badges == {f"sha256:{HEX}": {"signature", "sbom"}}


@pytest.mark.parametrize(
    ("artifact_type", "badge"),
    [
        ("application/vnd.dev.cosign.artifact.sig.v1+json", "signature"),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", "signature"),
        ("application/vnd.cncf.notary.signature", "signature"),
        ("application/spdx+json", "sbom"),
        ("application/vnd.cyclonedx+json", "sbom"),
        ("application/vnd.in-toto+json", "attestation"),
        ("application/vnd.example.thing", "artifact"),
    ],
)
def test_badges(artifact_type, badge):
    assert badge_of(artifact_type) == badge


def test_versions_sort_as_people_do():
    names = ["1.0.0-rc.1", "1.0.0", "v1.2.0", "1.9.0", "v1.10.0", "2.0.0-beta", "2.0.0", "latest"]
    tags = [Tag("r", name) for name in names]
    assert [t.name for t in sorted(tags, key=lambda t: t.order)] == names


def test_content_is_held_for_its_reader():
    cache = DigestCache(100)
    cache.put("sha256:a", b"12345", "team/secret")
    assert cache.get("sha256:a", "team/secret") == b"12345"
    assert cache.get("sha256:a", "team/mine") is None
    assert cache.get("sha256:a") is None


def test_the_cache_is_bounded_by_bytes():
    cache = DigestCache(10)
    cache.put("a", b"12345")
    cache.put("b", b"12345")
    assert cache.get("a") == b"12345"
    cache.put("c", b"123")
    assert cache.get("b") is None
    assert (cache.get("a"), cache.size) == (b"12345", 8)
    cache.put("d", b"x" * 11)
    assert cache.get("d") is None


def test_content_is_verified():
    verify(
        "r",
        "sha256:" + "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        b"hello",
    )
    with pytest.raises(DigestMismatch):
        verify("r", f"sha256:{HEX}", b"hello")


def delivery(*events: dict) -> bytes:
    return json.dumps({"events": list(events)}).encode()


def event(number: int, action: str = "push", agent: str = "docker", **target) -> dict:
    target = {"repository": "app", "mediaType": "application/vnd.oci.image.index.v1+json", **target}
    return {"id": str(number), "action": action, "target": target, "request": {"useragent": agent}}


TYPE = "application/vnd.docker.distribution.events.v1+json"


def test_deliveries_become_changes_once():
    receiver = Receiver()
    body = delivery(
        event(1, tag="v1", digest="d1"),
        event(2, mediaType="application/octet-stream"),
        event(3, action="pull", tag="v1"),
        event(4, agent="craton/0.1.0", tag="v1"),
        event(5, action="delete", tag="v1"),
        event(6, action="mount"),
        event(7, repository="../etc", tag="v1"),
        event(8, tag="not a tag", digest="d2"),
    )
    expected = [Push("app", "v1", "d1"), Removal("app"), Push("app", "", "d2")]
    assert receiver.read(TYPE, body) == expected
    assert receiver.read(TYPE.replace("v1", "v2"), body) == []


def test_what_is_no_delivery_is_refused():
    receiver = Receiver()
    for media_type, body in (
        ("text/plain", b"{}"),
        (TYPE, b"no"),
        (TYPE, b'{"events": 1}'),
        (TYPE, b"[" * 100_000),
    ):
        with pytest.raises(BadDelivery):
            receiver.read(media_type, body)


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(body):
    with contextlib.suppress(BadDelivery):
        assert Receiver().read(TYPE, body) == []


def test_the_secret():
    assert authorised("Bearer s", "s")
    assert not authorised("Bearer x", "s")
    assert not authorised("Bearer ", "")
    assert not authorised("Bearer \xff", "s")


async def test_tags_looked_at_are_forgotten_in_time():
    settings = RegistrySettings(name="r", url="http://registry.example", tag_ttl=0.05)
    feeds = RegistryFeeds(RecordingFeed(), RecordingFeed())
    watcher = RegistryWatcher(RegistryClient(settings), feeds)
    watcher.index.list_tags("team/web", [f"v{n}" for n in range(50)])
    watcher.look("team/web")
    asked = len(watcher._urgent)
    watcher.look("team/web")
    assert (asked, len(watcher._urgent), len(watcher._looked)) == (50, 50, 50)
    await until(lambda: len(watcher._looked) == 0)
    watcher._drop_urgent()
