"""The Key-value page: whether the store is safe, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter

from backend.features.context import Feature, FeatureContext
from backend.features.keyvalue.access import router as access
from backend.features.keyvalue.collections import KEYS, MEMBERS
from backend.features.keyvalue.editing.folderroutes import router as folders
from backend.features.keyvalue.editing.routes import router as changes
from backend.features.keyvalue.importing.routes import router as imports
from backend.features.keyvalue.leases.routes import router as leases
from backend.features.keyvalue.project import key_row, member_row
from backend.features.keyvalue.rights import KINDS
from backend.features.keyvalue.routes import router
from backend.features.keyvalue.rows import KeyRow, MemberRow
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.etcd.settings import EtcdSettings

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add `etcd-members` and `keys`, and the routes for health, folders and values."""
    members: MemorySource[MemberRow] = MemorySource(MEMBERS)
    keys: MemorySource[KeyRow] = MemorySource(KEYS)
    context.registry.add(MEMBERS, members)
    context.registry.add(KEYS, keys)

    def etcd(settings: EtcdSettings) -> Mapping[str, Feed[Any]]:
        name = settings.name
        within = ("etcd", name)
        return {
            "members": members.feed(
                f"etcd/{name}/members", partial(member_row, name), within=within
            ),
            "keys": keys.feed(f"etcd/{name}/keys", partial(key_row, name), within=within),
        }

    routes = APIRouter()
    routes.include_router(router)
    routes.include_router(changes)
    routes.include_router(folders)
    routes.include_router(imports)
    routes.include_router(leases)
    routes.include_router(access)
    return Feature("keyvalue", routes, {"etcd": etcd}, kinds=KINDS)
