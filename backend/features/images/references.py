"""The images of the registries by the names they are pulled by: what an input can suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import nlargest
from itertools import islice
from typing import Final

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from integrations.registry.connection import RegistryConnection
from integrations.registry.state import Tag, TagKind

__all__ = ["MOST", "references"]

MOST: Final = 50
_IMAGES: Final = {TagKind.INDEX, TagKind.MANIFEST}


def references(
    registries: Mapping[str, RegistryConnection], caller: Principal, text: str
) -> list[str]:
    """``host/repository:tag`` of images whose name contains `text`, of repositories whose tags
    the caller may list: at most `MOST`, the newest images of a repository first."""
    found = (
        name
        for registry, connection in registries.items()
        for name in _of(registry, connection, caller, text.casefold())
    )
    return list(islice(found, MOST))


def _of(
    registry: str, connection: RegistryConnection, caller: Principal, text: str
) -> Iterator[str]:
    index, host = connection.index, connection.settings.host
    for repository in index.names if index else ():
        where = scope.registry(caller.organisation, registry, repository)
        entry = index.entry(repository) if index else None
        if entry is None or not caller.policy.decide("tag", Verb.LIST, where).allowed:
            continue
        begins = f"{host}/{repository}:"
        suiting = (tag for tag in entry.tags.values() if _suits(begins, tag, text))
        # By their dates, which are there: to sort versions as people do costs far more.
        for tag in nlargest(MOST, suiting, key=lambda tag: tag.created or 0):
            yield begins + tag.name


def _suits(begins: str, tag: Tag, text: str) -> bool:
    return tag.kind in _IMAGES and text in (begins + tag.name).casefold()
