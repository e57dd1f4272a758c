"""The key index: every key's metadata, never a value, arranged in virtual folders.

etcd has no folders; ``/`` in a key makes them. A listing costs the folder's children, and
each folder knows how many keys lie below it. The index is fed by the watch hub in one task.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sortedcontainers import SortedList

SEPARATOR: Final = "/"
MAX_DEPTH: Final = 64
"""Deeper separators stay part of the last name, so that no key can build a tower."""


def folder_of(path: str) -> str:
    """The folder prefix of a key's text, with its last separator; empty at the root."""
    return path[: len(path) - len(split(path)[-1])]


def split(path: str) -> list[str]:
    """Folder names and, last, the leaf; any of them may be empty."""
    return path.split(SEPARATOR, MAX_DEPTH)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """Metadata of one key. `size` (bytes of the value) is None until a change was seen,
    because the first listing reads no values; `changed` (Unix seconds) is 0 until then."""

    path: str
    size: int | None
    version: int
    create_revision: int
    mod_revision: int
    lease: str
    changed: float


class Folder:
    """A node of the tree. Orders are built when first asked for and maintained from then."""

    __slots__ = ("_names", "folders", "keys", "total")

    def __init__(self) -> None:
        self.folders: dict[str, Folder] = {}
        self.keys: dict[str, KeyEntry] = {}
        self.total = 0
        self._names: SortedList[tuple[str, bool]] | None = None

    def children(self, after: tuple[str, bool] | None) -> Iterator[tuple[str, bool]]:
        """(name, is folder) in order, after a position."""
        if self._names is None:
            folders = ((name, True) for name in self.folders)
            self._names = SortedList([*folders, *((name, False) for name in self.keys)])
        if after is None:
            return iter(self._names)
        later: Iterator[tuple[str, bool]] = self._names.irange(after, inclusive=(False, True))
        return later

    def came(self, name: str, folder: bool) -> None:
        """A child was added."""
        if self._names is not None:
            self._names.add((name, folder))

    def went(self, name: str, folder: bool) -> None:
        """A child was removed."""
        if self._names is not None:
            self._names.remove((name, folder))


@dataclass(frozen=True, slots=True)
class Child:
    """One line of a folder: a sub-folder with its number of keys, or a key."""

    name: str
    path: str
    total: int
    entry: KeyEntry | None


class KeyIndex:
    """All known keys. `limit` bounds it; `refused` counts keys left out for that reason."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.refused = 0
        self._root = Folder()

    def __len__(self) -> int:
        return self._root.total

    def put(self, entry: KeyEntry) -> bool:
        """Insert or replace; False when the index is full and the key is new."""
        *names, leaf = split(entry.path)
        folder = self._find(names)
        if folder is not None and leaf in folder.keys:
            folder.keys[leaf] = entry
            return True
        if self._root.total >= self.limit:
            self.refused += 1
            return False
        folder = self._root
        folder.total += 1
        for name in names:
            child = folder.folders.get(name)
            if child is None:
                child = folder.folders[name] = Folder()
                folder.came(name, folder=True)
            child.total += 1
            folder = child
        folder.keys[leaf] = entry
        folder.came(leaf, folder=False)
        return True

    def get(self, path: str) -> KeyEntry | None:
        """The entry of a key, None if unknown."""
        *names, leaf = split(path)
        folder = self._find(names)
        return folder.keys.get(leaf) if folder else None

    def delete(self, path: str) -> bool:
        """Remove a key and the folders it leaves empty; False if it was not known."""
        *names, leaf = split(path)
        trail = [self._root]
        for name in names:
            child = trail[-1].folders.get(name)
            if child is None:
                return False
            trail.append(child)
        if trail[-1].keys.pop(leaf, None) is None:
            return False
        trail[-1].went(leaf, folder=False)
        for folder in trail:
            folder.total -= 1
        for parent, name, child in zip(trail, names, trail[1:], strict=False):
            if child.total == 0:
                del parent.folders[name]
                parent.went(name, folder=True)
                break
        return True

    def listing(
        self, prefix: str, after: tuple[str, bool] | None, limit: int
    ) -> tuple[list[Child], tuple[str, bool] | None] | None:
        """Children of the folder `prefix` (ends with the separator; empty is the root).

        Returns one page and the position to go on from, or None for an unknown folder.
        """
        folder = self._find(split(prefix)[:-1])
        if folder is None or (prefix and not prefix.endswith(SEPARATOR)):
            return None
        names = list(islice(folder.children(after), limit + 1))
        more = names[limit - 1] if len(names) > limit else None
        return [self._child(folder, prefix, *name) for name in names[:limit]], more

    def count(self, prefix: str) -> int:
        """Keys below a folder; 0 for an unknown one."""
        folder = self._find(split(prefix)[:-1])
        return folder.total if folder else 0

    def _find(self, names: list[str]) -> Folder | None:
        folder: Folder | None = self._root
        for name in names:
            folder = folder.folders.get(name) if folder else None
        return folder

    @staticmethod
    def _child(folder: Folder, prefix: str, name: str, is_folder: bool) -> Child:
        path = f"{prefix}{name}"
        if is_folder:
            return Child(name, path + SEPARATOR, folder.folders[name].total, None)
        return Child(name, path, 1, folder.keys[name])
