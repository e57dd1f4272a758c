"""Tags and repositories ⋈ pods: how many pods run an image, wherever they are."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from backend.features.images.collections import REPOSITORIES, TAGS
from backend.features.images.project import repository_row, tag_row
from backend.features.images.rows import RepositoryRow, TagRow
from backend.live.derive import Derived, DerivedTable, Fold, Foreign, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.models.pods import Pod

__all__ = ["Images", "repository_of"]

_ENDED = frozenset({"Succeeded", "Failed"})


class _Runs(Row, frozen=True):
    """A pod that has not ended: the digests it runs, the repositories it asks for."""

    digests: tuple[str, ...]
    repositories: tuple[str, ...]


class _Count(Row, frozen=True):
    """How many pods there are under the key."""

    pods: int


class Images:
    """The images of every registry: `tags` and `repositories` are the collections' sources."""

    def __init__(self) -> None:
        self._tags: Table[TagRow] = Table("tags as they are")
        self._repositories: Table[RepositoryRow] = Table("repositories as they are")
        self._pods: Table[_Runs] = Table("images of pods")
        digests = _counted("pods by digest", self._pods, _digests)
        repositories = _counted("pods by repository", self._pods, _repositories)
        self.tags = Derived(
            TAGS,
            inputs=(One(self._tags), Foreign(digests, of=self._tags, by=_digest)),
            row=_tag,
        )
        self.repositories = Derived(
            REPOSITORIES,
            inputs=(
                One(self._repositories),
                Foreign(repositories, of=self._repositories, by=_name),
            ),
            row=_repository,
        )

    def of_registry(self, registry: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one registry's images, by kind."""
        within, name = ("registry", registry), f"registry/{registry}"
        repositories, tags = partial(repository_row, registry), partial(tag_row, registry)
        return {
            "repositories": self._repositories.feed(
                f"{name}/repositories", repositories, within=within
            ),
            "tags": self._tags.feed(f"{name}/tags", tags, within=within),
        }

    def of_cluster(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feed that keeps what one cluster runs."""
        name, within = f"kubernetes/{cluster}/pods", ("cluster", cluster)
        return {"pods": self._pods.feed(name, partial(_runs, cluster), within=within)}


def repository_of(image: str) -> str:
    """The repository that an image's name asks for, without registry, tag and digest."""
    path = image.partition("@")[0]
    first, slash, rest = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        path = rest
    head, colon, tag = path.rpartition(":")
    return head if colon and "/" not in tag else path


def _runs(cluster: str, pod: Pod) -> _Runs | None:
    if pod.status.phase in _ENDED:
        return None
    meta = pod.metadata
    found = (c.image_id.rpartition("@")[2] for c in pod.status.container_statuses if c.image_id)
    asked = (repository_of(c.image) for c in pod.spec.containers if c.image)
    return _Runs(
        f"{cluster}/{meta.namespace}/{meta.name}",
        tuple(dict.fromkeys(found)),
        tuple(dict.fromkeys(asked)),
    )


def _counted(name: str, pods: Table[_Runs], by: Any) -> DerivedTable[_Count]:
    return DerivedTable(name, inputs=(Fold(pods, by=by, zero=0, add=_plus),), row=_count)


def _plus(number: int, _pod: _Runs, sign: int) -> int:
    return number + sign


def _count(key: str, pods: int) -> _Count | None:
    return _Count(key, pods) if pods else None


def _digests(pod: _Runs) -> tuple[str, ...]:
    return pod.digests


def _repositories(pod: _Runs) -> tuple[str, ...]:
    return pod.repositories


def _digest(tag: TagRow) -> str:
    return tag.digest


def _name(repository: RepositoryRow) -> str:
    return repository.name


def _tag(_key: str, row: TagRow | None, count: _Count | None) -> TagRow | None:
    if row is None:
        return None
    return msgspec.structs.replace(row, running=count.pods if count else 0)


def _repository(_key: str, row: RepositoryRow | None, count: _Count | None) -> RepositoryRow | None:
    if row is None:
        return None
    return msgspec.structs.replace(row, running=count.pods if count else 0)
