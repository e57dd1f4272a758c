"""LDAP's messages: requests as they are sent, answers as they are read (RFC 4511)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from auth.ldap.ber import (
    Malformed,
    boolean,
    enumerated,
    integer,
    items,
    number,
    octets,
    only,
    sequence,
    tlv,
)
from auth.ldap.entries import Entry
from auth.ldap.filters import Filter

__all__ = [
    "BIND_ANSWER",
    "DONE",
    "ENTRY",
    "EXTENDED_ANSWER",
    "ONLY",
    "TREE",
    "Answer",
    "Result",
    "bind_request",
    "operation_of",
    "paging",
    "paging_cookie",
    "read",
    "read_entry",
    "read_result",
    "search_request",
    "start_tls_request",
    "unbind_request",
]

BIND_ANSWER: Final = 0x61
ENTRY: Final = 0x64
DONE: Final = 0x65
EXTENDED_ANSWER: Final = 0x78
ONLY: Final = 0
"""Scope of a search: the base itself."""
TREE: Final = 2
"""Scope of a search: the base and all below it."""
PAGES: Final = "1.2.840.113556.1.4.319"
POLICY: Final = "1.3.6.1.4.1.42.2.27.8.5.1"
START_TLS: Final = "1.3.6.1.4.1.1466.20037"
_CONTROLS: Final = 0xA0
_MOST_VALUES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One message from the directory."""

    number: int
    operation: int
    content: bytes
    controls: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended: a code of RFC 4511, appendix A, and the directory's own words."""

    code: int
    words: str
    policy: int | None = None
    """What the password policy has against it (draft-behera-ldap-password-policy, 6.2)."""


def bind_request(message: int, dn: str, password: str) -> bytes:
    """Prove to be `dn`. Raises `ValueError` for an empty password or name: a directory answers
    "success" to those, and has proved nothing (RFC 4513, 5.1.2)."""
    if not password or not dn:
        raise ValueError("nobody is asked for without a name and a password")
    request = tlv(0x60, integer(3), octets(dn), octets(password, 0x80))
    return _message(message, request, [_control(POLICY)])


def search_request(
    message: int,
    base: str,
    scope: int,
    wanted: Filter,
    attributes: Iterable[str],
    *,
    size: int,
    seconds: int,
    controls: Iterable[bytes] = (),
) -> bytes:
    """Find entries: at most `size`, within `seconds`, no alias followed."""
    request = tlv(
        0x63,
        octets(base),
        enumerated(scope),
        enumerated(0),
        integer(size),
        integer(seconds),
        boolean(value=False),
        wanted,
        sequence(*(octets(name) for name in attributes)),
    )
    return _message(message, request, controls)


def start_tls_request(message: int) -> bytes:
    """Go on over TLS."""
    return _message(message, tlv(0x77, octets(START_TLS, 0x80)))


def unbind_request(message: int) -> bytes:
    """Good-bye."""
    return _message(message, tlv(0x42))


def paging(size: int, cookie: bytes) -> bytes:
    """The control that asks for the next `size` entries (RFC 2696)."""
    return _control(PAGES, sequence(integer(size), octets(cookie)))


def paging_cookie(answer: Answer) -> bytes:
    """What asks for the page after this one; empty after the last."""
    value = answer.controls.get(PAGES)
    if not value:
        return b""
    parts = items(only(value))
    if len(parts) != 2:
        raise Malformed("the control of a page is malformed")
    return parts[1][1]


def operation_of(frame: bytes) -> int:
    """Which operation a message is, told without reading it."""
    parts = items(only(frame))
    if len(parts) < 2:
        raise Malformed("a message has no operation")
    return parts[1][0]


def read(frame: bytes) -> Answer:
    """A message. Raises `Malformed`."""
    parts = items(only(frame))
    if len(parts) < 2 or parts[0][0] != 0x02:
        raise Malformed("a message has no number or no operation")
    operation, content = parts[1]
    controls = next((part for tag, part in parts[2:] if tag == _CONTROLS), b"")
    return Answer(number(parts[0][1]), operation, content, _controls(controls))


def read_result(answer: Answer) -> Result:
    """How the operation ended. Raises `Malformed`."""
    parts = items(answer.content)
    if len(parts) < 3 or parts[0][0] != 0x0A:
        raise Malformed("an answer has no result")
    words = parts[2][1].decode(errors="replace")
    shown = "".join(c for c in words if c.isprintable())[:200]
    return Result(number(parts[0][1]), shown, _policy(answer.controls.get(POLICY)))


def read_entry(answer: Answer) -> Entry:
    """What a search found. Raises `Malformed`."""
    parts = items(answer.content)
    if len(parts) != 2:
        raise Malformed("an entry is malformed")
    values: dict[str, tuple[bytes, ...]] = {}
    for _, attribute in items(parts[1][1]):
        described = items(attribute)
        if len(described) != 2:
            raise Malformed("an attribute is malformed")
        name = described[0][1].decode("ascii", errors="replace").partition(";")[0].lower()
        several = tuple(value for _, value in items(described[1][1]))
        if len(several) > _MOST_VALUES:
            raise Malformed("an attribute has more values than are read")
        values[name] = (*values.get(name, ()), *several)
    return Entry(_utf8(parts[0][1]), values)


def _policy(value: bytes | None) -> int | None:
    """The error in the password policy's control; warnings (grace, age) let somebody in."""
    if not value:
        return None
    return next((number(part) for tag, part in items(only(value)) if tag == 0x81), None)


def _controls(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for _, control in items(content):
        parts = items(control)
        if not parts:
            raise Malformed("a control is malformed")
        value = next((part for tag, part in parts[1:] if tag == 0x04), b"")
        found[parts[0][1].decode("ascii", errors="replace")] = value
    return found


def _control(name: str, value: bytes | None = None) -> bytes:
    return sequence(octets(name), *([] if value is None else [octets(value)]))


def _message(message: int, request: bytes, controls: Iterable[bytes] = ()) -> bytes:
    several = list(controls)
    more = [sequence(*several, tag=_CONTROLS)] if several else []
    return sequence(integer(message), request, *more)


def _utf8(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Malformed("a name is no UTF-8") from None
