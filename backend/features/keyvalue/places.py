"""Where the keys lie that a request names: what its guard decides by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Path, Query

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.connections.upstreams import Upstreams
from backend.features.keyvalue.ranges import ranges_below
from backend.features.keyvalue.schemas import MOST_KEY
from backend.features.keyvalue.service import read_key
from backend.http.guard import CurrentPrincipal, Requires
from backend.parts import part
from integrations.etcd.keytext import key_text

__all__ = [
    "Connected",
    "Name",
    "Text",
    "at_folder",
    "at_key",
    "holds",
    "key_scope",
    "store_scope",
]

Name = Annotated[str, Path(max_length=63)]
Text = Annotated[str, Query(max_length=MOST_KEY)]
Connected = Annotated[Upstreams, part(Upstreams)]


def key_scope(caller: Principal, name: str, text: str) -> Scope:
    """Where a key lies, in whichever way `text` writes it."""
    return scope.etcd_key(caller.organisation, name, key_text(read_key(text)))


async def at_key(caller: CurrentPrincipal, name: Name, key: Text) -> Scope:
    """Where the key lies."""
    return key_scope(caller, name, key)


async def at_folder(caller: CurrentPrincipal, name: Name, prefix: Text = "") -> Scope:
    """Where the folder lies, or what the caller may see below it."""
    found = ranges_below(caller.policy.scopes("key"), caller.organisation, name, prefix)
    below = f"{prefix}-"  # some key in the folder
    where = scope.etcd_key(caller.organisation, name, below)
    return where if found is None else next(iter(found.values()), where)


async def store_scope(caller: CurrentPrincipal, name: Name) -> Scope:
    """Where the store lies."""
    return scope.etcd(caller.organisation, name)


def holds(kind: str, verb: Verb, where: Callable[..., Any] = store_scope) -> Requires:
    """The guard of a route of one store."""
    return Requires(kind, verb, where, "etcd connection")
