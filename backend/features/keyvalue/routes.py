"""`/api/v1/etcd/…`: health, folders and values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import StringConstraints

from auth import scope
from auth.role import Verb
from auth.scope import Scope
from backend.audit import Target
from backend.connections.upstreams import Upstreams
from backend.features.keyvalue import service
from backend.features.keyvalue.previews import MOST, previews
from backend.features.keyvalue.schemas import (
    MOST_KEY,
    ComparedView,
    EtcdHealth,
    FolderPage,
    RevealBody,
    ValuePreview,
    ValueView,
)
from backend.http.audited import Audited
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.stepup import Fresh
from backend.parts import part
from integrations.etcd.integration import INTEGRATION as ETCD

__all__ = ["router"]

Name = Annotated[str, Path(max_length=63)]
Text = Annotated[str, Query(max_length=MOST_KEY)]
KeyText = Annotated[str, StringConstraints(max_length=MOST_KEY)]


router = APIRouter(tags=["key-value"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))
Connected = Annotated[Upstreams, part(Upstreams)]


async def store_scope(caller: CurrentPrincipal, name: Name) -> Scope:
    """Where the store lies."""
    return scope.etcd(caller.organisation, name)


def _holds(kind: str, verb: Verb) -> Requires:
    return Requires(kind, verb, store_scope, "etcd connection")


@router.get("", dependencies=[_holds("etcdmember", Verb.GET)])
async def read_health(name: Name, upstreams: Connected) -> EtcdHealth:
    """Whether the store is safe: quorum, leader, alarms and every signal in words."""
    return service.health(upstreams.find(ETCD, name))


@router.post("/comparison", dependencies=[_holds("etcdmember", Verb.GET)])
async def compare_members(name: Name, upstreams: Connected) -> ComparedView:
    """Compare the members' data now. It changes nothing and is made once a minute at most
    whoever asks, so seeing the members is enough."""
    return await service.compare(upstreams.find(ETCD, name))


@router.get("/folders", dependencies=[_holds("key", Verb.LIST)])
async def list_folder(
    name: Name,
    upstreams: Connected,
    prefix: Text = "",
    cursor: Text = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> FolderPage:
    """Children of a virtual folder: sub-folders with their counts, and keys."""
    return service.folder(upstreams.find(ETCD, name), prefix, cursor, limit)


@router.get("/value", dependencies=[_holds("key", Verb.GET)])
async def read_value(
    name: Name, upstreams: Connected, key: Text, *, fresh: bool = False
) -> ValueView:
    """One key with its value, made safe to show; `fresh` asks the quorum."""
    return await service.value(upstreams.find(ETCD, name), key, fresh=fresh)


@router.get("/previews", dependencies=[_holds("key", Verb.GET)])
async def preview_values(
    name: Name,
    upstreams: Connected,
    key: Annotated[list[KeyText], Query(min_length=1, max_length=MOST)],
) -> list[ValuePreview]:
    """The beginnings of some values, made safe to show; keys that are not there are left out."""
    connection = upstreams.find(ETCD, name)
    return await previews(connection, [service.read_key(text) for text in key])


@router.post("/value/reveal", dependencies=[_holds("key", Verb.REVEAL), Fresh])
async def reveal_value(
    name: Name,
    body: RevealBody,
    upstreams: Connected,
    audit: Audited,
    where: Annotated[Scope, Depends(store_scope)],
) -> ValueView:
    """One value with its secrets in clear. Needs the right to reveal; that it was asked for,
    and whether it was allowed, is in the activity record."""
    shown = await service.value(upstreams.find(ETCD, name), body.key, fresh=True, reveal=True)
    audit.did("reveal", Target("key", shown.path, f"{name}:{shown.path}", where))
    return shown
