"""Which kinds an API server has, beyond those the console knows by type.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api: two calls answer for
all groups (1.27 and newer); older servers are asked group by group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Protocol

import msgspec

from integrations.contract import NotFound
from integrations.kubernetes.decode import Decoders
from integrations.kubernetes.kinds import KINDS, ResourceKind
from integrations.kubernetes.models.meta import Metadata, Slim

__all__ = ["Asks", "built_in_kind", "further_kinds", "kind_called", "kinds_of_group"]

_FORM: Final = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_AGGREGATED: Final = ", ".join((_FORM.format("v2"), _FORM.format("v2beta1"), "application/json"))
_NEEDED: Final = frozenset({"delete", "list", "watch"})
_CHURN: Final = frozenset(
    {
        ("", "endpoints"),
        ("", "events"),
        ("events.k8s.io", "events"),
        ("resource.k8s.io", "resourceslices"),
        ("storage.k8s.io", "csistoragecapacities"),
    }
)
"""What comes and goes all the time, or is told in another kind already."""
_OTHERWISE: Final = {(kind.group, kind.plural) for kind in KINDS.values()} | {
    ("events.k8s.io", "events")
}
"""What the console reads by type, with a right of its own."""
_SEGMENT: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")


class Asks(Protocol):
    """What is needed of the client of an API server."""

    async def get(self, path: str, *, accept: str = ...) -> bytes:
        """The body of an answer."""


class _Kind(Slim):
    kind: str = ""


class _Resource(Slim):
    """An entry of an aggregated answer."""

    resource: str = ""
    response_kind: _Kind = msgspec.field(default_factory=_Kind)
    scope: str = ""
    verbs: list[str] = []


class _Version(Slim):
    version: str = ""
    resources: list[_Resource] = []


class _Name(Slim):
    name: str = ""


class _Group(Slim):
    """A group: `versions` the preferred first, or (older form) that one alone."""

    metadata: _Name = msgspec.field(default_factory=_Name)
    versions: list[_Version] = []
    name: str = ""
    preferred_version: _Version = msgspec.field(default_factory=_Version)


class _Groups(Slim):
    """Both forms: `items` is the aggregated one."""

    kind: str = ""
    items: list[_Group] = []
    groups: list[_Group] = []


class _Plain(Slim):
    """An entry of an APIResourceList; ``pods/log`` is a part of one."""

    name: str = ""
    kind: str = ""
    namespaced: bool = False
    verbs: list[str] = []


class _PlainList(Slim):
    resources: list[_Plain] = []


_groups: Final = Decoders(_Groups)
_plain: Final = Decoders(_PlainList)


async def further_kinds(client: Asks) -> list[ResourceKind]:
    """The kinds whose objects can be watched and deleted, without those of `KINDS` and without
    what comes and goes all the time; those that definitions add among them."""
    found: list[ResourceKind] = []
    for root in ("/api", "/apis"):
        answer = _groups.one(await client.get(root, accept=_AGGREGATED))
        if answer.kind == "APIGroupDiscoveryList":
            found += [kind for group in answer.items for kind in _of_group(group)]
        else:
            names = [group.name for group in answer.groups] if root == "/apis" else [""]
            for name in names:
                found += await kinds_of_group(client, name)
    known = _OTHERWISE | _CHURN
    return [kind for kind in found if (kind.group, kind.plural) not in known]


async def built_in_kind(client: Asks, group: str, plural: str) -> ResourceKind | None:
    """The kind that is called so in a group; None for what is not served, and for what the console
    reads by type."""
    if (group, plural) in _OTHERWISE:
        return None
    kinds = await kinds_of_group(client, group)
    return next((kind for kind in kinds if kind.plural == plural), None)


async def kind_called(client: Asks, group: str, name: str) -> ResourceKind | None:
    """The same by the name that manifests use."""
    kinds = await kinds_of_group(client, group)
    named = (kind for kind in kinds if kind.kind == name)
    return next((kind for kind in named if (group, kind.plural) not in _OTHERWISE), None)


async def kinds_of_group(client: Asks, group: str) -> list[ResourceKind]:
    """The kinds of one group, in the version it prefers, that can be watched and deleted; none of
    a group that is not served."""
    if group and not _SEGMENT.fullmatch(group):
        return []
    try:
        version = "v1"
        if group:
            version = _group.one(await client.get(f"/apis/{group}")).preferred_version.version
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        listed = _plain.one(await client.get(root)).resources
    except NotFound:
        return []
    return [
        ResourceKind(r.name, r.kind, group, version, Metadata, namespaced=r.namespaced)
        for r in listed
        if "/" not in r.name and set(r.verbs) >= _NEEDED
    ]


_group: Final = Decoders(_Group)


def _of_group(group: _Group) -> Iterator[ResourceKind]:
    seen: set[str] = set()
    for version in group.versions:
        for r in version.resources:
            if r.resource in seen or not set(r.verbs) >= _NEEDED:
                continue
            seen.add(r.resource)
            where: dict[str, Any] = {"namespaced": r.scope == "Namespaced"}
            of = (r.resource, r.response_kind.kind, group.metadata.name, version.version)
            yield ResourceKind(*of, Metadata, **where)
