"""What the registry integration tells → rows. Pure."""

from __future__ import annotations

from backend.features.images.rows import RepositoryRow, TagRow
from integrations.registry.state import Repository, Tag

__all__ = ["repository_row", "tag_row"]


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
        media_type=tag.media_type,
        reason=tag.message,
    )
