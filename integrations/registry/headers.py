"""``WWW-Authenticate`` and ``Link`` by their grammars (RFC 9110 11.6.1, RFC 8288 3).

Read leniently where registries are known to write otherwise: values without quotes may hold what
a token may not (``realm=http://host/token``), may stand in apostrophes, and a semicolon may stand
for a comma. What cannot be read is passed over up to the next
comma and takes nothing else with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Challenge", "Link", "read_challenges", "read_links", "tells_of_next"]

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TOKEN68: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))")
_EQUALS: Final = re.compile(r"[ \t]*=[ \t]*")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)')
_APOSTROPHES: Final = re.compile(r"'([^']*)'")
_A_NEXT_PAGE: Final = re.compile(r"\brel\s*\*?=\s*[\"']?[^;,>]*\bnext\b", re.IGNORECASE)
_BARE: Final = re.compile(r"[^\s,;\"]*")
_BARE_OF_CHALLENGE: Final = re.compile(r"[^\s,\"]*")
_SPACES: Final = re.compile(r"[ \t]*")
_BETWEEN: Final = re.compile(r"[\s,;]*")
_ESCAPED: Final = re.compile(r"\\(.)")
_UP_TO_COMMA: Final = re.compile(r"[^,]*")
_AND: Final = re.compile(r"[ \t]*;[ \t]*")
_LONGEST: Final = 8_192
"""Characters that are read of a header with all its lines; servers send a few hundred."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to sign in: the scheme and the parameters' names in lower case."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A reference (maybe relative) and its relations in lower case."""

    target: str
    relations: frozenset[str]


def read_challenges(lines: Iterable[str]) -> list[Challenge]:
    """Every challenge of every line, in their order."""
    return [challenge for line in _bounded(lines) for challenge in _challenges(line)]


def read_links(lines: Iterable[str]) -> list[Link]:
    """Every link of every line, in their order."""
    return [link for line in _bounded(lines) for link in _links(line)]


def tells_of_next(lines: Iterable[str]) -> bool:
    """Whether the lines speak of a next page, also one that `read_links` cannot read."""
    return any(_A_NEXT_PAGE.search(line) for line in lines)


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    left = _LONGEST
    for line in lines:
        yield line[:left]
        left -= len(line)
        if left <= 0:
            return


def _challenges(text: str) -> Iterator[Challenge]:
    current: Challenge | None = None
    at = 0
    while (at := _end(_BETWEEN, text, at)) < len(text):
        word = _TOKEN.match(text, at)
        if word is None:
            at = max(at + 1, _end(_UP_TO_COMMA, text, at))
            continue
        equals = _EQUALS.match(text, word.end())
        if equals is not None and current is not None:
            value, at = _value(text, equals.end(), _BARE_OF_CHALLENGE)
            current.parameters.setdefault(word[0].lower(), value)
            continue
        if current is not None:
            yield current
        current = Challenge(word[0].lower())
        at = _end(_SPACES, text, word.end())
        if at > word.end():
            at = _end(_TOKEN68, text, at)
    if current is not None:
        yield current


def _links(text: str) -> Iterator[Link]:
    at = 0
    while (at := _end(_BETWEEN, text, at)) < len(text):
        if text[at] != "<":
            at = max(at + 1, _end(_UP_TO_COMMA, text, at))
            continue
        end = text.find(">", at)
        if end < 0:
            return
        target, relations = text[at + 1 : end].strip(), None
        at = end + 1
        while more := _AND.match(text, at):
            at = more.end()
            name = _TOKEN.match(text, at)
            if name is None:
                continue
            value, at = "", name.end()
            if equals := _EQUALS.match(text, at):
                value, at = _value(text, equals.end(), _BARE)
            if name[0].lower() == "rel" and relations is None:  # RFC 8288: the first one counts
                relations = frozenset(value.lower().split())
        yield Link(target, relations or frozenset())
        at = _end(_UP_TO_COMMA, text, at)


def _value(text: str, at: int, bare: re.Pattern[str]) -> tuple[str, int]:
    """The value at `at`, quoted or not, and where it ends."""
    if quoted := _QUOTED.match(text, at):
        return _ESCAPED.sub(r"\1", quoted[1]), quoted.end()
    if quoted := _APOSTROPHES.match(text, at):
        return quoted[1], quoted.end()
    found = bare.match(text, at)
    return (found[0], found.end()) if found else ("", at)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
