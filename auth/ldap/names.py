"""Distinguished names: compared, and made from what somebody typed (RFC 4514)."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["beside", "escaped", "key", "lies_below"]

_SPECIAL: Final = re.compile(r'[\\,+"<>;=#\x00-\x1f]')
_SPACES: Final = re.compile(r"\s*(?<!\\)([,=+])\s*")


def escaped(value: str) -> str:
    """The value as it may stand in a name: a comma in it begins no further part."""
    text = _SPECIAL.sub(lambda found: f"\\{ord(found[0]):02x}", value)
    if text.startswith(" "):
        text = "\\20" + text[1:]
    return text[:-1] + "\\20" if text.endswith(" ") else text


def beside(value: str, base: str) -> str:
    """The name of an entry called `value` right below `base`."""
    return f"cn={escaped(value)},{base}" if base else f"cn={escaped(value)}"


def key(dn: str) -> str:
    """What is equal for two ways to write a name that differ in case and spaces only."""
    return _SPACES.sub(r"\1", dn.strip()).casefold()


def lies_below(dn: str, base: str) -> bool:
    """Whether the entry is `base` or lies below it."""
    under, above = key(dn), key(base)
    return not above or under == above or under.endswith(f",{above}")
