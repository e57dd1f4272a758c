"""Where an operation of the console lies: an address that answers, the scope of its object and
what it answers to somebody who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auth.scope import Scope

ORG: Scope = ("org", "main")
CLUSTER: Scope = (*ORG, "cluster", "fake")
SHOP: Scope = (*CLUSTER, "ns", "shop")
ETCD: Scope = (*ORG, "etcd", "local")
WEB: Scope = (*ORG, "registry", "local", "repo", "team", "web")
ROOT: Scope = (*ORG, "updates")
APP: Scope = (*ROOT, "1")
GROUP: Scope = (*APP, "group", "1")


@dataclass(frozen=True)
class Place:
    """`address` is asked with `body`; `scopes` are those of the operation's rights, in their
    order. Whoever holds them gets one of `ok`."""

    address: str
    scopes: tuple[Scope, ...]
    ok: frozenset[int]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LatePlace:
    """An operation that decides while it answers. Who holds (`kind`, `verb`) at `scope` gets
    200 and something (or one of `ok`); who does not, gets 404, 403, or an answer that is
    `empty`."""

    address: str
    scope: Scope
    kind: str
    verb: str
    empty: Callable[[Any], bool] | None = None
    body: Any = None
    ok: frozenset[int] = frozenset({200, 201, 202, 204})


@dataclass(frozen=True)
class OwnPlace:
    """An operation on the caller's own things: anybody who is signed in gets `ok`."""

    address: str
    ok: int = 200


IF_MATCH = {"If-Match": '"1"'}


def at(
    scope: Scope, address: str, *ok: int, body: Any = None, match: bool = False, **headers: str
) -> Place:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Place(
        address, (scope,), frozenset(ok or {200}), body, sent | (IF_MATCH if match else {})
    )


def nothing(*names: str) -> Callable[[Any], bool]:
    """The members of the answer are all empty or zero."""

    def empty(answer: Any) -> bool:
        return not any(answer[name] for name in names)

    return empty
