"""`/api/v1/clusters/…`: objects read on demand from the API server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.features.cluster import service
from backend.features.cluster.schemas import CustomPage, Detail
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, require
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader

__all__ = ["router"]

Name = Annotated[str, Path(max_length=253)]
NONE = "-"
"""Stands for "no namespace" in a path."""


def router(upstreams: Upstreams) -> APIRouter:
    """The routes over the running connections."""
    routes = APIRouter(
        tags=["kubernetes"], prefix="/clusters/{cluster}", responses=answers(*UPSTREAM)
    )

    def reader(caller: Principal, cluster: str, namespace: str) -> ObjectReader:
        """The cluster as the caller may read it: it decides too, where it is told to."""
        client = upstreams.find(KUBERNETES, cluster).client
        return ObjectReader(client, kubernetes_caller(caller, client.settings, namespace))

    @routes.get("/custom/{definition}")
    async def custom(
        cluster: Name,
        definition: Name,
        caller: CurrentPrincipal,
        *,
        namespace: Annotated[str, Query(max_length=253)] = "",
        cursor: Annotated[str, Query(max_length=4096)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> CustomPage:
        """Objects of a custom resource definition; all namespaces unless one is named."""
        where = scope.cluster(caller.organisation, cluster)
        if namespace:
            where = scope.namespace(caller.organisation, cluster, namespace)
        require(caller, "customresource", Verb.LIST, where)
        upstream = reader(caller, cluster, namespace)
        return await service.custom_objects(upstream, definition, namespace, cursor, limit)

    @routes.get("/{kind}/{namespace}/{name}")
    async def detail(
        cluster: Name, kind: Name, namespace: Name, name: Name, caller: CurrentPrincipal
    ) -> Detail:
        """One object with its state in words, owners, relations, containers and events."""
        space = "" if namespace == NONE else namespace
        chosen = service.permitted(caller, cluster, kind, space, name)
        upstream = reader(caller, cluster, space)
        found = await service.resolve(upstream, chosen)
        return await service.read_detail(upstream, caller, found, space, name)

    @routes.get("/{kind}/{namespace}/{name}/yaml", response_class=PlainTextResponse)
    async def yaml(
        cluster: Name, kind: Name, namespace: Name, name: Name, caller: CurrentPrincipal
    ) -> PlainTextResponse:
        """The object as read-only YAML."""
        space = "" if namespace == NONE else namespace
        chosen = service.permitted(caller, cluster, kind, space, name)
        upstream = reader(caller, cluster, space)
        found = await service.resolve(upstream, chosen)
        text = await service.read_yaml(upstream, found, space, name)
        return PlainTextResponse(text, media_type="application/yaml")

    return routes
