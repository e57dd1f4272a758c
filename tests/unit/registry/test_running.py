"""How many pods run an image, whatever comes first, and who may know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backend.features.images.collections import TAGS
from backend.features.images.running import Images, repository_of
from integrations.kubernetes.models.pods import Pod
from integrations.registry.state import Repository, Tag

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("127.0.0.1:5000/shop/cart:1.9.0", "shop/cart"),
        ("registry.example/cart", "cart"),
        ("shop/cart", "shop/cart"),
        (f"localhost/shop/cart@{DIGEST}", "shop/cart"),
        ("nginx:1", "nginx"),
    ],
)
def test_the_repository_of_an_image(image: str, repository: str) -> None:
    assert repository_of(image) == repository


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
        cluster["pods"].put("shop/old", pod("old", digest="sha256:" + "b" * 64))
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


def test_the_count_is_for_who_may_see_every_pod() -> None:
    column = next(column for column in TAGS.columns if column.id == "running")
    assert column.needs is not None
    assert column.needs.scope.covered_by(("org", "main"), "main") == ()
    assert column.needs.scope.covered_by(("org", "main", "cluster", "c1"), "main") is None
