"""A write that proves that a store takes writes: our own key, with a lease, removed at once."""

from __future__ import annotations

from typing import Final

from integrations.contract import UpstreamRefused
from integrations.etcd.client import EtcdClient
from integrations.etcd.leases import Leases
from integrations.etcd.writing import ABSENT, EtcdWriter

__all__ = ["TRIAL_PREFIX", "trial_write"]

TRIAL_PREFIX: Final = b"craton.write-trial/"
"""Below no prefix that others use: neither Kubernetes' nor a configured one."""
_SECONDS: Final = 60


async def trial_write(client: EtcdClient, name: str) -> None:
    """Write and remove the key of this name. `NoSpace` where the store is full; where the removing
    is not answered the lease removes it in a minute."""
    leases, key = Leases(client), TRIAL_PREFIX + name.encode()
    lease, _ = await leases.grant(_SECONDS)
    try:
        written = await EtcdWriter(client).put(key, b"craton", expected=ABSENT, lease=lease)
        if not written.made:
            raise UpstreamRefused(client.upstream, "a key of our trial is there already")
    finally:
        await leases.revoke(lease)
