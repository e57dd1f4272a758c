"""On whose behalf a call to an upstream is made.

Without a caller a call is the connection's own: watches, health, what everybody may see. With
one the upstream decides a second time (identity reference, section 2.5), as that person:

| Caller | Kubernetes | etcd | Registry |
|---|---|---|---|
| `Impersonation` | the connection's identity with `Impersonate-*` | - | - |
| `UserToken` | the person's own bearer token, no certificate | a token of etcd | a bearer token |
| `UserPassword` | - | an etcd user, e.g. one per prefix | basic, or for a token |

What a caller holds goes into headers, so it is refused here unless it is plain, visible ASCII;
an empty name most of all: to the API server that is no impersonation, and the call would run
with the connection's own rights.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

__all__ = [
    "MAX_GROUPS",
    "MAX_NAME",
    "Caller",
    "Impersonation",
    "InvalidCaller",
    "UserPassword",
    "UserToken",
    "is_token",
    "sendable",
]

MAX_NAME: Final = 256
MAX_GROUPS: Final = 64
MAX_TOKEN: Final = 16 * 1024

_NAME: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]+")


def sendable(value: str) -> bool:
    """Whether a header can carry it: visible ASCII, with spaces only inside."""
    return _NAME.fullmatch(value) is not None


def is_token(value: str) -> bool:
    """Whether it can be a connection's own bearer token: visible ASCII without spaces.

    Wider than RFC 6750, since API servers give out others too: Rancher's hold a colon.
    """
    return sendable(value) and " " not in value


class InvalidCaller(ValueError):
    """A name or token that must not be sent; the message says which rule it breaks."""


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Act as `user` with exactly these `groups` (the API server adds
    ``system:authenticated``)."""

    user: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    def __post_init__(self) -> None:
        _check_name("user", self.user)
        if len(self.groups) > MAX_GROUPS:
            raise InvalidCaller(f"a caller has at most {MAX_GROUPS} groups")
        for group in self.groups:
            _check_name("group", group)
        if self.uid:
            _check_name("uid", self.uid)

    @property
    def key(self) -> str:
        """The same for the same caller, for caches; reveals nothing."""
        return _digest("impersonation", self.user, self.uid, *sorted(self.groups))


@dataclass(frozen=True, slots=True)
class UserToken:
    """The person's own bearer token."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.token) > MAX_TOKEN or not _TOKEN.fullmatch(self.token):
            raise InvalidCaller("a token is made of letters, digits and ._~+/=- only")

    @property
    def key(self) -> str:
        """The same for the same caller, for caches; reveals nothing."""
        return _digest("token", self.token)


@dataclass(frozen=True, slots=True)
class UserPassword:
    """A user of the upstream's own, with the password."""

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_name("user", self.user)
        if not self.password:
            raise InvalidCaller("a password must not be empty")

    @property
    def key(self) -> str:
        """The same for the same caller, for caches; reveals nothing."""
        return _digest("password", self.user, self.password)


Caller = Impersonation | UserToken | UserPassword


def _check_name(what: str, name: str) -> None:
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise InvalidCaller(f"a {what} is 1 to {MAX_NAME} visible ASCII characters")
    if name.lower().startswith("system:"):
        raise InvalidCaller(f"the {what} {name!r} belongs to Kubernetes itself")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
