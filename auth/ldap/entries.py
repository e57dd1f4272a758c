"""An entry of a directory, as a search found it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final

from auth.ldap.filters import Filter, equal

__all__ = ["Entry", "found_by", "identifier"]

_MICROSOFT: Final = "objectguid"
_GUID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """`values` are by attribute in lower case: a directory writes their names as it likes."""

    dn: str
    values: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    def texts(self, attribute: str) -> list[str]:
        """Its values that are text."""
        found = []
        for value in self.values.get(attribute.lower(), ()):
            try:
                found.append(value.decode())
            except UnicodeDecodeError:
                continue
        return found

    def text(self, attribute: str) -> str:
        """The first of them, or empty."""
        return next(iter(self.texts(attribute)), "")


def identifier(entry: Entry, attribute: str) -> str:
    """What the entry is known by for ever, as text; empty where it has none, or several.
    `objectGUID` is written as Microsoft's tools write it."""
    several = entry.values.get(attribute.lower(), ())
    if len(several) != 1 or not several[0]:
        return ""
    (value,) = several
    if attribute.lower() == _MICROSOFT and len(value) == _GUID_BYTES:
        return str(uuid.UUID(bytes_le=value))
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() and len(text) <= 256 else ""


def found_by(attribute: str, subject: str) -> Filter:
    """The filter that finds the entry with that `identifier`."""
    if attribute.lower() == _MICROSOFT:
        try:
            return equal(attribute, uuid.UUID(subject).bytes_le)
        except ValueError:
            return equal(attribute, subject)
    return equal(attribute, subject)
