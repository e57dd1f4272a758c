"""`/api/v1/etcd/…`: health, folders and values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from backend.audit import Target
from backend.connections.upstreams import Upstreams
from backend.features.keyvalue import service
from backend.features.keyvalue.schemas import (
    ComparedView,
    EtcdHealth,
    FolderPage,
    RevealBody,
    ValueView,
)
from backend.http.audited import Audited
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, require
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.integration import INTEGRATION as ETCD

__all__ = ["router"]

Name = Annotated[str, Path(max_length=63)]
Text = Annotated[str, Query(max_length=8192)]


def router(upstreams: Upstreams) -> APIRouter:
    """The routes over the running connections."""
    routes = APIRouter(tags=["key-value"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))

    def connection(caller: Principal, name: str, kind: str, verb: Verb) -> EtcdConnection:
        """Decided first, so that an invisible connection equals a missing one."""
        missing = "There is no such etcd connection, or you may not see it."
        require(caller, kind, verb, scope.etcd(caller.organisation, name), missing)
        return upstreams.find(ETCD, name)

    @routes.get("")
    async def health(name: Name, caller: CurrentPrincipal) -> EtcdHealth:
        """Whether the store is safe: quorum, leader, alarms and every signal in words."""
        return service.health(connection(caller, name, "etcdmember", Verb.GET))

    @routes.post("/comparison")
    async def comparison(name: Name, caller: CurrentPrincipal) -> ComparedView:
        """Compare the members' data now. It changes nothing and is made once a minute at most
        whoever asks, so seeing the members is enough."""
        return await service.compare(connection(caller, name, "etcdmember", Verb.GET))

    @routes.get("/folders")
    async def folders(
        name: Name,
        caller: CurrentPrincipal,
        prefix: Text = "",
        cursor: Text = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> FolderPage:
        """Children of a virtual folder: sub-folders with their counts, and keys."""
        found = connection(caller, name, "key", Verb.LIST)
        return service.folder(found, prefix, cursor, limit)

    @routes.get("/value")
    async def value(
        name: Name, caller: CurrentPrincipal, key: Text, *, fresh: bool = False
    ) -> ValueView:
        """One key with its value, made safe to show; `fresh` asks the quorum."""
        return await service.value(connection(caller, name, "key", Verb.GET), key, fresh=fresh)

    @routes.post("/value/reveal")
    async def reveal(
        name: Name, body: RevealBody, caller: CurrentPrincipal, audit: Audited
    ) -> ValueView:
        """One value with its secrets in clear. Needs the right to reveal; that it was asked for,
        and whether it was allowed, is in the activity record."""
        found = connection(caller, name, "key", Verb.REVEAL)
        shown = await service.value(found, body.key, fresh=True, reveal=True)
        where = scope.etcd(caller.organisation, name)
        audit.did("reveal", Target("key", shown.path, f"{name}:{shown.path}", where))
        return shown

    return routes
