"""`/api/v1/clusters/…`: objects read on demand from the API server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import PlainTextResponse

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import NotFoundProblem
from backend.features.cluster import listing, service
from backend.features.cluster.kinds import permission_of
from backend.features.cluster.kubectl.config import kubeconfig_for
from backend.features.cluster.kubectl.deciding import may_reach
from backend.features.cluster.schemas import CustomPage, Detail
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Decides, Requires, no_such, require
from backend.parts import part
from backend.settings import Settings
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader

__all__ = ["Asked", "Name", "Reader", "asked", "reader_of", "router"]

Name = Annotated[str, Path(max_length=253)]
Namespace = Annotated[str, Query(max_length=253)]
NONE = "-"
"""Stands for "no namespace" in a path."""

router = APIRouter(tags=["kubernetes"], prefix="/clusters/{cluster}", responses=answers(*UPSTREAM))


async def listed_in(caller: CurrentPrincipal, cluster: Name, namespace: Namespace = "") -> Scope:
    """Where custom objects are listed: one namespace, or the whole cluster."""
    if namespace:
        return scope.namespace(caller.organisation, cluster, namespace)
    return scope.cluster(caller.organisation, cluster)


@dataclass(frozen=True, slots=True)
class Asked:
    """The object a path names, of a kind the caller may see there."""

    kind: ResourceKind
    namespace: str
    name: str


Reader = Annotated[Principal, Decides("get on the kind in the path, in the object's namespace")]


async def asked(caller: Reader, cluster: Name, kind: Name, namespace: Name, name: Name) -> Asked:
    """What the path names; 404 for a caller without the right to see it."""
    space = "" if namespace == NONE else namespace
    return Asked(service.permitted(caller, cluster, kind, space, name), space, name)


Connected = Annotated[Upstreams, part(Upstreams)]


@router.get("/kubeconfig", response_class=PlainTextResponse, responses=answers(409))
async def read_kubeconfig(
    request: Request,
    caller: Annotated[Principal, Decides("anything held in the cluster")],
    upstreams: Connected,
    settings: Annotated[Settings, part(Settings)],
    cluster: Name,
) -> PlainTextResponse:
    """A kubeconfig for this cluster through the console. There is no secret in it: kubectl asks
    `craton kube-credential` for the session of the command line."""
    connection = upstreams.get(KUBERNETES, cluster)
    if connection is None or not may_reach(caller, cluster):
        raise NotFoundProblem(no_such("cluster"))
    text = await asyncio.to_thread(kubeconfig_for, connection.settings, request, settings)
    name = quote(f"craton-{cluster}.yaml")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return PlainTextResponse(text, media_type="application/yaml", headers=headers)


@router.get("/custom/{definition}")
async def list_custom_objects(
    caller: Annotated[Principal, Requires("customresource", Verb.LIST, listed_in)],
    upstreams: Connected,
    *,
    cluster: Name,
    definition: Name,
    namespace: Namespace = "",
    cursor: Annotated[str, Query(max_length=4096)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CustomPage:
    """Objects of a custom resource definition, or of a kind that Kubernetes brings along without
    rows here, by the right on it; all namespaces unless one is named. For a minute
    their changes are followed: see `revision` of the definition's row."""
    plural, _, group = definition.partition(".")
    where = await listed_in(caller, cluster, namespace)
    require(caller, permission_of(plural, group), Verb.LIST, where, "object")
    page = listing.CustomAsked(definition, namespace, cursor, limit)
    found = await listing.custom_objects(
        reader_of(upstreams, caller, cluster, namespace), caller, page
    )
    # Only for whom the cluster lets list them: a watch is of the whole cluster, and of few kinds.
    upstreams.find(KUBERNETES, cluster).metadata.follow(definition)
    return found


@router.get("/{kind}/{namespace}/{name}")
async def read_object(
    caller: Reader,
    wanted: Annotated[Asked, Depends(asked)],
    upstreams: Connected,
    cluster: Name,
) -> Detail:
    """One object with its state in words, owners, relations, containers and events."""
    reader = reader_of(upstreams, caller, cluster, wanted.namespace)
    kind = await service.resolve(reader, wanted.kind)
    return await service.read_detail(reader, caller, kind, wanted.namespace, wanted.name)


@router.get("/{kind}/{namespace}/{name}/yaml", response_class=PlainTextResponse)
async def read_yaml(
    caller: Reader,
    wanted: Annotated[Asked, Depends(asked)],
    upstreams: Connected,
    cluster: Name,
) -> PlainTextResponse:
    """The object as read-only YAML."""
    reader = reader_of(upstreams, caller, cluster, wanted.namespace)
    kind = await service.resolve(reader, wanted.kind)
    text = await service.read_yaml(reader, kind, wanted.namespace, wanted.name)
    return PlainTextResponse(text, media_type="application/yaml")


def reader_of(
    upstreams: Upstreams, caller: Principal, cluster: str, namespace: str
) -> ObjectReader:
    """The cluster as the caller may read it: it decides too, where it is told to. Only for
    callers who were let pass: the answer tells whether the cluster exists."""
    client = upstreams.find(KUBERNETES, cluster).client
    return ObjectReader(client, kubernetes_caller(caller, client.settings, namespace))
