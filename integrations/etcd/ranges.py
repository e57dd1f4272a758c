"""Ranges of keys: counted at one revision, and deleted as they were counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integrations.contract import UpstreamFailed, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.models import KeyValue, RangeRequest, RangeResponse, key_range
from integrations.etcd.txn import (
    Compare,
    DeleteRangeRequest,
    Operation,
    TxnRequest,
    TxnResponse,
)

__all__ = ["Counted", "Deleted", "RangeWriter"]

_SAMPLE: Final = 20
_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Counted:
    """A range at `revision`: how many keys it has, and its first ones with their values."""

    revision: int
    count: int
    sample: tuple[KeyValue, ...]


@dataclass(frozen=True, slots=True)
class Deleted:
    """`made`: no key of the range was written since, and `count` are gone. `asked`: no answer
    came, and none was found in it."""

    made: bool
    count: int
    revision: int
    asked: bool = False


class RangeWriter:
    """Reads and deletes ranges of one cluster, by its quorum."""

    def __init__(self, client: EtcdClient) -> None:
        self._client = client

    async def count(self, prefix: bytes) -> Counted:
        """What lies below `prefix` now."""
        start, end = key_range(prefix)
        request = RangeRequest(key=start, range_end=end, limit=_SAMPLE)
        answer = await self._client.gateway.call("kv/range", request, RangeResponse)
        return Counted(answer.header.revision, answer.count, answer.kvs)

    async def page(self, prefix: bytes, *, after: bytes, revision: int) -> RangeResponse:
        """Some keys with their values below `prefix`, behind `after`, as they were at `revision`:
        few enough that the largest values fit into an answer."""
        start, end = key_range(prefix)
        request = RangeRequest(
            key=after + b"\0" if after else start, range_end=end, limit=_PAGE, revision=revision
        )
        return await self._client.gateway.call("kv/range", request, RangeResponse)

    async def delete(self, prefix: bytes, *, since: int) -> Deleted:
        """Delete what lies below `prefix`, all of it or nothing, where no key of it was written
        after the revision `since`. Sent to one member, once."""
        start, end = key_range(prefix)
        unchanged = Compare(key=start, range_end=end, result="LESS", mod_revision=since + 1)
        gone = DeleteRangeRequest(key=start, range_end=end)
        request = TxnRequest(compare=(unchanged,), success=(Operation(request_delete_range=gone),))
        try:
            answer = await self._client.gateway.call_once("kv/txn", request, TxnResponse)
        except (UpstreamUnreachable, UpstreamFailed):
            left = await self.count(prefix)
            if left.count:
                raise
            return Deleted(True, 0, left.revision, asked=True)
        counts = (one.response_delete_range for one in answer.responses)
        deleted = sum(one.deleted for one in counts if one)
        return Deleted(answer.succeeded, deleted, answer.header.revision)
