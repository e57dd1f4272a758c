"""The typed calls the console makes. Read-only: nothing here can change the cluster."""

from __future__ import annotations

from typing import Final

import msgspec

from integrations.caller import Caller
from integrations.contract import NotFound, UpstreamFailed
from integrations.etcd.models import (
    EVERY_KEY,
    AlarmRequest,
    AlarmResponse,
    HashKVRequest,
    HashKVResponse,
    Header,
    KeyValue,
    MemberListRequest,
    MemberListResponse,
    RangeRequest,
    RangeResponse,
    StatusRequest,
    StatusResponse,
    TimeToLiveRequest,
    TimeToLiveResponse,
    key_range,
)
from integrations.etcd.transport import Gateway

_HEALTH_LIMIT: Final = 64 * 1024
_METRICS_LIMIT: Final = 4 * 1024 * 1024
_READINESS_SECONDS: Final = 9.0
"""More than the 7 s after which etcd gives up a read and says so."""
_HASH_SECONDS: Final = 60.0


class MemberHealth(msgspec.Struct, frozen=True):
    """`/health` of one member; `reason` is empty when healthy."""

    health: str = "false"
    reason: str = ""


class EtcdClient:
    """Calls on one cluster. Every call has a deadline; errors are the shared tree's."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.upstream = gateway.upstream

    async def members(self, endpoint: str | None = None) -> MemberListResponse:
        """The member list, as one member knows it (answers without quorum too)."""
        request = MemberListRequest()
        if endpoint is None:
            return await self.gateway.call("cluster/member/list", request, MemberListResponse)
        return await self.gateway.call_at(
            endpoint, "cluster/member/list", request, MemberListResponse
        )

    async def status(self, endpoint: str, *, deadline: float | None = None) -> StatusResponse:
        """One member's own status; answers at once even without a quorum."""
        return await self.gateway.call_at(
            endpoint, "maintenance/status", StatusRequest(), StatusResponse, deadline=deadline
        )

    async def health(self, endpoint: str, *, deadline: float | None = None) -> MemberHealth:
        """`/health`: a 503 is an answer too, its body says why."""
        status, body = await self.gateway.read(
            endpoint, "/health?serializable=true", limit=_HEALTH_LIMIT, deadline=deadline
        )
        try:
            return msgspec.json.decode(body, type=MemberHealth, strict=False)
        except msgspec.DecodeError as error:
            raise UpstreamFailed(self.upstream, f"/health answered {status}") from error

    async def readiness(self, endpoint: str) -> str:
        """The lines of `/readyz?verbose` of one member; empty before 3.5.11 (3.4.29)."""
        return await self._checks(endpoint, "/readyz?verbose", _READINESS_SECONDS)

    async def liveness(self, endpoint: str) -> str:
        """The lines of `/livez?verbose`: what the member can do without the others."""
        return await self._checks(endpoint, "/livez?verbose", self.gateway.settings.deadline)

    async def _checks(self, endpoint: str, path: str, deadline: float) -> str:
        status, body = await self.gateway.read(
            endpoint, path, limit=_HEALTH_LIMIT, deadline=deadline
        )
        if status == 404:
            return ""
        if status not in {200, 503}:
            raise UpstreamFailed(self.upstream, f"{path.partition('?')[0]} answered {status}")
        return body.decode("utf-8", "replace")

    async def hash(self, endpoint: str, revision: int) -> HashKVResponse:
        """One member's hash of all keys at `revision`. It walks them all: ask seldom."""
        return await self.gateway.call_at(
            endpoint,
            "maintenance/hashkv",
            HashKVRequest(revision=revision),
            HashKVResponse,
            deadline=_HASH_SECONDS,
        )

    async def metrics(self, endpoint: str) -> bytes:
        """The text of `/metrics` of one member, 4 MiB at most (usually 180 kB)."""
        status, body = await self.gateway.read(endpoint, "/metrics", limit=_METRICS_LIMIT)
        if status != 200:
            raise UpstreamFailed(self.upstream, f"/metrics answered {status}")
        return body

    async def alarms(self) -> AlarmResponse:
        """Raised alarms. It is a raft proposal even for reading: ask on demand, never poll."""
        return await self.gateway.call(
            "maintenance/alarm", AlarmRequest(action="GET"), AlarmResponse
        )

    async def keys(
        self, prefix: bytes, after: bytes | None, revision: int, *, as_: Caller | None = None
    ) -> RangeResponse:
        """One page of keys without values below `prefix`, after the key `after`.

        Serializable, so it works without a quorum; `revision` 0 takes the member's newest
        and the following pages must pass the first page's revision.
        """
        start, end = key_range(prefix)
        request = RangeRequest(
            key=start if after is None else after + b"\0",
            range_end=end,
            limit=self.gateway.settings.page_size,
            revision=revision,
            serializable=True,
            keys_only=True,
        )
        return await self.gateway.call("kv/range", request, RangeResponse, as_=as_)

    async def value(
        self, key: bytes, *, fresh: bool = False, as_: Caller | None = None
    ) -> tuple[KeyValue, int]:
        """One key with its value and the revision it was read at; `NotFound` if absent.

        `fresh` asks the quorum (for edit forms); browsing reads what a member has.
        """
        request = RangeRequest(key=key, serializable=not fresh)
        answer = await self.gateway.call("kv/range", request, RangeResponse, as_=as_)
        if not answer.kvs:
            raise NotFound(self.upstream, "the key does not exist")
        return answer.kvs[0], answer.header.revision

    async def position(self, prefix: bytes = b"") -> Header:
        """Where the cluster is now, by its quorum: its id and newest revision.

        Asked with a key of `prefix`: a user limited to it may read no other.
        """
        request = RangeRequest(key=prefix or EVERY_KEY, count_only=True)
        return (await self.gateway.call("kv/range", request, RangeResponse)).header

    async def lease(self, lease: str) -> TimeToLiveResponse:
        """Seconds left of a lease; `ttl` -1 if it is gone. Needs the leader."""
        return await self.gateway.call(
            "lease/timetolive", TimeToLiveRequest(ID=lease), TimeToLiveResponse
        )
