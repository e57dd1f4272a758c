"""How many pods run an image, whatever comes first, and who may know."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from backend.features.images.collections import TAGS
from backend.features.images.running import Images
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.images import image_name
from integrations.registry.state import Repository, Tag, TagKind

DIGEST = "sha256:" + "a" * 64


OLD = "sha256:" + "b" * 64
OLDER = "sha256:" + "c" * 64


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("127.0.0.1:5000/shop/cart:1.9.0", ("shop/cart", "1.9.0")),
        ("registry.example/cart", ("cart", "latest")),
        ("shop/cart", ("shop/cart", "latest")),
        (f"localhost/shop/cart@{DIGEST}", ("shop/cart", "")),
        (f"shop/cart:1@{DIGEST}", ("shop/cart", "1")),
        ("nginx:1", ("nginx", "1")),
    ],
)
def test_the_name_of_an_image(image: str, name: tuple[str, str]) -> None:
    assert image_name(image) == name


def pod(name: str, phase: str = "Running", digest: str = DIGEST) -> Pod:
    image = "127.0.0.1:5000/shop/cart:1.9.0"
    manifest: dict[str, Any] = {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"containers": [{"name": "main", "image": image}]},
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": "main", "imageID": f"{image}@{digest}"}],
        },
    }
    return msgspec.convert(manifest, Pod)


@pytest.mark.parametrize("pods_first", [True, False])
def test_pods_are_counted_by_digest_and_by_repository(pods_first: bool) -> None:
    images = Images()
    registry, cluster = images.of_registry("local"), images.of_cluster("c1")

    def pods() -> None:
        cluster["pods"].put("shop/a", pod("a"))
        cluster["pods"].put("shop/b", pod("b"))
        cluster["pods"].put("shop/old", pod("old", digest=OLD))
        cluster["pods"].put("shop/done", pod("done", "Succeeded"))

    if pods_first:
        pods()
    tag = Tag(repository="shop/cart", name="1.9.0", digest=DIGEST)
    registry["tags"].put(tag.key, tag)
    registry["repositories"].put("shop/cart", Repository(name="shop/cart"))
    if not pods_first:
        pods()
    (shown,) = images.tags
    (repository,) = images.repositories
    assert (shown.running, repository.running) == (2, 3)
    cluster["pods"].delete("shop/a")
    (shown,) = images.tags
    assert shown.running == 1


async def test_a_repository_tells_of_how_many_images_something_is_attached() -> None:
    images = Images()
    registry = images.of_registry("local")
    registry["repositories"].put("shop/cart", Repository(name="shop/cart"))

    def put(name: str, kind: TagKind, *badges: str) -> None:
        tag = Tag("shop/cart", name, kind=kind, digest=DIGEST, badges=badges)
        registry["tags"].put(tag.key, tag)

    async def told(*expected: str) -> None:
        found: tuple[str, ...] = ()
        async with asyncio.timeout(60):
            while found != expected:
                await images.tags.flush()
                await images.repositories.flush()
                await asyncio.sleep(0)
                (row,) = images.repositories
                found = (row.signed, row.attested, row.sbom)

    await told("", "", "")
    put("chart", TagKind.ARTIFACT, "signature")
    put("new", TagKind.UNRESOLVED)
    await told("", "", "")
    put("1", TagKind.INDEX, "signature", "sbom")
    put("2", TagKind.MANIFEST, "attestation")
    await told("1/2", "1/2", "1/2")
    put("2", TagKind.MANIFEST, "signature")
    await told("2/2", "0/2", "1/2")
    registry["tags"].delete("shop/cart:1")
    await told("1/1", "0/1", "0/1")


async def test_pods_that_a_tag_left_behind_are_counted_until_they_follow() -> None:
    images = Images()
    registry, cluster = images.of_registry("local"), images.of_cluster("c1")
    registry["repositories"].put("shop/cart", Repository(name="shop/cart"))
    unresolved = Tag(repository="shop/cart", name="1.9.0")
    registry["tags"].put(unresolved.key, unresolved)
    cluster["pods"].put("shop/a", pod("a", digest=OLD))
    cluster["pods"].put("shop/b", pod("b", digest=OLD))

    async def settles(expected: int) -> None:
        found: tuple[int | None, ...] = ()
        async with asyncio.timeout(60):
            while found != (expected, expected):
                await images.tags.flush()
                await images.repositories.flush()
                await asyncio.sleep(0)
                rows = (*images.tags, *images.repositories)
                found = tuple(row.behind for row in rows)

    await settles(0)
    registry["tags"].put(unresolved.key, Tag("shop/cart", "1.9.0", digest=OLD))
    await settles(0)
    registry["tags"].put(unresolved.key, Tag("shop/cart", "1.9.0", digest=DIGEST))
    await settles(2)
    cluster["pods"].put("shop/a", pod("a", digest=DIGEST))
    await settles(1)
    cluster["pods"].delete("shop/b")
    await settles(0)


async def test_pods_of_another_registry_and_of_no_known_digest_are_not_behind() -> None:
    images = Images()
    ours, other = images.of_registry("local"), images.of_registry("other")
    cluster = images.of_cluster("c1")
    ours["tags"].put("shop/cart:1.9.0", Tag("shop/cart", "1.9.0", digest=DIGEST))
    other["tags"].put("shop/cart:1.9.0", Tag("shop/cart", "1.9.0", digest=OLD))
    cluster["pods"].put("shop/ours", pod("ours", digest=DIGEST))
    cluster["pods"].put("shop/theirs", pod("theirs", digest=OLD))
    bare = pod("bare")
    status = msgspec.structs.replace(bare.status.container_statuses[0], image_id=OLDER)
    statuses = msgspec.structs.replace(bare.status, container_statuses=(status,))
    cluster["pods"].put("shop/bare", msgspec.structs.replace(bare, status=statuses))

    async def behind() -> list[int | None]:
        for _ in range(20):
            await images.tags.flush()
            await asyncio.sleep(0)
        return [row.behind for row in images.tags]

    assert await behind() == [0, 0]
    cluster["pods"].put("shop/older", pod("older", digest=OLDER))
    assert await behind() == [1, 1], "it may be of either"
    other["tags"].delete("shop/cart:1.9.0")
    assert await behind() == [2], "no other registry has what the other runs any more"


def test_the_count_is_for_who_may_see_every_pod() -> None:
    for column in (c for c in TAGS.columns if c.id in {"running", "behind"}):
        assert column.needs is not None
        assert column.needs.scope.covered_by(("org", "main"), "main") == ()
        assert column.needs.scope.covered_by(("org", "main", "cluster", "c1"), "main") is None
