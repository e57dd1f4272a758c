"""What the connection's own user may read, said where it may not read what was asked for."""

from __future__ import annotations

from typing import Final

from integrations.contract import IntegrationError
from integrations.etcd.keytext import key_text
from integrations.etcd.models import (
    EVERY_KEY,
    Permission,
    RoleRequest,
    RoleResponse,
    UserRequest,
    UserResponse,
    key_range,
)
from integrations.etcd.transport import Gateway

__all__ = ["limits_in_words"]

_ROLES: Final = 16
_NAMED: Final = 5
_CHARACTERS: Final = 60


async def limits_in_words(gateway: Gateway) -> str:
    """``viewer may read "/app/" only: …`` with what to do; empty where etcd does not tell, or
    the user may read all this connection shows."""
    user = gateway.settings.username
    if not user:
        return ""
    try:
        roles = (await gateway.call("auth/user/get", UserRequest(name=user), UserResponse)).roles
        held = [
            (await gateway.call("auth/role/get", RoleRequest(role=role), RoleResponse)).perm
            for role in roles[:_ROLES]
        ]
    except IntegrationError:
        return ""
    read = [one for permissions in held for one in permissions if one.kind != "WRITE"]
    wanted = key_range(gateway.settings.prefix.encode())
    if any(_covers(one, *wanted) for one in read):
        return ""
    if not read:
        return f"{user} may read no key: none of its roles allows it"
    named = [_named(one) for one in read]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    words = f"{user} may read {', '.join(named[:_NAMED])}{more} only"
    return f"{words}: give one of them as the prefix of this connection"


def _covers(permission: Permission, start: bytes, end: bytes) -> bool:
    """Whether all keys from `start` to before `end` are in it; an end of NUL is no end."""
    if permission.range_end == EVERY_KEY:
        return permission.key <= start
    return end != EVERY_KEY and permission.key <= start and end <= permission.range_end


def _named(permission: Permission) -> str:
    key = key_text(permission.key)
    shown = key if len(key) <= _CHARACTERS else f"{key[:_CHARACTERS]}\N{HORIZONTAL ELLIPSIS}"
    if permission.range_end == key_range(permission.key)[1]:
        return f'"{shown}"'
    if not permission.range_end:
        return f'the key "{shown}"'
    return f'"{shown}" to "{key_text(permission.range_end)[:_CHARACTERS]}"'
