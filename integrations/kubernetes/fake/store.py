"""Objects with a history, as an API server keeps them: the fake's state and its levers."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from integrations.kubernetes.kinds import KINDS, ResourceKind

__all__ = ["Change", "Grant", "Store", "Watch"]

Resource = tuple[str, str]
"""(group, plural)."""


class Grant(NamedTuple):
    """`subject`, a user or a group, may `verb` the `plural`s of `namespace` (empty: all)."""

    subject: str
    verb: str
    plural: str
    namespace: str = ""


class Change:
    """One entry of the history."""

    __slots__ = ("object", "resource", "type", "version")

    def __init__(self, version: int, type_: str, resource: Resource, obj: dict[str, Any]) -> None:
        self.version = version
        self.type = type_
        self.resource = resource
        self.object = obj


class Watch:
    """One open watch: what is still to be sent. `None` ends it, an exception breaks it."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.queue: asyncio.Queue[Change | int | Exception | None] = asyncio.Queue()


class Store:
    """Objects by resource and key, one growing version, a history that can be cut.

    Levers for tests: `denied` (plurals answered 403), `unauthorized`, `streaming` (False:
    streaming lists are refused as by an older server), `up` (False: connections refused),
    `frozen` (True: watches stay open and silent, calls hang), `failing` (readiness checks),
    `behind` (True: the cache lags, so consistent lists are told to come again), `grants` (who
    else than the connection may do what), `tokens` (whose they are), `may_impersonate`.
    """

    def __init__(self, *, version: int = 100) -> None:
        self.version = version
        self.oldest = version
        self.history: list[Change] = []
        self.objects: dict[Resource, dict[str, dict[str, Any]]] = {}
        self.kinds: dict[Resource, ResourceKind] = {(k.group, k.plural): k for k in KINDS.values()}
        self.watches: list[Watch] = []
        self.denied: set[str] = set()
        self.missing: set[str] = set()
        self.unauthorized = False
        self.streaming = True
        self.up = True
        self.failing: list[str] = []
        self.behind = False
        self.minor = "36"
        self.requests: list[str] = []
        self.grants: set[Grant] = set()
        self.tokens: dict[str, str] = {}
        self.may_impersonate = True
        self.logs: dict[str, list[bytes]] = {}
        self._thawed = asyncio.Event()
        self._thawed.set()

    def put(
        self, plural: str, obj: Mapping[str, Any], *, group: str | None = None
    ) -> dict[str, Any]:
        """Create or replace an object (metadata needs `name`, and `namespace` if it has one)."""
        resource = (KINDS[plural].group if group is None else group, plural)
        kind = self.kinds[resource]
        stored = {"apiVersion": kind.api_version, "kind": kind.kind, **copy.deepcopy(dict(obj))}
        key = _key(stored)
        known = key in self.objects.setdefault(resource, {})
        self._record("MODIFIED" if known else "ADDED", resource, stored)
        self.objects[resource][key] = stored
        return stored

    def delete(self, plural: str, key: str, *, group: str | None = None) -> None:
        """Remove an object by ``namespace/name`` or ``name``."""
        resource = (KINDS[plural].group if group is None else group, plural)
        stored = copy.deepcopy(self.objects[resource].pop(key))
        self._record("DELETED", resource, stored)

    def bookmark(self) -> None:
        """Send every open watch a bookmark at the present version."""
        for watch in self.watches:
            watch.queue.put_nowait(self.version)

    def compact(self) -> None:
        """Forget the history: resuming from before now is answered with 410."""
        self.history.clear()
        self.oldest = self.version

    def end_watches(self) -> None:
        """End every watch as a server does when its time is over."""
        for watch in self.watches:
            watch.queue.put_nowait(None)

    def break_watches(self) -> None:
        """Cut every watch's connection."""
        for watch in self.watches:
            watch.queue.put_nowait(ConnectionResetError("cut by the test"))

    def freeze(self) -> None:
        """From now on nothing answers, but nothing is closed either."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Answer again."""
        self._thawed.set()

    def allows(self, subjects: Collection[str], verb: str, plural: str, namespace: str) -> bool:
        """Whether one of `subjects` was granted it there or everywhere."""
        return any(
            Grant(subject, verb, plural, where) in self.grants
            for subject in subjects
            for where in {namespace, ""}
        )

    async def thawed(self) -> None:
        """Return when the server answers."""
        await self._thawed.wait()

    def since(self, version: int, resource: Resource) -> list[Change]:
        """The changes of one resource after `version`."""
        return [c for c in self.history if c.version > version and c.resource == resource]

    def _record(self, type_: str, resource: Resource, stored: dict[str, Any]) -> None:
        self.version += 1
        metadata = stored.setdefault("metadata", {})
        metadata["resourceVersion"] = str(self.version)
        metadata.setdefault("uid", f"uid-{self.version}")
        metadata.setdefault("creationTimestamp", "2026-11-21T12:00:00Z")
        metadata.setdefault("managedFields", [{"manager": "fake", "fieldsV1": {}}])
        change = Change(self.version, type_, resource, copy.deepcopy(stored))
        self.history.append(change)
        for watch in self.watches:
            if watch.resource == resource:
                watch.queue.put_nowait(change)


def _key(obj: Mapping[str, Any]) -> str:
    metadata = obj["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])
