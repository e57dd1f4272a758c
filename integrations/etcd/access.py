"""etcd's own users and roles: read, never changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import msgspec

from integrations.etcd.client import EtcdClient
from integrations.etcd.models import (
    AuthStatusRequest,
    AuthStatusResponse,
    Permission,
    Request,
    RoleRequest,
    RoleResponse,
    UserRequest,
    UserResponse,
)

__all__ = ["MOST", "Access", "read_access"]

MOST: Final = 500
"""Users, and roles, that are asked after: each is a call."""
_AT_ONCE: Final = 4


class _ListRequest(Request, frozen=True, kw_only=True):
    """`auth/user/list` and `auth/role/list`: only root may."""


class _Users(msgspec.Struct, frozen=True):
    users: tuple[str, ...] = ()


class _Roles(msgspec.Struct, frozen=True):
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """`enabled`: whether etcd asks who somebody is at all. Users with the names of their roles,
    roles with what they may; how many there are of each."""

    enabled: bool
    users: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roles: dict[str, tuple[Permission, ...]] = field(default_factory=dict)
    all_users: int = 0
    all_roles: int = 0


async def read_access(client: EtcdClient) -> Access:
    """All of it, as far as the connection's own user may ask: `UpstreamDenied` where it may not."""
    call = client.gateway.call
    status = await call("auth/status", AuthStatusRequest(), AuthStatusResponse)
    users = (await call("auth/user/list", _ListRequest(), _Users)).users
    roles = (await call("auth/role/list", _ListRequest(), _Roles)).roles
    turn = asyncio.Semaphore(_AT_ONCE)

    async def of_user(name: str) -> tuple[str, ...]:
        async with turn:
            return (await call("auth/user/get", UserRequest(name=name), UserResponse)).roles

    async def of_role(name: str) -> tuple[Permission, ...]:
        async with turn:
            return (await call("auth/role/get", RoleRequest(role=name), RoleResponse)).perm

    named_users, named_roles = users[:MOST], roles[:MOST]
    held = await asyncio.gather(*(of_user(name) for name in named_users))
    may = await asyncio.gather(*(of_role(name) for name in named_roles))
    return Access(
        status.enabled,
        dict(zip(named_users, held, strict=True)),
        dict(zip(named_roles, may, strict=True)),
        len(users),
        len(roles),
    )
