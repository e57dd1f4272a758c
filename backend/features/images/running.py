"""Tags and repositories ⋈ pods: how many pods run an image, and how many of those that ask for
a tag still run what it pointed at before."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import msgspec

from backend.features.images.collections import REPOSITORIES, TAGS
from backend.features.images.project import repository_row, tag_row
from backend.features.images.rows import RepositoryRow, TagRow
from backend.live.derive import Derived, DerivedTable, Fold, Foreign, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.images import image_name
from integrations.registry.state import ATTESTATION, SBOM, SIGNATURE

__all__ = ["Images"]

_ENDED = frozenset({"Succeeded", "Failed"})
_ATTACHED = (SIGNATURE, ATTESTATION, SBOM)
"""In the order of a repository's columns."""


class _Runs(Row, frozen=True):
    """A pod that has not ended: the digests it runs, the repositories it asks for, the tags it
    asks for (``repository:tag``) and what it runs for them (``repository:tag@digest``)."""

    digests: tuple[str, ...]
    repositories: tuple[str, ...]
    asked: tuple[str, ...]
    served: tuple[str, ...]


class _Count(Row, frozen=True):
    """How many pods there are under the key."""

    pods: int


class _Current(Row, frozen=True):
    """How many pods ask for a tag and run what it points at in one of the registries that have a
    tag of this name. Clusters and this console may know a registry by different names, so a pod
    of another registry is told by the digest it runs."""

    reference: str
    pods: int


class _Sum(NamedTuple):
    """Of a repository's tags: pods behind them, and images with what is attached to them."""

    behind: int = 0
    images: int = 0
    signed: int = 0
    attested: int = 0
    sboms: int = 0

    def of_images(self, attached: int) -> str:
        """``3/12``; empty without images."""
        return f"{attached}/{self.images}" if self.images else ""


class Images:
    """The images of every registry: `tags` and `repositories` are the collections' sources."""

    def __init__(self) -> None:
        self._tags: Table[TagRow] = Table("tags as they are")
        self._repositories: Table[RepositoryRow] = Table("repositories as they are")
        self._pods: Table[_Runs] = Table("images of pods")
        digests = _counted("pods by digest", self._pods, _digests)
        repositories = _counted("pods by repository", self._pods, _repositories)
        asking = _counted("pods by tag", self._pods, _asked)
        served = _counted("pods by tag and digest", self._pods, _served)
        pinned = DerivedTable(
            "pods that run what a tag points at",
            inputs=(Fold(self._tags, by=_pinned, zero=0, add=_plus_tag), One(served)),
            row=_current,
        )
        current = DerivedTable(
            "pods that run what the tag of a name points at, by tag",
            inputs=(Fold(pinned, by=_current_reference, zero=0, add=_plus_current),),
            row=_count,
        )
        self.tags = Derived(
            TAGS,
            inputs=(
                One(self._tags),
                Foreign(digests, of=self._tags, by=_digest),
                Foreign(asking, of=self._tags, by=_reference),
                Foreign(current, of=self._tags, by=_reference),
            ),
            row=_tag,
        )
        self.repositories = Derived(
            REPOSITORIES,
            inputs=(
                One(self._repositories),
                Foreign(repositories, of=self._repositories, by=_name),
                Fold(self.tags, by=_repository_key, zero=_Sum(), add=_plus_image),
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


def _runs(cluster: str, pod: Pod) -> _Runs | None:
    if pod.status.phase in _ENDED:
        return None
    meta = pod.metadata
    names = {c.name: image_name(c.image) for c in pod.spec.containers if c.image}
    # Without the @ it is the digest of an image's configuration, which no registry's tag has.
    images = {c.name: c.image_id for c in pod.status.container_statuses if "@" in c.image_id}
    runs = {name: image.rpartition("@")[2] for name, image in images.items()}
    tagged = [
        (names[name].reference, digest)
        for name, digest in runs.items()
        if name in names and names[name].reference and ":" in digest
    ]
    return _Runs(
        f"{cluster}/{meta.namespace}/{meta.name}",
        tuple(dict.fromkeys(runs.values())),
        tuple(dict.fromkeys(name.repository for name in names.values())),
        tuple(dict.fromkeys(reference for reference, _ in tagged)),
        tuple(dict.fromkeys(f"{reference}@{digest}" for reference, digest in tagged)),
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


def _asked(pod: _Runs) -> tuple[str, ...]:
    return pod.asked


def _served(pod: _Runs) -> tuple[str, ...]:
    return pod.served


def _digest(tag: TagRow) -> str:
    return tag.digest


def _reference(tag: TagRow) -> str:
    """The tag as pods ask for it; nothing while it is not known what it points at."""
    return f"{tag.repository}:{tag.name}" if tag.digest else ""


def _pinned(tag: TagRow) -> tuple[str, ...]:
    return (f"{_reference(tag)}@{tag.digest}",) if tag.digest else ()


def _plus_tag(number: int, _tag: TagRow, sign: int) -> int:
    return number + sign


def _current(key: str, tags: int, served: _Count | None) -> _Current | None:
    return _Current(key, key.partition("@")[0], served.pods) if tags and served else None


def _current_reference(current: _Current) -> tuple[str, ...]:
    return (current.reference,)


def _plus_current(number: int, current: _Current, sign: int) -> int:
    return number + sign * current.pods


def _name(repository: RepositoryRow) -> str:
    return repository.name


def _repository_key(tag: TagRow) -> tuple[str, ...]:
    return (f"{tag.registry}/{tag.repository}",)


def _plus_image(total: _Sum, tag: TagRow, sign: int) -> _Sum:
    """Of which tag it is not known whether it is an image, that is not counted as one."""
    image = tag.signed is not None
    held = (tag.behind or 0, image, *(image and badge in tag.badges for badge in _ATTACHED))
    return _Sum(*(before + sign * more for before, more in zip(total, held, strict=True)))


def _tag(
    _key: str,
    row: TagRow | None,
    count: _Count | None,
    asking: _Count | None,
    current: _Count | None,
) -> TagRow | None:
    if row is None:
        return None
    behind = max(0, _pods(asking) - _pods(current))  # one pod may run two of them
    return msgspec.structs.replace(row, running=_pods(count), behind=behind)


def _repository(
    _key: str, row: RepositoryRow | None, count: _Count | None, tags: _Sum
) -> RepositoryRow | None:
    if row is None:
        return None
    return msgspec.structs.replace(
        row,
        running=_pods(count),
        behind=tags.behind,
        signed=tags.of_images(tags.signed),
        attested=tags.of_images(tags.attested),
        sbom=tags.of_images(tags.sboms),
    )


def _pods(count: _Count | None) -> int:
    return count.pods if count else 0
