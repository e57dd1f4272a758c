"""Leases: which there are, how long they run, what goes with them; granted, prolonged, revoked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec

from integrations.contract import NotFound, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.models import Header, Request

__all__ = ["LeaseState", "Leases"]

_AT_ONCE: Final = 8


class _LeasesRequest(Request, frozen=True, kw_only=True):
    """`lease/leases`."""


class _TimeToLiveRequest(Request, frozen=True, kw_only=True):
    """`lease/timetolive` with the keys."""

    ID: str
    keys: bool = False


class _GrantRequest(Request, frozen=True, kw_only=True):
    """`lease/grant`; etcd chooses the number."""

    TTL: int


class _IdRequest(Request, frozen=True, kw_only=True):
    """`lease/keepalive` and `lease/revoke`."""

    ID: str


class _Lease(msgspec.Struct, frozen=True):
    ID: str = "0"


class _LeasesResponse(msgspec.Struct, frozen=True):
    leases: tuple[_Lease, ...] = ()


class _TimeToLiveResponse(msgspec.Struct, frozen=True):
    TTL: int = -1
    grantedTTL: int = 0  # noqa: N815 the gateway's spelling
    keys: tuple[bytes, ...] = ()


class _GrantResponse(msgspec.Struct, frozen=True):
    ID: str = "0"
    TTL: int = 0


class _KeptResponse(msgspec.Struct, frozen=True):
    TTL: int = 0


class _KeptLine(msgspec.Struct, frozen=True):
    """A stream of one line: what it answers stands in `result`."""

    result: _KeptResponse = _KeptResponse()


class _RevokeResponse(msgspec.Struct, frozen=True):
    header: Header = Header()


@dataclass(frozen=True, slots=True)
class LeaseState:
    """A lease by its number (decimal text); seconds granted and left; the keys that go with it."""

    id: str
    granted: int
    left: int
    keys: tuple[bytes, ...]


class Leases:
    """The leases of one cluster. Its leader alone knows how long they run."""

    def __init__(self, client: EtcdClient) -> None:
        self._gateway = client.gateway
        self._upstream = client.upstream

    async def list(self, most: int) -> tuple[list[LeaseState], int]:
        """The first of them, and how many there are; those that end meanwhile are left out."""
        answer = await self._gateway.call("lease/leases", _LeasesRequest(), _LeasesResponse)
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(lease: str) -> LeaseState | None:
            async with turn:
                return await self.find(lease)

        found = await asyncio.gather(*(one(lease.ID) for lease in answer.leases[:most]))
        return [lease for lease in found if lease is not None], len(answer.leases)

    async def find(self, lease: str) -> LeaseState | None:
        """One of them with its keys; None where it has run out or was revoked."""
        request = _TimeToLiveRequest(ID=lease, keys=True)
        told = await self._gateway.call("lease/timetolive", request, _TimeToLiveResponse)
        if told.TTL < 0:
            return None
        return LeaseState(lease, told.grantedTTL, told.TTL, told.keys)

    async def grant(self, ttl: int) -> tuple[str, int]:
        """A new one: its number, and the seconds it got (etcd has a least)."""
        told = await self._gateway.call_once("lease/grant", _GrantRequest(TTL=ttl), _GrantResponse)
        return told.ID, told.TTL

    async def keep_alive(self, lease: str) -> int:
        """Let it run its whole time anew; the seconds it now has. `NotFound` where it is over."""
        told = await self._gateway.call("lease/keepalive", _IdRequest(ID=lease), _KeptLine)
        if told.result.TTL <= 0:
            raise NotFound(self._upstream, "the lease has run out or was revoked")
        return told.result.TTL

    async def revoke(self, lease: str) -> None:
        """End it; its keys go with it. `NotFound` where it was over already. Sent once: where no
        answer came, whether it is over tells."""
        try:
            await self._gateway.call_once("lease/revoke", _IdRequest(ID=lease), _RevokeResponse)
        except (UpstreamUnreachable, UpstreamFailed):
            if await self.find(lease) is not None:
                raise
