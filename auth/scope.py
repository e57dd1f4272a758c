"""Scopes: segment tuples that name a part of the estate (identity reference, section 2.2).

A scope covers another when its tuple is a prefix of it **by whole segments**; text
prefixes and globs never count, so ``team-a`` does not cover ``team-ab``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

Scope = tuple[str, ...]
"""Alternating kind and name, e.g. ``("org", "main", "cluster", "c1", "ns", "web")``."""

MAX_SEGMENTS: Final = 16
MAX_SEGMENT_LENGTH: Final = 253
_ODD: Final = "~"
"""Before a part of a key that is empty or begins with it."""


class InvalidScopeError(ValueError):
    """The text is not a scope; the message says which segment and why."""


def organisation(name: str) -> Scope:
    """The scope of a whole organisation: the root of everything it owns."""
    return ("org", name)


def cluster(org: str, name: str) -> Scope:
    """The scope of one Kubernetes cluster."""
    return ("org", org, "cluster", name)


def namespace(org: str, cluster_name: str, name: str) -> Scope:
    """The scope of one namespace in a cluster."""
    return ("org", org, "cluster", cluster_name, "ns", name)


def etcd(org: str, name: str) -> Scope:
    """The scope of one etcd cluster."""
    return ("org", org, "etcd", name)


def etcd_key(org: str, name: str, key: str = "") -> Scope:
    """The scope of one key of an etcd cluster (its text), and of all keys below it, as if it were a
    folder: its path segments follow ``key``. Without a key, the whole cluster."""
    base = etcd(org, name)
    return (*base, "key", *map(_written, key.split("/"))) if key else base


def key_of(segments: Iterable[str]) -> str:
    """The key that the segments after ``key`` say; empty for none, and for the ``~`` that only says
    that a key begins with ``/``."""
    return "/".join(map(_read, segments))


def registry(org: str, name: str, repository: str = "") -> Scope:
    """The scope of a registry, or of one repository: its path segments follow ``repo``."""
    base = ("org", org, "registry", name)
    return (*base, "repo", *repository.split("/")) if repository else base


def system(org: str, kind: str, name: str) -> Scope:
    """The scope of one system of any kind: a cluster, an etcd cluster, a registry."""
    return ("org", org, kind, name)


def team(org: str, name: str) -> Scope:
    """The scope of one team."""
    return ("org", org, "team", name)


def updates(org: str, application: str = "", group: str = "") -> Scope:
    """The scope of the update service, of one application (by id), or of one of its groups."""
    base = ("org", org, "updates")
    if not application:
        return base
    return (*base, application, *(("group", group) if group else ()))


def anywhere(org: str, *below: str) -> Scope:
    """The scope of what is about other things (events, problems, jobs): it lies where they do."""
    return ("org", org, *below)


def covers(outer: Scope, inner: Scope) -> bool:
    """True when `outer` is `inner` or contains it, compared segment by segment."""
    return inner[: len(outer)] == outer


def minimal(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """The smallest set of scopes that covers the same, sorted."""
    held = set(scopes)
    return tuple(sorted(one for one in held if not _below_any(one, held, strictly=True)))


def common(scopes: Iterable[Scope], others: Iterable[Scope]) -> tuple[Scope, ...]:
    """What lies below one of `scopes` and below one of `others`: the smallest set, sorted."""
    ours, theirs = set(scopes), set(others)
    found = {one for one in ours if _below_any(one, theirs)}
    found |= {one for one in theirs if _below_any(one, ours)}
    return minimal(found)


def parse(text: str) -> Scope:
    """Read ``org/main/cluster/c1``; raise `InvalidScopeError` for anything ambiguous."""
    segments = tuple(text.split("/"))
    if len(segments) > MAX_SEGMENTS:
        raise InvalidScopeError(f"a scope has at most {MAX_SEGMENTS} segments")
    if len(segments) < 2 or segments[0] != "org":
        raise InvalidScopeError("a scope starts with org/<name>")
    for segment in segments:
        _check_segment(segment)
    if segments[2:3] == ("etcd",) and segments[4:5] == ("key",):
        _check_key(segments)
    return segments


def render(scope: Scope) -> str:
    """The text form, read back by `parse`."""
    return "/".join(scope)


def _written(part: str) -> str:
    """A part of a key as a segment: none is empty, as before a ``/`` at the beginning."""
    return f"{_ODD}{part}" if not part or part.startswith(_ODD) else part


def _read(segment: str) -> str:
    return segment.removeprefix(_ODD)


def _check_key(segments: Scope) -> None:
    """Each range of keys is written in one way, and names one."""
    if etcd_key(segments[1], segments[3], key_of(segments[5:])) != segments:
        raise InvalidScopeError("name the keys: key/~/config/shop is /config/shop and all below it")


def _below_any(scope: Scope, held: set[Scope], *, strictly: bool = False) -> bool:
    return any(scope[:length] in held for length in range(len(scope) + (not strictly)))


def _check_segment(segment: str) -> None:
    if not segment or segment in {".", ".."}:
        raise InvalidScopeError(f"the segment {segment!r} is not a name")
    if len(segment) > MAX_SEGMENT_LENGTH:
        raise InvalidScopeError(f"a segment has at most {MAX_SEGMENT_LENGTH} characters")
    if any(unicodedata.category(c).startswith("C") for c in segment):
        raise InvalidScopeError("a segment must not hold control characters")
    if "%2f" in segment.lower() or "\\" in segment:
        raise InvalidScopeError("a segment must not hold an encoded separator")
