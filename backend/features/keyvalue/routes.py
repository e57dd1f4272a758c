"""`/api/v1/etcd/…`: health, folders and values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Target
from backend.features.keyvalue import service
from backend.features.keyvalue.places import (
    Connected,
    Name,
    Text,
    at_folder,
    at_key,
    holds,
    key_scope,
)
from backend.features.keyvalue.previews import MOST, previews
from backend.features.keyvalue.ranges import partial_folder, ranges_below
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
from backend.http.guard import CurrentPrincipal
from backend.http.stepup import Fresh
from backend.live.registry import Registry
from backend.parts import part
from integrations.etcd.integration import INTEGRATION as ETCD

__all__ = ["router"]

KeyText = Annotated[str, StringConstraints(max_length=MOST_KEY)]


router = APIRouter(tags=["key-value"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))


async def at_revealed_key(caller: CurrentPrincipal, name: Name, body: RevealBody) -> Scope:
    """Where the key lies that is to be revealed."""
    return key_scope(caller, name, body.key)


async def at_first_key(
    caller: CurrentPrincipal,
    name: Name,
    key: Annotated[list[KeyText], Query(min_length=1, max_length=MOST)],
) -> Scope:
    """Where the first of the keys lies that the caller may see; the others are left out."""
    places = [key_scope(caller, name, text) for text in key]
    allowed = (one for one in places if caller.policy.decide("key", Verb.GET, one).allowed)
    return next(allowed, places[0])


@router.get("", dependencies=[holds("etcdmember", Verb.GET)])
async def read_health(name: Name, upstreams: Connected) -> EtcdHealth:
    """Whether the store is safe: quorum, leader, alarms and every signal in words."""
    return service.health(upstreams.find(ETCD, name))


@router.post("/comparison", dependencies=[holds("etcdmember", Verb.GET)])
async def compare_members(name: Name, upstreams: Connected) -> ComparedView:
    """Compare the members' data now. It changes nothing and is made once a minute at most
    whoever asks, so seeing the members is enough."""
    return await service.compare(upstreams.find(ETCD, name))


@router.get("/folders")
async def list_folder(
    *,
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.LIST, at_folder)],
    upstreams: Connected,
    registry: Annotated[Registry, part(Registry)],
    prefix: Text = "",
    cursor: Text = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    team: Annotated[str, Query(max_length=63)] = "",
) -> FolderPage:
    """Children of a virtual folder: sub-folders with their counts, and keys. Of keys that the
    caller may not see, or `team` does not own, nothing is told or counted."""
    looking = await registry.narrowed(caller, team)
    found = ranges_below(looking.sees("key"), caller.organisation, name, prefix)
    connection = upstreams.find(ETCD, name)
    if found is None:
        return service.folder(connection, prefix, cursor, limit)
    return partial_folder(connection, prefix, cursor, limit, tuple(found))


@router.get("/value", dependencies=[holds("key", Verb.GET, at_key)])
async def read_value(
    name: Name, upstreams: Connected, key: Text, *, fresh: bool = False
) -> ValueView:
    """One key with its value, made safe to show; `fresh` asks the quorum."""
    return await service.value(upstreams.find(ETCD, name), key, fresh=fresh)


@router.get("/previews")
async def preview_values(
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.GET, at_first_key)],
    upstreams: Connected,
    key: Annotated[list[KeyText], Query(min_length=1, max_length=MOST)],
) -> list[ValuePreview]:
    """The beginnings of some values, made safe to show; keys that are not there, or that the caller
    may not see, are left out."""
    connection = upstreams.find(ETCD, name)
    seen = [
        service.read_key(text)
        for text in key
        if caller.policy.decide("key", Verb.GET, key_scope(caller, name, text)).allowed
    ]
    return await previews(connection, seen)


@router.post("/value/reveal", dependencies=[holds("key", Verb.REVEAL, at_revealed_key), Fresh])
async def reveal_value(
    name: Name,
    body: RevealBody,
    upstreams: Connected,
    audit: Audited,
    where: Annotated[Scope, Depends(at_revealed_key)],
) -> ValueView:
    """One value with its secrets in clear. Needs the right to reveal; that it was asked for,
    and whether it was allowed, is in the activity record."""
    shown = await service.value(upstreams.find(ETCD, name), body.key, fresh=True, reveal=True)
    audit.did("reveal", Target("key", shown.path, f"{name}:{shown.path}", where))
    return shown
