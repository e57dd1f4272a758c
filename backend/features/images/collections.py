"""The collections `repositories` and `tags`."""

from __future__ import annotations

from typing import Final

from backend.features.images.rows import RepositoryRow, TagRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["REPOSITORIES", "TAGS"]

REPOSITORIES: Final = Collection(
    name="repositories",
    title="Repositories",
    kind="repository",
    row=RepositoryRow,
    scopes=(RowScope("registry", Field("registry"), "repo", Field("name", split="/")),),
    columns=(
        Column("name", "Repository", Type.TEXT, searched=True),
        Column("registry", "Registry", Type.TEXT, facet=True),
        Column("state", "Status", Type.STATUS, facet=True),
        Column("tags", "Tags", Type.NUMBER),
        Column("pushed", "Last push", Type.TIME),
        Column("reason", "Reason", Type.TEXT),
    ),
    default_sort=("registry", "name"),
    where=("registry",),
    place=25,
)

TAGS: Final = Collection(
    name="tags",
    title="Tags",
    kind="tag",
    row=TagRow,
    scopes=(RowScope("registry", Field("registry"), "repo", Field("repository", split="/")),),
    columns=(
        Column("name", "Tag", Type.TEXT, searched=True),
        Column("repository", "Repository", Type.TEXT, searched=True, facet=True),
        Column("kind", "Kind", Type.TEXT, facet=True),
        Column("digest", "Digest", Type.TEXT, searched=True),
        Column("platforms", "Platforms", Type.LIST, facet=True),
        Column("size", "Size", Type.BYTES),
        Column("created", "Created", Type.TIME),
        Column("pushed", "Pushed", Type.TIME),
        Column("badges", "Attached", Type.LIST, facet=True),
        Column("registry", "Registry", Type.TEXT, facet=True, default=False),
        Column("order", "Version order", Type.TEXT, default=False),
        Column("media_type", "Media type", Type.TEXT, default=False),
        Column("reason", "Reason", Type.TEXT, default=False),
    ),
    default_sort=("registry", "repository", "-order"),
    where=("repository", "registry"),
    place=45,
)
