"""Who somebody is, as an identity provider of any kind tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = ["LENGTH", "LOGIN_LENGTH", "MOST_GROUPS", "NOBODY", "Person", "group_name", "line"]

MOST_GROUPS: Final = 1000
LENGTH: Final = 256
LOGIN_LENGTH: Final = 100
NOBODY: Final = "\n"
"""What no SCIM client calls anybody: it holds a control character."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a provider tells of them: `issuer` and `subject` are the key, all else is for
    display. `groups` are sorted; `too_many` says that not all of them could be told."""

    issuer: str
    subject: str
    sid: str
    login: str
    name: str
    email: str
    groups: tuple[str, ...]
    too_many: bool = False
    external: str = ""
    """What a SCIM client of the provider calls them (`externalId`); empty: the subject."""

    @property
    def known_as(self) -> str:
        """What their provisioned account is found by at the first sign-in."""
        return self.external or self.subject


def group_name(value: Any) -> str:
    """A group's name as it is, empty where it cannot be used: one that had to be cut would be
    another group."""
    if not isinstance(value, str) or len(value) > LENGTH or not value.isprintable():
        return ""
    return value


def line(value: Any, most: int) -> str:
    """What can be shown of a text in one line of at most `most` characters."""
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value if c.isprintable()).strip()[:most]
