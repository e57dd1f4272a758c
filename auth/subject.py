"""Subjects: whom a role can be given to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Subject", "SubjectKind", "group"]


class SubjectKind(StrEnum):
    """A person, a team of this console, a group as an identity provider names it, or a
    service account."""

    USER = "user"
    TEAM = "team"
    GROUP = "group"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One of them, by a key that is never display data (identity reference, section 2.4)."""

    kind: SubjectKind
    id: str

    def __str__(self) -> str:
        """``user:<id>``: how notices, audit and logs write it."""
        return f"{self.kind.value}:{self.id}"


def group(provider: str, name: str) -> Subject:
    """A provider's group. Two providers' groups of one name are two subjects."""
    return Subject(SubjectKind.GROUP, f"{provider}/{name}")
