"""The rows of one registry: told to the feeds as they change, in one task at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from integrations.contract import Feed
from integrations.registry.state import Repository, RepositoryState, Tag, TagNames, sort_out


@dataclass(slots=True)
class Shelf:
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


class Library:
    """Every known repository and tag; writes only differences to the feeds."""

    def __init__(self, repositories: Feed[Repository], tags: Feed[Tag]) -> None:
        self._repositories = repositories
        self._tags = tags
        self._shelves: dict[str, Shelf] = {}

    def __len__(self) -> int:
        return len(self._shelves)

    @property
    def names(self) -> list[str]:
        """All repositories, sorted."""
        return sorted(self._shelves)

    def shelf(self, repository: str) -> Shelf | None:
        """A repository with its tags, None if unknown."""
        return self._shelves.get(repository)

    def add(self, repository: str, *, touched: bool = False) -> Shelf:
        """The repository, made if it is new."""
        shelf = self._shelves.get(repository)
        if shelf is None:
            shelf = self._shelves[repository] = Shelf(Repository(repository))
            self._repositories.put(repository, shelf.row)
        if touched:
            shelf.touched = time.monotonic()
        return shelf

    def remove(self, repository: str) -> None:
        """Forget a repository and its tags."""
        shelf = self._shelves.pop(repository, None)
        if shelf is None:
            return
        for tag in shelf.tags.values():
            self._tags.delete(tag.key)
        self._repositories.delete(repository)

    def list_tags(self, repository: str, names: list[str]) -> Shelf:
        """Take over a complete tag list: new tags come, gone ones go, known ones stay."""
        shelf = self.add(repository)
        shelf.names = sort_out(names)
        wanted = set(shelf.names.tags)
        for gone in [name for name in shelf.tags if name not in wanted]:
            self._tags.delete(shelf.tags.pop(gone).key)
        for name in shelf.names.tags:
            if name not in shelf.tags:
                self.put_tag(shelf, Tag(repository, name))
        state = RepositoryState.READY if shelf.tags else RepositoryState.EMPTY
        self._update(shelf, state=state, tags=len(shelf.tags), message="")
        return shelf

    def put_tag(self, shelf: Shelf, tag: Tag) -> None:
        """Take over a tag's row; the repository's counts and newest push follow."""
        if shelf.tags.get(tag.name) == tag or self._shelves.get(tag.repository) is not shelf:
            return
        shelf.tags[tag.name] = tag
        self._tags.put(tag.key, tag)
        newest = max(
            (t for t in (shelf.row.pushed, tag.pushed, tag.created) if t is not None), default=None
        )
        self._update(
            shelf, state=RepositoryState.READY, tags=len(shelf.tags), pushed=newest, message=""
        )

    def fail(self, repository: str, state: RepositoryState, message: str) -> None:
        """Its tags could not be read: the row says why, known tags stay."""
        self._update(self.add(repository), state=state, message=message)

    def _update(self, shelf: Shelf, **changes: object) -> None:
        row = replace(shelf.row, **changes)  # type: ignore[arg-type]  # field names of Repository
        if row != shelf.row and self._shelves.get(row.name) is shelf:
            shelf.row = row
            self._repositories.put(row.name, row)
