"""The collections `repositories` and `tags`."""

from __future__ import annotations

from typing import Final

from auth.verb import Verb
from backend.features.images.rows import RepositoryRow, TagRow
from backend.live.collection import Collection
from backend.live.column import Column, Needs, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["REPOSITORIES", "TAGS"]

_ALL_PODS: Final = Needs("pod", Verb.LIST, RowScope())
"""An image belongs to no cluster: how many pods run it is for who may see all of them."""

REPOSITORIES: Final = Collection(
    name="repositories",
    title="Repositories",
    kind="repository",
    row=RepositoryRow,
    scopes=(RowScope("registry", Field("registry"), "repo", Field("name", split="/")),),
    columns=(
        Column("name", "Repository", Type.TEXT, searched=True),
        Column("state", "Status", Type.STATUS, facet=True),
        Column("running", "Pods run it", Type.NUMBER, needs=_ALL_PODS),
        Column("behind", "Pods behind", Type.NUMBER, needs=_ALL_PODS),
        Column("tags", "Tags", Type.NUMBER),
        Column("signed", "Signed", Type.TEXT),
        Column("attested", "Attested", Type.TEXT),
        Column("sbom", "SBOM", Type.TEXT),
        Column("pushed", "Last push", Type.TIME),
        Column("reason", "Reason", Type.TEXT),
        Column("registry", "Registry", Type.TEXT, facet=True, default=False),
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
        Column("running", "Pods run it", Type.NUMBER, needs=_ALL_PODS),
        Column("behind", "Pods behind", Type.NUMBER, needs=_ALL_PODS),
        Column("kind", "Kind", Type.TEXT, facet=True),
        Column("digest", "Digest", Type.TEXT, searched=True),
        Column("platforms", "Platforms", Type.LIST, facet=True),
        Column("size", "Size", Type.BYTES),
        Column("created", "Created", Type.TIME),
        Column("pushed", "Pushed", Type.TIME, default=False),
        Column("signed", "Signed", Type.BOOL, facet=True),
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
