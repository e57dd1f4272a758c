"""Which leases a key may be attached to: what hangs on one goes when its other keys' owner revokes
it, and lives as long as they keep it alive."""

from __future__ import annotations

from typing import Final

from auth.principal import Principal
from backend.errors import Conflict
from backend.features.keyvalue.leases.state import Asking, attach_refusal, find
from integrations.contract import NotFound
from integrations.etcd.connection import EtcdConnection

__all__ = ["LEASE_GONE", "check_attachable"]

LEASE_GONE: Final = (
    "That lease is not there (any more): it ran out or was revoked. Nothing was changed; "
    "choose another, or none."
)


async def check_attachable(connection: EtcdConnection, caller: Principal, lease: str) -> None:
    """Raise `Conflict` where the lease (hexadecimal; empty: none) is over, or not the caller's. One
    that they cannot see is told like one that is over."""
    if not lease or int(lease, 16) == 0:
        return
    asking = Asking(connection, caller)
    try:
        found = await find(asking, lease)
    except NotFound as error:
        raise Conflict(LEASE_GONE) from error
    if why := attach_refusal(asking, found.keys):
        raise Conflict(f"Lease {lease} takes no key of yours: {why} Nothing was changed.")
