"""`/api/v1/etcd/…/access`: etcd's own users and roles, for who sees its members."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from auth.verb import Verb
from backend.features.keyvalue.places import Connected, Name, holds
from backend.http.documented import UPSTREAM, answers
from integrations.contract import UpstreamDenied
from integrations.etcd.access import Access, read_access
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.keytext import key_text
from integrations.etcd.models import EVERY_KEY, Permission, prefix_end

__all__ = ["StoreAccess", "router"]

ROOT = "root"


class EtcdGrant(BaseModel):
    """What a role may do with which keys: one, those below a prefix, a range up to `end`, or
    all."""

    may: Literal["read", "write", "read and write"]
    what: Literal["key", "prefix", "range", "all"]
    key: str
    end: str


class EtcdRole(BaseModel):
    """A role and what it may; `root` may everything, and says nothing of it."""

    name: str
    everything: bool
    grants: list[EtcdGrant]


class EtcdUser(BaseModel):
    """A user and their roles."""

    name: str
    roles: list[str]


class StoreAccess(BaseModel):
    """Whether etcd asks who somebody is, its users and roles. `denied` says why they are not
    known; `more_users` and `more_roles` are not listed."""

    enabled: bool | None
    denied: str
    users: list[EtcdUser]
    roles: list[EtcdRole]
    more_users: int
    more_roles: int


router = APIRouter(tags=["key-value"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))


@router.get("/access", dependencies=[holds("etcdmember", Verb.GET)])
async def read_store_access(name: Name, upstreams: Connected) -> StoreAccess:
    """Etcd's own users and roles, as far as the connection's user may ask for them."""
    connection = upstreams.find(ETCD, name)
    try:
        return _view(await read_access(connection.client))
    except UpstreamDenied as error:
        return StoreAccess(
            enabled=None, denied=error.message, users=[], roles=[], more_users=0, more_roles=0
        )


def _view(access: Access) -> StoreAccess:
    roles = dict(access.roles)
    if any(ROOT in held for held in access.users.values()):
        roles.setdefault(ROOT, ())  # it works without being made
    return StoreAccess(
        enabled=access.enabled,
        denied="",
        users=[EtcdUser(name=name, roles=list(held)) for name, held in access.users.items()],
        roles=[
            EtcdRole(name=name, everything=name == ROOT, grants=[_grant(one) for one in may])
            for name, may in roles.items()
        ],
        more_users=access.all_users - len(access.users),
        more_roles=access.all_roles - len(access.roles),
    )


def _grant(permission: Permission) -> EtcdGrant:
    key, end = permission.key, permission.range_end
    words: dict[str, Literal["read", "write", "read and write"]] = {
        "READ": "read", "WRITE": "write", "READWRITE": "read and write",
    }  # fmt: skip
    return EtcdGrant(
        may=words[permission.kind], what=_what(key, end), key=key_text(key), end=key_text(end)
    )


def _what(key: bytes, end: bytes) -> Literal["key", "prefix", "range", "all"]:
    if not end:
        return "key"
    if end == EVERY_KEY:
        return "all" if key in {b"", EVERY_KEY} else "range"
    return "prefix" if end == prefix_end(key) else "range"
