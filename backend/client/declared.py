"""Collections as the console declares them: nothing here knows any of them by name.

What was declared last is kept in the cache for completion alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from backend.client.console import Console
from backend.client.contexts import Context
from backend.client.failures import CommandFailed
from backend.client.places import cache_file, read_json, write_json

__all__ = ["Declared", "cached", "declarations", "find", "refresh"]

_NAMED: Final = 40


@dataclass(frozen=True, slots=True)
class Declared:
    """A collection: its columns as the console describes them, and the field that names a row."""

    name: str
    title: str
    label: str
    where: tuple[str, ...]
    columns: tuple[dict[str, Any], ...]

    def chosen(self, names: Iterable[str] = ()) -> list[dict[str, Any]]:
        """The columns of these ids in that order, or those shown by default."""
        wanted = list(names)
        if not wanted:
            return [column for column in self.columns if column["default"]]
        known = {column["id"]: column for column in self.columns}
        for name in wanted:
            if name not in known:
                raise CommandFailed(
                    f"{self.name} has no column {name!r}; it has {', '.join(known)}."
                )
        return [known[name] for name in wanted]


def declarations(console: Console) -> dict[str, Declared]:
    """What the caller may see of the console, by name; remembered for completion."""
    answer = console.get("/collections")
    found = {
        one["name"]: Declared(
            one["name"],
            one["title"],
            one["label"],
            tuple(one["where"]),
            tuple(one["columns"]),
        )
        for one in answer["collections"]
    }
    refresh(console.context, found)
    return found


def find(console: Console, name: str) -> Declared:
    """The collection of that name; a failure names those that come near."""
    known = declarations(console)
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3) or sorted(known)[:_NAMED]
    raise CommandFailed(
        f"The console shows you no collection {name!r}. Did you mean {', '.join(near)}?"
        if known
        else "The console shows you no collections: you hold no role in it yet."
    )


def refresh(context: Context, found: dict[str, Declared]) -> None:
    """Remember names and columns for completion, where they changed; a full disk is no matter."""
    names = {one.name: [column["id"] for column in one.columns] for one in found.values()}
    file = _file(context)
    if read_json(file).get("collections") != names:
        try:
            write_json(file, {"collections": names})
        except OSError:
            return


def cached(context: Context) -> dict[str, list[str]]:
    """Names and columns as remembered; the console is not asked."""
    found = read_json(_file(context)).get("collections", {})
    return found if isinstance(found, dict) else {}


def _file(context: Context) -> Any:
    return cache_file(f"{hashlib.sha256(context.url.encode()).hexdigest()[:24]}.json")
