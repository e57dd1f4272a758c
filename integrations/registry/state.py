"""What the console knows of a registry: repositories and tags, and names that are not tags.

Tags of the form ``sha256-<hex>`` are the referrers fallback, with ``.sig``, ``.att`` or
``.sbom`` they are cosign's older convention: neither is shown as a tag, both become badges
of the image they speak of. A badge says that something is present, never that it is valid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_COMPANION: Final = re.compile(r"(sha256|sha512)-([a-f0-9]{64,128})(?:\.(sig|att|sbom))?")
_NUMBER: Final = re.compile(r"\d+")
_DIGITS: Final = 12

SIGNATURE, ATTESTATION, SBOM, ARTIFACT = "signature", "attestation", "sbom", "artifact"
_COSIGN: Final = {"sig": SIGNATURE, "att": ATTESTATION, "sbom": SBOM}


class RepositoryState(StrEnum):
    """How much of a repository could be read."""

    READY = "ready"
    EMPTY = "empty"
    UNREAD = "unread"
    DENIED = "denied"
    FAILED = "failed"


class TagKind(StrEnum):
    """What a tag points at; UNRESOLVED until it was looked up."""

    INDEX = "index"
    MANIFEST = "manifest"
    ARTIFACT = "artifact"
    UNRESOLVED = "unresolved"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository. `pushed` is Unix seconds of the newest push seen or image made."""

    name: str
    state: RepositoryState = RepositoryState.UNREAD
    tags: int = 0
    pushed: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. `size` is the compressed bytes of the image (of an index: of the platform
    shown first); `created` is what the image says of itself, `pushed` when we saw it pushed
    (both Unix seconds, None if not known). `order` sorts versions as people do. `retry`: not all
    of it could be read (`message`), it is read again at the next crawl."""

    repository: str
    name: str
    kind: TagKind = TagKind.UNRESOLVED
    digest: str = ""
    media_type: str = ""
    platforms: tuple[str, ...] = ()
    size: int | None = None
    created: float | None = None
    pushed: float | None = None
    badges: tuple[str, ...] = ()
    message: str = ""
    retry: bool = False

    @property
    def key(self) -> str:
        """Unique in the registry."""
        return f"{self.repository}:{self.name}"

    @property
    def order(self) -> str:
        """Numbers padded, so that text order is version order; a pre-release comes first."""
        text = _NUMBER.sub(lambda m: m[0].zfill(_DIGITS), self.name.removeprefix("v"))
        head, dash, tail = text.partition("-")
        return f"{head}!{tail}" if dash else f"{head}~"


@dataclass(frozen=True, slots=True)
class TagNames:
    """A tag list taken apart: real tags, and badges by the digest they are about."""

    tags: tuple[str, ...]
    badges: dict[str, frozenset[str]]
    fallbacks: frozenset[str]
    """Digests that have a referrers fallback tag."""

    def says_else(self, other: TagNames, digest: str) -> bool:
        """Whether the badges of `digest` differ between two lists."""
        mine = (self.badges.get(digest), digest in self.fallbacks)
        return mine != (other.badges.get(digest), digest in other.fallbacks)


def is_companion(name: str) -> bool:
    """Whether a tag speaks of another image instead of being one."""
    return _COMPANION.fullmatch(name) is not None


def sort_out(names: list[str]) -> TagNames:
    """Separate real tags from companions."""
    tags: list[str] = []
    badges: dict[str, frozenset[str]] = {}
    fallbacks: set[str] = set()
    for name in names:
        match = _COMPANION.fullmatch(name)
        if match is None:
            tags.append(name)
            continue
        digest = f"{match[1]}:{match[2]}"
        if match[3] is None:
            fallbacks.add(digest)
        else:
            badges[digest] = badges.get(digest, frozenset()) | {_COSIGN[match[3]]}
    return TagNames(tuple(tags), badges, frozenset(fallbacks))


def badge_of(artifact_type: str) -> str:
    """The badge for an artifact type; the list of types in use is open."""
    text = artifact_type.lower()
    if "spdx" in text or "cyclonedx" in text or "sbom" in text:
        return SBOM
    if "in-toto" in text or "attestation" in text or "provenance" in text:
        return ATTESTATION
    if "sig" in text or "cosign" in text or "notary" in text:
        return SIGNATURE
    return ARTIFACT
