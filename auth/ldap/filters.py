"""Search filters (RFC 4511, 4.5.1.7), built as what is sent and never as text.

What somebody typed goes in as a value: there is nothing in it to escape, and nothing that could
become a part of the filter (security reference, C11). Only a filter that an administrator wrote
is read from text (RFC 4515).
"""

from __future__ import annotations

import re
from typing import Final, NewType

from auth.ldap.ber import boolean, octets, sequence, tlv

__all__ = ["ATTRIBUTE", "Filter", "both", "either", "equal", "in_chain", "parsed", "present"]

Filter = NewType("Filter", bytes)
"""A filter as it is sent."""
ATTRIBUTE: Final = r"^[A-Za-z][A-Za-z0-9-]{0,127}$"
"""What an attribute may be called here."""
_IN_CHAIN: Final = "1.2.840.113556.1.4.1941"
"""Active Directory's LDAP_MATCHING_RULE_IN_CHAIN: also by what it belongs to."""
_MOST: Final = 4096
_DEPTH: Final = 16
_AND, _OR, _NOT = 0xA0, 0xA1, 0xA2
_ORDERS: Final = {"": 0xA3, ">": 0xA5, "<": 0xA6, "~": 0xA8}
_ITEM: Final = re.compile(
    r"(?P<attribute>[A-Za-z][A-Za-z0-9.;-]*|[0-9][0-9.]*)?"
    r"(?P<dn>:dn)?(?::(?P<rule>[A-Za-z0-9][A-Za-z0-9.-]*))?"
    r"(?P<order>[:<>~]?)=(?P<value>[^()\x00]*)"
)
_ESCAPE: Final = re.compile(rb"\\(..?)?", re.DOTALL)


def equal(attribute: str, value: str | bytes) -> Filter:
    """Entries one of whose values is this."""
    return Filter(tlv(_ORDERS[""], octets(attribute), octets(value)))


def present(attribute: str) -> Filter:
    """Entries that have the attribute."""
    return Filter(octets(attribute, 0x87))


def both(*filters: Filter) -> Filter:
    """Entries that all of them match."""
    return Filter(tlv(_AND, *filters))


def either(*filters: Filter) -> Filter:
    """Entries that one of them matches."""
    return Filter(tlv(_OR, *filters))


def in_chain(attribute: str, dn: str) -> Filter:
    """Entries that name `dn`, or name what names it, and so on: Active Directory only."""
    return _extended(_IN_CHAIN, attribute, dn.encode(), of_dn=False)


def parsed(text: str) -> Filter:
    """The filter that a text means. Raises `ValueError` with what is wrong with it."""
    if len(text) > _MOST:
        raise ValueError(f"a filter has at most {_MOST} characters")
    found, rest = _read(text.strip(), 0)
    if rest:
        raise ValueError(f"nothing may follow the filter's last parenthesis: {rest[:40]!r}")
    return found


def _read(text: str, depth: int) -> tuple[Filter, str]:
    if not text.startswith("("):
        raise ValueError("a filter stands in parentheses, like (objectClass=person)")
    if depth > _DEPTH:
        raise ValueError(f"a filter is at most {_DEPTH} levels deep")
    mark, rest = text[1:2], text[2:].lstrip()
    if mark in {"&", "|"}:
        parts: list[Filter] = []
        while rest.startswith("("):
            part, rest = _read(rest, depth + 1)
            parts.append(part)
            rest = rest.lstrip()
        if not parts:
            raise ValueError(f"({mark}…) needs at least one filter in it")
        return (both if mark == "&" else either)(*parts), _closed(rest)
    if mark == "!":
        part, rest = _read(rest, depth + 1)
        return Filter(tlv(_NOT, part)), _closed(rest.lstrip())
    return _item(text[1:])


def _closed(rest: str) -> str:
    if not rest.startswith(")"):
        raise ValueError("a parenthesis is not closed")
    return rest[1:]


def _item(text: str) -> tuple[Filter, str]:
    found = _ITEM.match(text)
    if found is None:
        raise ValueError(f"this is no comparison like attribute=value: {text[:40]!r}")
    rest = _closed(text[found.end() :])
    attribute, rule, order = found["attribute"] or "", found["rule"] or "", found["order"]
    written = found["value"]
    if order == ":" or found["dn"] or rule:
        if order != ":" or not (attribute or rule):
            raise ValueError(f"this is no matching rule like attribute:rule:=value: {text[:40]!r}")
        return _extended(rule, attribute, _value(written), of_dn=bool(found["dn"])), rest
    if not attribute:
        raise ValueError(f"a comparison names an attribute: {text[:40]!r}")
    if not order and "*" in written:
        return _pattern(attribute, written), rest
    return Filter(tlv(_ORDERS[order], octets(attribute), octets(_value(written)))), rest


def _pattern(attribute: str, written: str) -> Filter:
    if written == "*":
        return present(attribute)
    first, *middle, last = written.split("*")
    parts = [octets(_value(first), 0x80)] if first else []
    parts += [octets(_value(one), 0x81) for one in middle if one]
    parts += [octets(_value(last), 0x82)] if last else []
    if not parts:
        raise ValueError("a pattern is made of more than stars")
    return Filter(tlv(0xA4, octets(attribute), sequence(*parts)))


def _extended(rule: str, attribute: str, value: bytes, *, of_dn: bool) -> Filter:
    parts = [octets(rule, 0x81)] if rule else []
    parts += [octets(attribute, 0x82)] if attribute else []
    parts += [octets(value, 0x83)]
    parts += [boolean(value=True, tag=0x84)] if of_dn else []
    return Filter(tlv(0xA9, *parts))


def _value(written: str) -> bytes:
    r"""The bytes that a value means: `\2a` is a star."""
    return _ESCAPE.sub(_meant, written.encode())


def _meant(found: re.Match[bytes]) -> bytes:
    digits = found[1] or b""
    if not re.fullmatch(rb"[0-9A-Fa-f]{2}", digits):
        raise ValueError(r"a \ is followed by two hexadecimal digits, like \2a for a star")
    return bytes.fromhex(digits.decode())
