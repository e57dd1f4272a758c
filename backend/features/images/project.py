"""What the registry integration tells → rows. Pure."""

from __future__ import annotations

from typing import Final

from backend.features.images.rows import RepositoryRow, TagRow
from integrations.registry.state import SIGNATURE, Repository, Tag, TagKind

__all__ = ["repository_row", "tag_row"]

_IMAGES: Final = {TagKind.INDEX, TagKind.MANIFEST}


def repository_row(registry: str, repository: Repository) -> RepositoryRow:
    """The row of a repository of the connection `registry`."""
    return RepositoryRow(
        key=f"{registry}/{repository.name}",
        registry=registry,
        name=repository.name,
        state=repository.state.value,
        tags=repository.tags,
        pushed=repository.pushed,
        reason=repository.message,
    )


def tag_row(registry: str, tag: Tag) -> TagRow:
    """The row of a tag of the connection `registry`."""
    return TagRow(
        key=f"{registry}/{tag.key}",
        registry=registry,
        repository=tag.repository,
        name=tag.name,
        order=tag.order,
        kind=tag.kind.value,
        digest=tag.digest,
        platforms=tag.platforms,
        size=tag.size,
        created=tag.created,
        pushed=tag.pushed,
        badges=tag.badges,
        signed=SIGNATURE in tag.badges if tag.kind in _IMAGES else None,
        media_type=tag.media_type,
        reason=tag.message,
    )
