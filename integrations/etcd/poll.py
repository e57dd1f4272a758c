"""The members poller: one status per member every two seconds, metrics and health checks
every fifteen, a comparison of their data every ten minutes.

Alarms come from the status answers, because the alarm call is a raft proposal even for
reading. A member is reported with its last known numbers while it is down.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from integrations.contract import Feed, FeedState, IntegrationError, UpstreamDenied
from integrations.etcd import metrics
from integrations.etcd.checks import HealthChecks
from integrations.etcd.client import EtcdClient
from integrations.etcd.consistency import ConsistencyCheck
from integrations.etcd.models import Member, StatusResponse
from integrations.etcd.snapshot import (
    ClusterState,
    MemberCondition,
    MemberState,
    RaftRole,
    quorum_sentence,
)

_ALARM: Final = re.compile(r"memberID:(\d+)\s+alarm:(\w+)")
_NO_LEADER: Final = "0"

log = structlog.get_logger(__name__)
Listener = Callable[[ClusterState | None, ClusterState], None]


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """What one endpoint said: a status and how long it took, or the failure."""

    endpoint: str
    at: float
    status: StatusResponse | None = None
    latency: float = 0.0
    failure: str = ""
    denied: bool = False


class MemberPoller:
    """Keeps a `ClusterState` fresh and writes its members into a feed."""

    def __init__(
        self, client: EtcdClient, feed: Feed[MemberState], listener: Listener | None = None
    ) -> None:
        self._client = client
        self._settings = client.gateway.settings
        self._feed = feed
        self._listener = listener
        self._members: tuple[Member, ...] = ()
        self._owner: dict[str, str] = {}  # endpoint -> member id, as last answered
        self._reached = asyncio.Event()
        self.state: ClusterState | None = None
        self.history: dict[str, metrics.History] = {}
        self.checks = HealthChecks(client, lambda: self.state)
        self.consistency = ConsistencyCheck(client, lambda: self.state)

    async def run(self) -> None:
        """Poll until cancelled by the owner."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(self._settings.poll_interval, self.poll))
            await self._reached.wait()
            group.create_task(self._every(self._settings.metrics_interval, self.scrape))
            group.create_task(self._every(self._settings.metrics_interval, self.checks.check))
            group.create_task(self.consistency.run())

    async def poll(self) -> ClusterState:
        """Ask every endpoint once and publish the result."""
        answers = await asyncio.gather(*(self._ask(url) for url in self._settings.endpoints))
        await self._list_members(answers)
        before, self.state = self.state, self._assemble(answers)
        self._publish(self.state, answers)
        if self._listener is not None:
            self._listener(before, self.state)
        return self.state

    async def scrape(self) -> None:
        """Read the metrics of every member that answers; a failure leaves the old ones."""
        await asyncio.gather(*(self._scrape(url, owner) for url, owner in self._owner.items()))

    async def _every(self, seconds: float, step: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await step()  # type: ignore[misc]  # both steps are coroutine functions
            except IntegrationError as error:
                log.warning("etcd poll failed", upstream=error.upstream, error=error.message)
            await asyncio.sleep(max(0.1, seconds - (loop.time() - started)))

    async def _ask(self, endpoint: str) -> MemberAnswer:
        started = time.monotonic()
        patience = min(self._settings.deadline, max(1.0, self._settings.poll_interval))
        try:
            status = await self._client.status(endpoint, deadline=patience)
        except IntegrationError as error:
            denied = isinstance(error, UpstreamDenied)
            return MemberAnswer(endpoint, time.time(), failure=error.message, denied=denied)
        return MemberAnswer(endpoint, time.time(), status, time.monotonic() - started)

    async def _list_members(self, answers: list[MemberAnswer]) -> None:
        """Refresh the member list from the member that is furthest ahead."""
        alive = [a for a in answers if a.status is not None]
        if not alive:
            return
        best = max(alive, key=lambda a: a.status.raft_applied_index if a.status else 0)
        try:
            self._members = (await self._client.members(best.endpoint)).members
        except IntegrationError as error:
            log.info("etcd member list failed", upstream=error.upstream, error=error.message)

    def _assemble(self, answers: list[MemberAnswer]) -> ClusterState:
        by_member: dict[str, MemberAnswer] = {}
        for answer in answers:
            if answer.status is not None:
                self._owner[answer.endpoint] = answer.status.header.member_id
                self._reached.set()
            if owner := self._owner.get(answer.endpoint) or self._match(answer.endpoint):
                held = by_member.get(owner)
                if held is None or (held.status is None and answer.status is not None):
                    by_member[owner] = answer
        listed = self._members or tuple(Member(ID=owner) for owner in by_member)
        alive = [a.status for a in by_member.values() if a.status is not None]
        leader = max(
            (s for s in alive if s.leader != _NO_LEADER), key=lambda s: s.raft_term, default=None
        )
        ahead = max((s.raft_index for s in alive), default=0)
        known = {m.id: m for m in self.state.members} if self.state else {}
        alarms = {found for s in alive for text in s.errors for found in _ALARM.findall(text)}
        return ClusterState(
            cluster_id=alive[0].header.cluster_id if alive else "",
            members=tuple(
                self._member(m, by_member.get(m.ID), known.get(m.ID), ahead, alarms) for m in listed
            ),
            revision=max((s.header.revision for s in alive), default=self._last_revision()),
            at=time.time(),
            leader_id=leader.leader if leader else "",
            denied=_denied(answers),
        )

    def _match(self, endpoint: str) -> str:
        """The member that advertises exactly this endpoint, before it ever answered."""
        owners = (m.ID for m in self._members if endpoint in m.clientURLs)
        return next(owners, "")

    def _last_revision(self) -> int:
        return self.state.revision if self.state else 0

    def _publish(self, state: ClusterState, answers: list[MemberAnswer]) -> None:
        alive = [a for a in answers if a.status is not None]
        if alive:
            self._feed.begin()
        for member in state.members:
            self._feed.put(member.id, member)
        if alive:
            self._feed.commit()
            lost = not state.has_quorum
            self._feed.state(FeedState.LIVE, quorum_sentence(state) if lost else "")
        elif state.denied:
            self._feed.state(FeedState.DENIED, state.denied)
        else:
            self._feed.state(FeedState.STALE, f"no member answers: {answers[0].failure}")

    def _member(
        self,
        member: Member,
        answer: MemberAnswer | None,
        known: MemberState | None,
        ahead: int,
        alarms: set[tuple[str, str]],
    ) -> MemberState:
        base = replace(
            known
            or MemberState(member.ID, member.name, "", RaftRole.UNKNOWN, MemberCondition.UNKNOWN),
            name=member.name,
            peer_urls=member.peerURLs,
            client_urls=member.clientURLs,
            alarms=tuple(sorted(alarm for owner, alarm in alarms if owner == member.ID)),
            quota=self._quota(member.ID, answer),
        )
        if answer is None:
            reason = "no endpoint of this connection leads to it"
            return replace(base, condition=MemberCondition.UNKNOWN, reason=reason)
        if answer.status is None:
            return _silent(base, answer, member.isLearner)
        compared = self.consistency.result
        differs = compared is not None and member.ID in compared.differing
        failing = self.checks.failing(member.ID)
        return _answering(replace(base, differs=differs), answer, answer.status, ahead, failing)

    def _quota(self, member: str, answer: MemberAnswer | None) -> int | None:
        """From the status (3.6 and newer), else from the metrics."""
        if answer and answer.status and answer.status.db_size_quota:
            return answer.status.db_size_quota
        history = self.history.get(member)
        quota = history.value("etcd_server_quota_backend_bytes") if history else None
        return int(quota) if quota else None

    async def _scrape(self, endpoint: str, owner: str) -> None:
        try:
            text = await self._client.metrics(endpoint)
            scrape = metrics.parse(text, time.time())
        except IntegrationError as error:
            log.debug("etcd metrics failed", upstream=error.upstream, error=error.message)
            return
        except ValueError as error:  # what prometheus_client raises on a bad exposition
            log.warning("etcd metrics unreadable", endpoint=endpoint, error=str(error))
            return
        self.history.setdefault(owner, metrics.History()).add(scrape)


def _denied(answers: list[MemberAnswer]) -> str:
    """Why we are refused, where none tells anything and one refuses us."""
    if any(answer.status is not None for answer in answers):
        return ""
    return next((answer.failure for answer in answers if answer.denied), "")


def _silent(base: MemberState, answer: MemberAnswer, is_learner: bool) -> MemberState:
    return replace(
        base,
        endpoint=answer.endpoint,
        role=RaftRole.LEARNER if is_learner else RaftRole.UNKNOWN,
        # A member that refuses us answers: it is not down.
        condition=MemberCondition.UNKNOWN if answer.denied else MemberCondition.DOWN,
        reason=f"{answer.endpoint}: {answer.failure}",
        latency=None,
        raft_lag=None,
    )


def _answering(
    base: MemberState,
    answer: MemberAnswer,
    status: StatusResponse,
    ahead: int,
    failing: tuple[str, ...],
) -> MemberState:
    reasons = [f"alarm {alarm}" for alarm in base.alarms]
    if status.leader == _NO_LEADER:
        reasons.append("sees no leader")
    if base.differs:
        reasons.append("its data differs from that of the other members")
    reasons += failing
    follower = RaftRole.LEARNER if status.is_learner else RaftRole.FOLLOWER
    return replace(
        base,
        endpoint=answer.endpoint,
        role=RaftRole.LEADER if status.leader == base.id else follower,
        condition=MemberCondition.UNHEALTHY if reasons else MemberCondition.HEALTHY,
        reason=", ".join(reasons),
        version=status.version,
        db_size=status.db_size,
        db_in_use=status.db_size_in_use,
        raft_term=status.raft_term,
        raft_index=status.raft_index,
        raft_lag=max(0, ahead - status.raft_applied_index),
        latency=answer.latency,
        seen=answer.at,
    )
