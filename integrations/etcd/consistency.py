"""Whether the members hold the same data: one hash of all keys at one revision from each.

Hashing walks a member's whole key space and holds up its commits meanwhile, so members are
asked seldom, one after another, the leader last. Rules of etcd's own corruption check: hashes
are comparable only at the same compaction, and a difference counts when it is seen twice. The
revision is the lowest any member has: asking for the leader's would let a member that lost
entries pass as merely late (etcd-io/etcd#13766).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import structlog

from integrations.contract import IntegrationError, NotFound, UpstreamDenied
from integrations.etcd.client import EtcdClient
from integrations.etcd.errors import Compacted
from integrations.etcd.snapshot import ClusterState, MemberState, RaftRole

__all__ = ["Consistency", "ConsistencyCheck"]

_FIRST_AFTER: Final = 30.0
_PAUSE: Final = 1.0
_LEAST_GAP: Final = 60.0
_MAX_SHARE: Final = 0.01
"""Of the time, at most, a cluster spends being compared."""
_COMPACTED: Final = "the revision was compacted while it was compared"
_COMPACTING: Final = "a compaction was under way while it was compared"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Consistency:
    """What a comparison found, at Unix seconds `at`. `differing` are ids of members whose data
    is not that of the majority, or of all when there is no majority."""

    at: float
    status: Literal["ok", "critical", "unknown"]
    words: str
    differing: frozenset[str] = frozenset()


class ConsistencyCheck:
    """Compares the members of one cluster in the background and on demand."""

    def __init__(self, client: EtcdClient, state: Callable[[], ClusterState | None]) -> None:
        self._client = client
        self._state = state
        self._one_at_a_time = asyncio.Lock()
        self._took = 0.0
        self.result: Consistency | None = None

    async def run(self) -> None:
        """Compare until cancelled, every `consistency_interval`; less often if it takes long."""
        interval = self._client.gateway.settings.consistency_interval
        await asyncio.sleep(min(_FIRST_AFTER, interval))
        while True:
            await self.check()
            await asyncio.sleep(max(interval, self._took / _MAX_SHARE))

    async def check(self) -> Consistency:
        """Compare now; a result younger than a minute is given as it is."""
        async with self._one_at_a_time:
            if self.result is None or time.time() - self.result.at >= _LEAST_GAP:
                started = time.monotonic()
                self.result = self._learnt(await self._twice())
                self._took = time.monotonic() - started
            return self.result

    def _learnt(self, found: Consistency) -> Consistency:
        """A difference stands until the members are seen to agree: not knowing is no cure."""
        if found.status == "critical":
            log.error("etcd members differ", upstream=self._client.upstream, found=found.words)
        if found.status == "unknown" and self.result and self.result.status == "critical":
            return replace(self.result, at=found.at)
        return found

    async def _twice(self) -> Consistency:
        """Again at a newer revision when they differ or a compaction came between."""
        found = await self._compare()
        if found.status != "critical" and found.words not in {_COMPACTED, _COMPACTING}:
            return found
        await asyncio.sleep(_PAUSE)
        return await self._compare()

    async def _compare(self) -> Consistency:
        state = self._state()
        asked = [m for m in state.members if m.answers and m.voter] if state else []
        if state is None or len(asked) < 2:
            return _unknown("nothing to compare with: needs two members that answer")
        asked.sort(key=lambda member: (member.role is RaftRole.LEADER, member.name))
        try:
            revision = await self._lowest_revision(asked)
            hashes = [await self._client.hash(m.endpoint, revision) for m in asked]
        except IntegrationError as error:
            return _unknown(_why_not(error))
        if len({found.compact_revision for found in hashes}) > 1:
            return _unknown(_COMPACTING)
        by_member = {m.id: found.hash for m, found in zip(asked, hashes, strict=True)}
        return _judged(asked, by_member, revision, len(state.voters))

    async def _lowest_revision(self, asked: list[MemberState]) -> int:
        statuses = await asyncio.gather(*(self._client.status(m.endpoint) for m in asked))
        return min(status.header.revision for status in statuses)


def _judged(
    asked: list[MemberState], hashes: dict[str, int], revision: int, voters: int
) -> Consistency:
    [(common, holders), *_] = Counter(hashes.values()).most_common(1)
    if holders == len(asked):
        rest = "" if holders == voters else f" (of {voters})"
        words = f"{holders} members{rest} hold the same data at revision {revision}"
        return Consistency(time.time(), "ok", words)
    if holders * 2 <= len(asked):
        words = (
            f"the members hold different data at revision {revision} and none has a majority: "
            "save a snapshot of each before anything else"
        )
        return Consistency(time.time(), "critical", words, frozenset(hashes))
    wrong = [m for m in asked if hashes[m.id] != common]
    names = ", ".join(sorted(m.name or m.id for m in wrong))
    words = (
        f"{names} holds other data than the other members at revision {revision}: "
        "save a snapshot of a good member, then remove and add it again"
    )
    return Consistency(time.time(), "critical", words, frozenset(m.id for m in wrong))


def _why_not(error: IntegrationError) -> str:
    if isinstance(error, UpstreamDenied):
        return "not permitted: comparing members needs etcd's root role"
    if isinstance(error, NotFound):
        return "a member is too old to be compared: needs etcd 3.5.10 or newer"
    if isinstance(error, Compacted):
        return _COMPACTED
    return f"could not be compared: {error.message}"


def _unknown(words: str) -> Consistency:
    return Consistency(time.time(), "unknown", words)
