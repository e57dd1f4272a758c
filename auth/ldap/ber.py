"""The part of BER that LDAP uses (RFC 4511, 5.1): definite lengths, tags of one byte."""

from __future__ import annotations

from typing import Final

__all__ = [
    "MOST_BYTES",
    "Malformed",
    "boolean",
    "enumerated",
    "integer",
    "items",
    "number",
    "octets",
    "only",
    "sequence",
    "tlv",
    "whole",
]

MOST_BYTES: Final = 1024 * 1024
"""The longest message that is read."""
_LONG: Final = 0x80
_MOST_LENGTH_BYTES: Final = 4
_MOST_NUMBER_BYTES: Final = 8


class Malformed(ValueError):
    """What came is no LDAP, or longer than is read."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element."""
    content = b"".join(parts)
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(value: int, tag: int = 0x02) -> bytes:
    """A number of at least 0."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def enumerated(value: int) -> bytes:
    """One of a few."""
    return integer(value, 0x0A)


def boolean(*, value: bool, tag: int = 0x01) -> bytes:
    """Yes or no."""
    return tlv(tag, b"\xff" if value else b"\x00")


def octets(value: str | bytes, tag: int = 0x04) -> bytes:
    """Bytes, or a text as UTF-8."""
    return tlv(tag, value.encode() if isinstance(value, str) else value)


def sequence(*parts: bytes, tag: int = 0x30) -> bytes:
    """Several elements in order."""
    return tlv(tag, *parts)


def whole(data: bytes | bytearray) -> int | None:
    """How many bytes the message at the beginning of `data` has; None while that cannot be told.
    Raises `Malformed` for what is no message, or one that is too long."""
    if data and data[0] != 0x30:
        raise Malformed("what came is no LDAP message")
    if len(data) < 2:
        return None
    extra = data[1] & ~_LONG if data[1] & _LONG else 0
    if len(data) < 2 + extra:
        return None
    size, begins = _length(data, 1)
    if begins + size > MOST_BYTES:
        raise Malformed("an answer is longer than a megabyte")
    return begins + size


def items(content: bytes) -> list[tuple[int, bytes]]:
    """The elements in `content`, each as tag and content. Raises `Malformed`."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(content):
        tag = content[at]
        if tag & 0x1F == 0x1F or at + 1 >= len(content):
            raise Malformed("an element has a tag that LDAP does not know, or no length")
        size, begins = _length(content, at + 1)
        if begins + size > len(content):
            raise Malformed("an element is longer than what holds it")
        found.append((tag, content[begins : begins + size]))
        at = begins + size
    return found


def only(data: bytes) -> bytes:
    """The content of the one element that `data` is. Raises `Malformed`."""
    found = items(data)
    if len(found) != 1:
        raise Malformed("one element was to come, and there are more or none")
    return found[0][1]


def number(content: bytes) -> int:
    """The number that the content of an element means. Raises `Malformed`."""
    if not 0 < len(content) <= _MOST_NUMBER_BYTES:
        raise Malformed("a number has no bytes, or too many")
    return int.from_bytes(content, "big", signed=True)


def _length(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """How long the content is, and where it begins."""
    first = data[at]
    if not first & _LONG:
        return first, at + 1
    count = first & ~_LONG
    if not 0 < count <= _MOST_LENGTH_BYTES or at + 1 + count > len(data):
        raise Malformed("a length is indefinite, too large, or cut off")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count
