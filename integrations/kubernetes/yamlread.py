"""YAML that a person wrote, read as the API server would read it.

Kubernetes turns YAML into JSON with the rules of Go's ``sigs.k8s.io/yaml``: ``yes`` is true,
``017`` is fifteen, a date is text, a key given twice is an error. PyYAML alone would read dates as
dates and ``1:30`` as ninety, so its scanner is used and the values are made here. What a document
can cost is bounded: by its text, by its depth, and by its size once its aliases are written out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

__all__ = ["MAX_TEXT", "Document", "YamlFault", "documents"]

MAX_TEXT: Final = 4 * 1024 * 1024
"""Characters of what is read at once."""
_MOST_NODES: Final = 200_000
_DEEPEST: Final = 100
_MOST_WRITTEN: Final = 32 * 1024 * 1024
"""Characters of all values with their paths, aliases written out: what others make of them."""
_LONGEST_KEY: Final = 1000
_EMPTY_AMONG: Final = 10
_DIGITS: Final = 10
"""As many documents for each that is wanted: empty ones cost time as well."""

Path = tuple[str | int, ...]


class YamlFault(Exception):
    """The text is no YAML that Kubernetes would read. `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its value, the line it begins in, and the line of everything in it."""

    value: Any
    line: int
    lines: dict[Path, int] = field(repr=False)

    def line_of(self, path: str) -> int:
        """The line of a field as the API server names it (``spec.ports[0].port``); of what is not
        there, that of the nearest that is."""
        at: Path = ()
        for step in _steps(path, self.lines):
            at = (*at, step)
        return self.lines.get(at, self.line)


def documents(text: str, *, most: int) -> list[Document]:
    """The documents of a text, empty ones left out. Raises `YamlFault`."""
    if len(text) > MAX_TEXT:
        raise YamlFault(f"the text is longer than {MAX_TEXT:,} characters", 1)
    found: list[Document] = []
    for number, made in enumerate(_Reader(text).documents()):
        if number >= most * _EMPTY_AMONG:
            raise YamlFault("there are too many empty documents", made.line)
        if made.value is None:
            continue
        if len(found) == most:
            raise YamlFault(f"there are more than {most} documents", made.line)
        found.append(made)
    return found


class _Parsed(yaml.CSafeLoader):
    """Only its events are used: its composer runs out of the process's stack on text that is
    nested deep enough."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    size: int
    written: int


class _Reader:
    """Makes the values of one text from its events."""

    def __init__(self, text: str) -> None:
        self._parser = _Parsed(text)
        self._lines: dict[Path, int] = {}
        self._anchors: dict[str, _Anchored | None] = {}
        self._made = 0
        self._written = 0

    def documents(self) -> Iterator[Document]:
        """One after another, as they are read."""
        try:
            self._next()  # the stream's start
            while isinstance(event := self._next(), yaml.DocumentStartEvent):
                self._lines, self._anchors = {}, {}
                self._made = self._written = 0
                root = self._next()
                value = self._value(root, ())
                self._next()  # the document's end
                yield Document(value, _line(root if value is not None else event), self._lines)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            words = error.problem or "this is not YAML"
            raise YamlFault(words, mark.line + 1 if mark else 1) from None
        except yaml.YAMLError as error:
            words = str(getattr(error, "reason", "") or "this is not YAML")
            raise YamlFault(words, 1) from None
        finally:
            self._parser.dispose()

    def _next(self) -> Any:
        return self._parser.get_event()

    def _value(self, event: Any, path: Path, long: int = 0) -> Any:
        """`long` is the length of the path."""
        self._count(1, long, event)
        if len(path) > _DEEPEST:
            raise YamlFault(f"it is nested deeper than {_DEEPEST} levels", _line(event))
        self._lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event, long)
        before, written = self._made, self._written
        if event.anchor:
            self._anchors[event.anchor] = None
        value = self._made_of(event, path, long)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(
                value, self._made - before, self._written - written
            )
        return value

    def _made_of(self, event: Any, path: Path, long: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            self._count(0, len(event.value), event)
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            _check_tag(event, "seq")
            return list(self._items(path, long))
        _check_tag(event, "map")
        return self._mapping(path, long)

    def _items(self, path: Path, long: int) -> Iterator[Any]:
        at = 0
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._value(event, (*path, at), long + 4)
            at += 1

    def _mapping(self, path: Path, long: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] | None = None
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if _is_merge(event):
                if merged is not None:
                    raise YamlFault("the key “<<” is given twice", _line(event))
                merged = self._merged(path, long)
                continue
            key = self._key(event)
            if key in own:
                raise YamlFault(f"the key “{key}” is given twice", _line(event))
            self._lines[(*path, key)] = _line(event)
            own[key] = self._value(self._next(), (*path, key), long + len(key) + 1)
        return {**merged, **own} if merged else own

    def _merged(self, path: Path, long: int) -> dict[str, Any]:
        event = self._next()
        value = self._value(event, (*path, "<<"), long)
        found: dict[str, Any] = {}
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise YamlFault("only a mapping can be merged with <<", _line(event))
            for name, inner in one.items():
                found.setdefault(name, inner)
        return found

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlFault("a key is a single value", _line(event))
        if len(event.value) > _LONGEST_KEY:
            raise YamlFault(f"a key is longer than {_LONGEST_KEY} characters", _line(event))
        value = _scalar(event)
        if value is None:
            raise YamlFault("a key is missing", _line(event))
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    def _aliased(self, event: Any, long: int) -> Any:
        if event.anchor not in self._anchors:
            raise YamlFault(f"nothing is called &{event.anchor} before this", _line(event))
        anchored = self._anchors[event.anchor]
        if anchored is None:
            raise YamlFault("an alias stands for what it is in", _line(event))
        self._count(anchored.size, anchored.written + anchored.size * long, event)
        return anchored.value

    def _count(self, more: int, written: int, event: Any) -> None:
        self._made += more
        self._written += written
        if self._made > _MOST_NODES:
            raise YamlFault(f"it has more than {_MOST_NODES:,} values", _line(event))
        if self._written > _MOST_WRITTEN:
            raise YamlFault("it is too large once its aliases are written out", _line(event))


_TRUE: Final = frozenset(
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
)
_FALSE: Final = frozenset(
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
)
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][0-9_]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TAG: Final = "tag:yaml.org,2002:"
_LARGEST: Final = 2**63
"""Greater ones are fractions to the API server."""
_PREFIXES: Final = {"0x": 16, "0b": 2, "0o": 8}


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if event.tag is None or event.tag == "!":
        return _plain(text, event) if event.implicit[0] else text
    tag = event.tag.removeprefix(_TAG)
    if tag == "str":
        return text
    if tag in {"int", "float", "bool", "null"}:
        return _plain(text, event)
    raise _strange(event)


def _plain(text: str, event: Any) -> Any:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _ENDLESS.fullmatch(text):
        raise YamlFault(f"JSON has no number {text}", _line(event))
    if _INTEGER.fullmatch(text) and (number := _integer(text)) is not None:
        return number
    if not _FLOAT.fullmatch(text):
        return text
    fraction = float(text)
    return fraction if math.isfinite(fraction) else text


def _integer(text: str) -> int | float | None:
    """None for what only looks like one, and for what no integer of Kubernetes' holds."""
    digits = text.replace("_", "").lstrip("+-")
    base = _PREFIXES.get(digits[:2].lower())
    try:
        if base is not None:
            number = int(digits[2:], base)
        else:
            number = int(digits, 8 if digits.startswith("0") else 10)
    except ValueError:
        return None
    if number >= _LARGEST:
        return float(number) if number < 2 * _LARGEST and not text.startswith("-") else None
    return -number if text.startswith("-") else number


def _is_merge(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]


def _check_tag(event: Any, expected: str) -> None:
    if event.tag not in {f"{_TAG}{expected}", None, "!"}:
        raise _strange(event)


def _strange(event: Any) -> YamlFault:
    return YamlFault(f"the tag {event.tag} means nothing to Kubernetes", _line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _steps(path: str, lines: dict[Path, int]) -> Iterator[str | int]:
    """The steps of a path as far as they lead: a key may have dots of its own."""
    at: Path = ()
    rest = path
    while rest:
        step = _longest(rest, at, lines)
        if step is None:
            return
        taken, key = step
        at = (*at, key)
        yield key
        rest = rest[taken:].lstrip(".")


def _longest(rest: str, at: Path, lines: dict[Path, int]) -> tuple[int, str | int] | None:
    if match := re.match(r"\[([^\]]*)\]", rest):
        inner = match[1].strip('"')
        number = inner.isascii() and inner.isdigit() and len(inner) < _DIGITS
        options: list[str | int] = [int(inner), inner] if number else [inner]
        key = next((one for one in options if (*at, one) in lines), None)
        return None if key is None else (match.end(), key)
    ends = [m.start() for m in re.finditer(r"[.\[]", rest)] + [len(rest)]
    for end in reversed(ends):
        if (*at, rest[:end]) in lines:
            return end, rest[:end]
    return None
