"""Guarded writes of single keys: each is one transaction on what the person saw.

A write is sent to one member, once: at another, after a deadline, it would find its own change
and take it for somebody else's. Whether one whose answer was lost was made is asked after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.errors import NoSpace
from integrations.etcd.models import KeyValue, RangeRequest, RangeResponse
from integrations.etcd.txn import (
    Compare,
    DeleteRangeRequest,
    Operation,
    PutRequest,
    TxnRequest,
    TxnResponse,
)

__all__ = ["ABSENT", "NO_LEASE", "EtcdWriter", "Written"]

ABSENT: Final = 0
"""The modification revision of a key that is not there."""
NO_LEASE: Final = "0"
_UNKNOWN: Final = (UpstreamUnreachable, UpstreamFailed, NoSpace)
"""After these the change may have been made: also the very write that fills the quota is applied
and refused at once."""


@dataclass(frozen=True, slots=True)
class Written:
    """`made`: the key was as expected, and is changed at `revision`. Otherwise `now` is what is
    there instead (None: nothing). `asked`: no answer came, and the key was found as it was asked
    for."""

    made: bool
    revision: int
    now: KeyValue | None = None
    asked: bool = False


class EtcdWriter:
    """Changes keys of one cluster, none of them blindly."""

    def __init__(self, client: EtcdClient) -> None:
        self._client = client

    async def read(self, key: bytes, *, revision: int = 0) -> tuple[KeyValue | None, int]:
        """The key by the quorum, or as it was at `revision` (`Compacted` where that is gone);
        None where it is not there. The second is the revision it was read at."""
        request = RangeRequest(key=key, revision=revision)
        answer = await self._client.gateway.call("kv/range", request, RangeResponse)
        return (answer.kvs[0] if answer.kvs else None), revision or answer.header.revision

    async def put(
        self, key: bytes, value: bytes, *, expected: int, lease: str | None = None
    ) -> Written:
        """Put it where its modification revision is `expected` (`ABSENT`: it is not there).
        `lease` None keeps the one it has. `NotFound` where the lease is gone."""
        keeps = lease is None and expected != ABSENT
        put = PutRequest(key=key, value=value, lease=lease or NO_LEASE, ignore_lease=keeps)
        try:
            answer = await self._send(key, expected, Operation(request_put=put))
        except _UNKNOWN as error:
            now = await self._after(key, error)
            if now is None or now.mod_revision <= expected or now.value != value:
                raise
            return Written(True, now.mod_revision, now, asked=True)
        return _written(answer)

    async def delete(self, key: bytes, *, expected: int) -> Written:
        """Delete it where its modification revision is `expected`."""
        gone = Operation(request_delete_range=DeleteRangeRequest(key=key))
        try:
            answer = await self._send(key, expected, gone)
        except _UNKNOWN as error:
            if await self._after(key, error) is not None:
                raise
            return Written(True, 0, asked=True)
        return _written(answer)

    async def _send(self, key: bytes, expected: int, operation: Operation) -> TxnResponse:
        guard = (
            Compare(key=key, target="MOD", mod_revision=expected)
            if expected != ABSENT
            else Compare(key=key, target="CREATE", create_revision=0)
        )
        request = TxnRequest(
            compare=(guard,),
            success=(operation,),
            failure=(Operation(request_range=RangeRequest(key=key)),),
        )
        return await self._client.gateway.call_once("kv/txn", request, TxnResponse)

    async def _after(self, key: bytes, error: IntegrationError) -> KeyValue | None:
        """How the key is after a write without an answer; raises `error` where nobody says."""
        try:
            return (await self.read(key))[0]
        except IntegrationError:
            raise error from None


def _written(answer: TxnResponse) -> Written:
    now = None if answer.succeeded else answer.found
    return Written(answer.succeeded, answer.header.revision, now)
