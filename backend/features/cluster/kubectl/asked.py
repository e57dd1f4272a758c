"""What a request to a Kubernetes API asks for, read from its path: or nothing that is passed on.

The paths are those of the API server (kubernetes.io, "API concepts"). A path is read from its raw
form and rebuilt from plain segments: nothing encoded, no empty or dotted segment (security
reference, C15).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

__all__ = ["Asked", "Discovery", "NotPassed", "Unclear", "read_path"]

_SEGMENT: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?")
_MOST: Final = 1024
_VERBS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_CLOSED: Final = frozenset({"proxy", "token", "portforward", "exec", "attach"})
"""Subresources that lead past the console: to what listens in the cluster, or to a credential that
works on when the caller's is over; terminals and forwarding come as sockets, which are not."""
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_FOLLOWING: Final = frozenset({"watch", "follow"})
_APPLY: Final = "apply-patch"
"""In the media types of server-side apply (``application/apply-patch+yaml``)."""
_NONE: Final = "This is not a path of the Kubernetes API that the console passes on."


class NotPassed(ValueError):
    """The console does not pass this request on; the message says why, `code` is the status."""

    code = 403


class Unclear(NotPassed):
    """The API server might read it in another way than the console."""

    code = 400


@dataclass(frozen=True, slots=True)
class Discovery:
    """Which resources there are and how they look: the same for everybody."""

    path: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A verb (as Kubernetes calls it) on a resource. `name` is empty for a list or a creation.
    One that `applies` (server-side apply) creates what is not there."""

    path: str
    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    applies: bool = False

    @property
    def follows(self) -> bool:
        """Whether the answer goes on for as long as the caller listens."""
        return self.verb == "watch" or self.subresource == "log"


def read_path(method: str, raw_path: str, query: str, content_type: str = "") -> Asked | Discovery:
    """What is asked; raises `NotPassed` for what is not passed on."""
    watches = _flags(query).get("watch", False)
    segments = raw_path.strip("/").split("/")
    if len(raw_path) > _MOST or not all(map(_SEGMENT.fullmatch, segments)):
        raise NotPassed(_NONE)
    path = "/" + "/".join(segments)
    start = {"api": 2, "apis": 3}.get(segments[0], 0)
    if not start or len(segments) <= start:
        if method != "GET" or segments[0] not in {"api", "apis", "openapi", "version"}:
            raise NotPassed(_NONE)
        return Discovery(path)
    group = segments[1] if segments[0] == "apis" else ""
    found = _resource(method, path, group, segments[start:], watches=watches)
    applies = found.verb == "patch" and _APPLY in content_type.lower()
    return replace(found, applies=applies)


def _resource(method: str, path: str, group: str, rest: list[str], *, watches: bool) -> Asked:
    namespace = ""
    of_itself = not group and len(rest) > 2 and rest[2] in _OF_NAMESPACES
    if rest[0] == "namespaces" and len(rest) > 2 and not of_itself:
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3 or rest[0] == "watch":
        raise NotPassed(_NONE)
    resource, name, subresource = [*rest, "", ""][:3]
    if subresource in _CLOSED:
        raise NotPassed(f"The console does not pass on {resource}/{subresource}.")
    if resource == "namespaces" and not group:
        namespace = name
    verb = _verb(method, name, watches=watches)
    return Asked(path, verb, group, resource, namespace, name, subresource)


_OF_NAMESPACES: Final = frozenset({"status", "finalize"})


def _flags(query: str) -> dict[str, bool]:
    """What the query says of whether the answer goes on. The API server takes the first of several,
    and an empty one for yes: only what can be read in one way is passed on."""
    found: dict[str, bool] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _FOLLOWING:
            continue
        if name in found or value not in _FLAGS:
            raise Unclear(f"Say {name} once, and true, false, 1 or 0.")
        found[name] = _FLAGS[value]
    return found


def _verb(method: str, name: str, *, watches: bool) -> str:
    if method == "GET":
        if watches:
            return "watch"
        return "get" if name else "list"
    if method not in _VERBS:
        raise NotPassed(f"The console does not pass on {method}.")
    if method == "DELETE" and not name:
        return "deletecollection"
    return _VERBS[method]
