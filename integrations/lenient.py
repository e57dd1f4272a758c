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

_WHERE: Final = re.compile(r" - at `(?:key` in `)?\$(.*)`$")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_GOT: Final = re.compile(r"got `(\w+)`")
_MISSING: Final = re.compile(r"missing required field `([^`]+)`")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,), "float": (float,), "bool": (bool,), "str": (str,), "array": (list,),
    "object": (dict,),
}  # fmt: skip
_Step = str | int | None
"""A member's name, an element's number, or (None) any member of a mapping."""


def read(data: bytes, model: type[T], *, limit: int = MOST_FAULTS) -> tuple[T, tuple[str, ...]]:
    """The JSON document as `model`, and a sentence about each part that was left out because it
    is not as declared. ``null`` counts as absent and is not worth a sentence.

    Raises `msgspec.MsgspecError` for what is no JSON, for a document that is not of the kind at
    all, and for more than `limit` such parts.
    """
    try:
        return msgspec.json.decode(data, type=model), ()
    except msgspec.ValidationError:
        return convert(msgspec.json.decode(data), model, limit=limit)


def convert(loose: Any, model: type[T], *, limit: int = MOST_FAULTS) -> tuple[T, tuple[str, ...]]:
    """The same of a document that is decoded already."""
    tree = _without_nulls(loose)
    faults: list[str] = []
    while True:
        try:
            return msgspec.convert(tree, model, strict=False), tuple(faults)
        except msgspec.ValidationError as error:
            path = _path(str(error))
            if not path or len(faults) == limit or not _leave_out(tree, path, str(error)):
                raise
            faults.append(_sentence(str(error)))


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
    chosen = [(holder, step) for holder, step in places if _is_meant(holder[step], error)]
    for holder, step in reversed(chosen or places):
        del holder[step]
    return bool(places)


def _is_meant(value: Any, error: str) -> bool:
    """Whether `error` can be about this value."""
    if missing := _MISSING.search(error):
        return isinstance(value, dict) and missing[1] not in value
    got = _GOT.search(error)
    return got is not None and type(value) in _TYPES.get(got[1], ())


def _places(tree: Any, path: list[_Step]) -> Iterator[tuple[Any, Any]]:
    """Every (holder, member) that `path` may mean."""
    step, rest = path[0], path[1:]
    if isinstance(tree, dict):
        steps: list[Any] = list(tree) if step is None else [step] if step in tree else []
    elif isinstance(tree, list):
        steps = [step] if isinstance(step, int) and step < len(tree) else []
    else:
        steps = []
    for one in steps:
        if rest:
            yield from _places(tree[one], rest)
        else:
            yield tree, one


def _without_nulls(value: Any) -> Any:
    """Go writes an empty list or map as null where a type lacks `omitempty`."""
    if isinstance(value, dict):
        return {name: _without_nulls(held) for name, held in value.items() if held is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
