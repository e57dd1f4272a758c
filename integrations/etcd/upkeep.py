"""The calls that keep a cluster in order: defragment, compact, alarms, leader.

Each names the member it is sent to where that matters: defragmenting is a member's own affair, and
only the leader can hand over. All but moving the leader may be sent twice.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from integrations.etcd.errors import Compacted
from integrations.etcd.models import (
    EVERY_KEY,
    AlarmResponse,
    Header,
    RangeRequest,
    RangeResponse,
    Request,
)
from integrations.etcd.transport import Gateway

__all__ = ["Upkeep"]

_DEFRAGMENT_SECONDS: Final = 600.0
_COMPACT_SECONDS: Final = 300.0


class DefragmentRequest(Request, frozen=True, kw_only=True):
    """`maintenance/defragment`: of the member that is asked."""


class MoveLeaderRequest(Request, frozen=True, kw_only=True, rename={"target": "targetID"}):
    """`maintenance/transfer-leadership`."""

    target: str


class CompactionRequest(Request, frozen=True, kw_only=True):
    """`kv/compaction`. `physical`: answers once the space is free in the file. It has no default,
    which would not be sent: etcd's is false."""

    revision: int
    physical: bool


class DisarmRequest(Request, frozen=True, kw_only=True, rename={"member": "memberID"}):
    """`maintenance/alarm` that takes an alarm back."""

    action: Literal["DEACTIVATE"]
    member: str
    alarm: Literal["NOSPACE"]


class Answer(msgspec.Struct, frozen=True):
    """Who answered; nothing else is told."""

    header: Header = Header()


class Upkeep:
    """Calls that change how a cluster keeps its data, none that changes a key."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def defragment(self, endpoint: str) -> None:
        """Have one member write its file anew. It answers nothing meanwhile."""
        await self._gateway.call_at(
            endpoint,
            "maintenance/defragment",
            DefragmentRequest(),
            Answer,
            deadline=_DEFRAGMENT_SECONDS,
        )

    async def serves(self, endpoint: str) -> None:
        """Return once one member reads its own data; it raises where it does not."""
        key = self._gateway.settings.prefix.encode() or EVERY_KEY
        request = RangeRequest(key=key, count_only=True, serializable=True)
        await self._gateway.call_at(endpoint, "kv/range", request, RangeResponse)

    async def move_leader(self, leader: str, target: str) -> None:
        """Have the member at the endpoint `leader`, which leads, hand over to member `target`."""
        await self._gateway.call_at(
            leader, "maintenance/transfer-leadership", MoveLeaderRequest(target=target), Answer
        )

    async def compact(self, endpoint: str, revision: int) -> bool:
        """Give up all history before `revision`, in the whole cluster; False when that was done
        before."""
        try:
            await self._gateway.call_at(
                endpoint,
                "kv/compaction",
                CompactionRequest(revision=revision, physical=True),
                Answer,
                deadline=_COMPACT_SECONDS,
            )
        except Compacted:
            return False
        return True

    async def disarm(self, endpoint: str, member: str) -> None:
        """Take back the alarm NOSPACE of one member; etcd raises it again where it still holds."""
        request = DisarmRequest(action="DEACTIVATE", member=member, alarm="NOSPACE")
        await self._gateway.call_at(endpoint, "maintenance/alarm", request, AlarmResponse)
