"""JSON laid out for reading without changing what it says: the digits of numbers, the order of
members and members of the same name stay as they are stored (issue 9, kind 12).

The usual decoders make 1.1 of ``1.10`` and keep the last of two members of one name; an
operator who copies that back has changed the value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from integrations.inert import CONTROLS, HIDDEN

__all__ = ["Members", "Number", "escaped", "lay_out", "looks_like_json", "read", "same_tokens"]

_DEEPEST: Final = 64
"""Levels; what is nested deeper is shown as it is stored."""
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{\]}]', re.DOTALL)
"""A string that does not end is taken to the end of the value: giving it up would begin another at
each quote in it, which takes quadratic time."""
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[^\s"]+', re.DOTALL)
_BEGINNING: Final = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


class Members(list[tuple[str, Any]]):
    """The members of an object in their order; names may repeat."""

    __slots__ = ()


def read(value: bytes) -> Any | None:
    """The document with `Members` and `Number`s; None for what is not JSON in UTF-8 (RFC 8259),
    or is nested too deeply to be read."""
    try:
        text = value.decode()  # json would guess UTF-16 and UTF-32 of bytes
        if _depth(text) > _DEEPEST:
            return None
        return json.loads(
            text,
            object_pairs_hook=Members,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return None


def looks_like_json(value: bytes) -> bool:
    """Whether a reader will take it for JSON by its beginning."""
    return _BEGINNING.match(value) is not None


def same_tokens(raw: str, laid_out: str) -> bool:
    """Whether nothing but the space between them was changed: not even how a string's
    characters are escaped."""
    plain = ("".join(_TOKEN.findall(text)) for text in (raw.removeprefix("\ufeff"), laid_out))
    return next(plain) == next(plain)


def _depth(text: str) -> int:
    deepest = depth = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in "]}":
            depth -= 1
    return deepest


def lay_out(document: Any, indent: str = "") -> str:
    """Its text, two spaces a level."""
    deeper = indent + "  "
    if isinstance(document, Number):
        return document.text
    if isinstance(document, Members):
        parts = [f"{_quoted(name)}: {lay_out(held, deeper)}" for name, held in document]
        return _block("{", parts, "}", indent)
    if isinstance(document, list):
        return _block("[", [lay_out(held, deeper) for held in document], "]", indent)
    return _quoted(document)


def _block(opening: str, parts: list[str], closing: str, indent: str) -> str:
    if not parts:
        return opening + closing
    lines = f",\n{indent}  ".join(parts)
    return f"{opening}\n{indent}  {lines}\n{indent}{closing}"


def _quoted(value: Any) -> str:
    """A scalar, whose text stays text."""
    return escaped(json.dumps(value, ensure_ascii=False))


def escaped(text: str) -> str:
    """`text` of JSON with what acts or hides in it (bidirectional marks, control characters) as
    escapes; so is half a surrogate pair, which has no text."""
    return HIDDEN.sub(_escape, CONTROLS.sub(_escape, text))


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] != "\x7f" else r"\u007f"


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
