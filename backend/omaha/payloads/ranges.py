"""Which part of a file a request wants: byte ranges after RFC 9110, sections 13 and 14.

Starlette's FileResponse answers 400 to an unknown unit and 416 to a set that is only partly
out of reach; the RFC wants both served, and a resuming machine gives up on a 4xx. One range
is honoured; several at once get the whole file, as section 14.2 allows (no update client
asks for more than one).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SPEC: Final = re.compile(r"\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


@dataclass(frozen=True, slots=True)
class Whole:
    """Answer 200 with everything."""


@dataclass(frozen=True, slots=True)
class Part:
    """Answer 206 with bytes `first` to `last`, both included and inside the file."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """Answer 416: no byte of the file was asked for."""


Selection = Whole | Part | Unsatisfiable


def select(header: str | None, if_range: str | None, etag: str, size: int) -> Selection:
    """What to send of a file of `size` bytes tagged `etag` (with its quotes).

    `If-Range` holds only for the very same strong tag: bytes of two different payloads must
    never be joined. A date never holds, because a name may be given new bytes within a second.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return Whole()
    unit, equals, specs = header.partition("=")
    if not equals or unit.strip().lower() != "bytes" or specs.count(",") > 0:
        return Whole()
    found = _SPEC.fullmatch(specs)
    if found is None or not (found[1] or found[2]):
        return Whole()
    return _one(found[1], found[2], size)


def _one(first: str, last: str, size: int) -> Selection:
    if not first:
        length = min(int(last), size)
        return Part(size - length, size - 1) if length else Unsatisfiable()
    begin = int(first)
    end = int(last) if last else size - 1
    if last and end < begin:
        return Whole()
    if begin >= size:
        return Unsatisfiable()
    return Part(begin, min(end, size - 1))


def matches(header: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names `etag` (weak comparison, RFC 9110 section 13.1.2)."""
    if header is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags
