"""The rows of one registry: told to the feeds as they change, in one task at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from integrations.contract import Feed
from integrations.registry.state import Repository, RepositoryState, Tag, TagNames, sort_out


@dataclass(slots=True)
class RepositoryIndex:
    """One repository with its tags.

    `touched` is when an event last spoke of it, `pushed` the digest last told for a tag.
    `lock` keeps tag lists in the order they were asked for; `waiting` is True while a read
    is due that will see everything told until then; `companions` are for it to look at.
    """

    row: Repository
    tags: dict[str, Tag] = field(default_factory=dict)
    names: TagNames = field(default_factory=lambda: TagNames((), {}, frozenset()))
    touched: float = 0.0
    pushed: dict[str, str] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: bool = False
    companions: set[str] = field(default_factory=set)


class RegistryIndex:
    """Every known repository and tag; writes only differences to the feeds."""

    def __init__(self, repositories: Feed[Repository], tags: Feed[Tag]) -> None:
        self._repositories = repositories
        self._tags = tags
        self._entries: dict[str, RepositoryIndex] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def names(self) -> list[str]:
        """All repositories, sorted."""
        return sorted(self._entries)

    def entry(self, repository: str) -> RepositoryIndex | None:
        """A repository with its tags, None if unknown."""
        return self._entries.get(repository)

    def add(self, repository: str, *, touched: bool = False) -> RepositoryIndex:
        """The repository, made if it is new."""
        entry = self._entries.get(repository)
        if entry is None:
            entry = self._entries[repository] = RepositoryIndex(Repository(repository))
            self._repositories.put(repository, entry.row)
        if touched:
            entry.touched = time.monotonic()
        return entry

    def remove(self, repository: str) -> None:
        """Forget a repository and its tags."""
        entry = self._entries.pop(repository, None)
        if entry is None:
            return
        for tag in entry.tags.values():
            self._tags.delete(tag.key)
        self._repositories.delete(repository)

    def list_tags(self, repository: str, names: list[str], note: str = "") -> RepositoryIndex:
        """Take over a tag list: new tags come, gone ones go, known ones stay. `note` says what
        it lacks."""
        entry = self.add(repository)
        entry.names = sort_out(names)
        wanted = set(entry.names.tags)
        for gone in [name for name in entry.tags if name not in wanted]:
            self._tags.delete(entry.tags.pop(gone).key)
        for name in entry.names.tags:
            if name not in entry.tags:
                self.put_tag(entry, Tag(repository, name))
        state = RepositoryState.READY if entry.tags else RepositoryState.EMPTY
        self._update(entry, state=state, tags=len(entry.tags), message=note)
        return entry

    def put_tag(self, entry: RepositoryIndex, tag: Tag) -> None:
        """Take over a tag's row; the repository's counts and newest push follow. Why its list
        could not be read still holds."""
        if entry.tags.get(tag.name) == tag or self._entries.get(tag.repository) is not entry:
            return
        entry.tags[tag.name] = tag
        self._tags.put(tag.key, tag)
        newest = max(
            (t for t in (entry.row.pushed, tag.pushed, tag.created) if t is not None), default=None
        )
        unread = entry.row.state in {RepositoryState.DENIED, RepositoryState.FAILED}
        state = entry.row.state if unread else RepositoryState.READY
        self._update(entry, state=state, tags=len(entry.tags), pushed=newest)

    def fail(self, repository: str, state: RepositoryState, message: str) -> None:
        """Its tags could not be read: the row says why, known tags stay."""
        self._update(self.add(repository), state=state, message=message)

    def _update(self, entry: RepositoryIndex, **changes: object) -> None:
        row = replace(entry.row, **changes)  # type: ignore[arg-type]  # field names of Repository
        if row != entry.row and self._entries.get(row.name) is entry:
            entry.row = row
            self._repositories.put(row.name, row)
