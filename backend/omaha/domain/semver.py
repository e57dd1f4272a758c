"""Strict semantic versions (semver.org 2.0.0), the order Omaha decisions are made by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering

MAX_LENGTH = 64

_SHAPE = re.compile(
    r"(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})"
    r"(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)

_Key = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]


class InvalidRelease(ValueError):
    """The text is not a strict semantic version; the message shows it."""


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """A version. Order and equality ignore build metadata (semver.org clause 10)."""

    text: str
    key: _Key = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and self.key == other.key

    def __lt__(self, other: Release) -> bool:
        return self.key < other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=8192)
def parse(text: str) -> Release:
    """`text` as a release; raises `InvalidRelease` unless it is a strict semantic version."""
    match = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match is None:
        raise InvalidRelease(f"{text[:MAX_LENGTH]!r} is not a semantic version such as 4593.2.5")
    major, minor, patch, pre = match.groups()
    parts = tuple(_part(p) for p in pre.split(".")) if pre else ()
    return Release(text, (int(major), int(minor), int(patch), 0 if pre else 1, parts))


def is_valid(text: str) -> bool:
    """Whether `parse` accepts it."""
    try:
        parse(text)
    except InvalidRelease:
        return False
    return True


def _part(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
