"""Foreign documents as far as they can be read (issue 9, kind 8).

Real clients and servers write ``null`` for what is empty, leave out what is required and put
numbers where text is declared. A reader that refuses the whole document for it loses a row
that people look for; so only what does not fit is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec

__all__ = ["MOST_FAULTS", "convert", "read"]

T = TypeVar("T")

MOST_FAULTS: Final = 20
"""Parts that may be left out of one document; with more it is another kind of document."""

_WORK: Final = 4_000_000
"""Bytes that are read again in all, over the faults of one document."""

_WHERE: Final = re.compile(r" - at `(?:key` in `)?\$(.*)`$")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_GOT: Final = re.compile(r"got `(\w+)`")
_MISSING: Final = re.compile(r"missing required field `([^`]+)`")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,), "float": (float,), "bool": (bool,), "str": (str,), "array": (list,),
    "object": (dict,), "null": (type(None),),
}  # fmt: skip
_Step = str | int | None
"""A member's name, an element's number, or (None) any member of a mapping."""


def read(data: bytes, model: type[T], *, limit: int = MOST_FAULTS) -> tuple[T, tuple[str, ...]]:
    """The JSON document as `model`, and a sentence about each part that was left out because it
    is not as declared. ``null`` counts as absent and is not worth a sentence.

    Raises `msgspec.MsgspecError` for what is no JSON, for a document that is not of the kind at
    all, and for more than `limit` such parts (fewer of a large document: every one costs another
    reading of it, and whoever may push it must not be able to stop others).
    """
    try:
        return msgspec.json.decode(data, type=model), ()
    except msgspec.ValidationError:
        return convert(msgspec.json.decode(data), model, size=len(data), limit=limit)


def convert(
    loose: Any, model: type[T], *, size: int, limit: int = MOST_FAULTS
) -> tuple[T, tuple[str, ...]]:
    """The same of a document of `size` bytes that is decoded already."""
    tree = _without_nulls(loose)
    faults: list[str] = []
    for _ in range(min(limit, _WORK // max(size, 1))):
        try:
            return msgspec.convert(tree, model, strict=False), tuple(faults)
        except msgspec.ValidationError as error:
            text, path = str(error), _path(str(error))
            if not path or not _leave_out(tree, path, text):
                raise
            if "got `null`" not in text:
                faults.append(_sentence(text))
    return msgspec.convert(tree, model, strict=False), tuple(faults)


def _sentence(error: str) -> str:
    """``rootfs.type: expected text, got a number`` in msgspec's own words."""
    what, _, where = error.partition(" - at `")
    where = where.rstrip("`").removeprefix("key` in `").removeprefix("$").lstrip(".")
    return f"{where}: {what[:1].lower()}{what[1:]}"


def _path(error: str) -> list[_Step]:
    found = _WHERE.search(error)
    if found is None:
        return []
    return [
        name or (int(number) if number else None) for name, number, _ in _STEP.findall(found[1])
    ]


def _leave_out(tree: Any, path: list[_Step], error: str) -> bool:
    """Take what `path` names out of `tree`; whether anything was there. msgspec does not name
    the members of mappings: those that are as the error says go, or else all of them."""
    places = list(_places(tree, path))
    missing, got = _MISSING.search(error), _GOT.search(error)
    wrong = _TYPES.get(got[1], ()) if got else ()

    def meant(value: Any) -> bool:
        if missing:
            return isinstance(value, dict) and missing[1] not in value
        return type(value) in wrong

    if wrong == (type(None),):
        for holder, _ in places:
            _drop_nulls(holder)
        return bool(places)
    chosen = [(holder, step) for holder, step in places if meant(holder[step])]
    for holder, step in reversed(chosen or places):
        del holder[step]
    return bool(places)


def _drop_nulls(holder: Any) -> None:
    """All of a list's at once: there may be many, and they are worth no word."""
    if isinstance(holder, list):
        holder[:] = [item for item in holder if item is not None]


def _places(tree: Any, path: list[_Step]) -> Iterator[tuple[Any, Any]]:
    """Every (holder, member) that `path` may mean."""
    for step, rest in _steps(tree, path):
        if rest:
            yield from _places(tree[step], rest)
        else:
            yield tree, step


def _steps(tree: Any, path: list[_Step]) -> Iterator[tuple[Any, list[_Step]]]:
    step, rest = path[0], path[1:]
    if isinstance(tree, list):
        if isinstance(step, int) and step < len(tree):
            yield step, rest
    elif isinstance(tree, dict):
        if step is None:
            yield from ((name, rest) for name in list(tree))
            return
        # A member's own name may hold dots (``os.version``), which msgspec does not mark.
        for end in range(len(path), 0, -1):
            words = path[:end]
            name = ".".join(word for word in words if isinstance(word, str))
            if all(isinstance(word, str) for word in words) and name in tree:
                yield name, path[end:]
                return


def _without_nulls(value: Any) -> Any:
    """Go writes an empty list or map as null where a type lacks `omitempty`. In lists a null has
    its place (the cells of a printed row): there only those that do not fit go."""
    if isinstance(value, dict):
        return {name: _without_nulls(held) for name, held in value.items() if held is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
