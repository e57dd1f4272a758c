"""A cluster as its members say it is at this moment: what is asked before it is acted on.

The poll's picture may be two seconds old and speaks of members that were; this one asks every
endpoint anew and takes nothing from before but which endpoint belonged to whom.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final

from integrations.contract import IntegrationError, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.models import Member, StatusResponse
from integrations.etcd.snapshot import ClusterState

__all__ = ["Look", "MemberLook", "look", "silent"]

_SECONDS: Final = 3.0
_NONE: Final = "0"


@dataclass(frozen=True, slots=True)
class MemberLook:
    """A member of the list. `endpoint` is empty where no endpoint of ours leads to it; `status` is
    None where it does not answer, and `failure` says why; `quota` is None where it is not known.
    `silent` is false where something does answer there, or our own connection is at fault."""

    id: str
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    learner: bool
    endpoint: str
    status: StatusResponse | None
    failure: str
    quota: int | None
    silent: bool = True

    @property
    def label(self) -> str:
        """Its name; as etcdctl writes its id where it has none (it never started)."""
        return self.name or self.hex

    @property
    def hex(self) -> str:
        """Its id as etcdctl writes it."""
        return f"{int(self.id):x}" if self.id.isdigit() else self.id

    @property
    def size(self) -> int:
        """Bytes of its file; 0 where it does not answer."""
        return self.status.db_size if self.status else 0

    @property
    def in_use(self) -> int:
        """Bytes of its file that hold something."""
        return self.status.db_size_in_use if self.status else 0

    @property
    def applied(self) -> int:
        """How far it has applied what the cluster decided."""
        return self.status.raft_applied_index if self.status else 0


@dataclass(frozen=True, slots=True)
class Look:
    """The whole cluster. `leader_id` is what the members that answer agree is the newest; empty:
    none."""

    cluster_id: str
    members: tuple[MemberLook, ...]
    leader_id: str
    revision: int

    @property
    def voters(self) -> tuple[MemberLook, ...]:
        """Those that count for the quorum."""
        return tuple(member for member in self.members if not member.learner)

    @property
    def learners(self) -> tuple[MemberLook, ...]:
        """Those that only follow."""
        return tuple(member for member in self.members if member.learner)

    @property
    def quorum(self) -> int:
        """Voters that must agree."""
        return len(self.voters) // 2 + 1

    @property
    def answering(self) -> int:
        """Voters that answer."""
        return sum(member.status is not None for member in self.voters)

    @property
    def leader(self) -> MemberLook | None:
        """The member that leads."""
        return self.find(self.leader_id)

    @property
    def alarms(self) -> frozenset[str]:
        """What the members that answer say is wrong: their alarms in etcd's own words."""
        return frozenset(
            text for member in self.members if member.status for text in member.status.errors
        )

    def find(self, member: str) -> MemberLook | None:
        """The member of this id."""
        return next((one for one in self.members if one.id == member), None)

    def lag(self, member: MemberLook) -> int:
        """How many entries it is behind the furthest."""
        ahead = max((one.status.raft_index for one in self.members if one.status), default=0)
        return max(0, ahead - member.applied)


async def look(client: EtcdClient, known: ClusterState | None) -> Look:
    """Ask every endpoint at once; `known` is the newest poll. Raises the last failure where none
    answers."""
    endpoints = client.gateway.endpoints
    found = await asyncio.gather(*(_ask(client, endpoint) for endpoint in endpoints))
    answers = dict(zip(endpoints, found, strict=True))
    alive = [one for one in found if isinstance(one, StatusResponse)]
    if not alive:
        raise next(one for one in found if isinstance(one, IntegrationError))
    ahead = max(alive, key=lambda status: status.raft_applied_index)
    best = next(url for url, one in answers.items() if one is ahead)
    listed = (await client.members(best)).members
    leads = max((s for s in alive if s.leader != _NONE), key=lambda s: s.raft_term, default=None)
    return Look(
        ahead.header.cluster_id,
        tuple(_member(member, answers, known) for member in listed),
        leads.leader if leads else "",
        max(status.header.revision for status in alive),
    )


def silent(error: IntegrationError) -> bool:
    """Whether nothing answered at all: not where we were refused, nor where it was the certificates
    or our own settings."""
    if not isinstance(error, UpstreamUnreachable):
        return False
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return False
        cause = cause.__cause__ or cause.__context__
    return True


async def _ask(client: EtcdClient, endpoint: str) -> StatusResponse | IntegrationError:
    try:
        return await client.status(endpoint, deadline=_SECONDS)
    except IntegrationError as error:
        return error


def _member(
    member: Member,
    answers: dict[str, StatusResponse | IntegrationError],
    known: ClusterState | None,
) -> MemberLook:
    before = next((one for one in known.members if one.id == member.ID), None) if known else None
    endpoint, status, failure = "", None, "no endpoint of this connection leads to it"
    unheard = True
    for url, answer in answers.items():
        if isinstance(answer, StatusResponse):
            if answer.header.member_id == member.ID:
                endpoint, status, failure = url, answer, ""
                break
        elif url in member.clientURLs or (before is not None and url == before.endpoint):
            endpoint, failure, unheard = url, answer.message, silent(answer)
    told = status.db_size_quota if status else 0
    return MemberLook(
        id=member.ID,
        name=member.name,
        peer_urls=member.peerURLs,
        client_urls=member.clientURLs,
        learner=member.isLearner,
        endpoint=endpoint,
        status=status,
        failure=failure,
        quota=told or (before.quota if before else None),
        silent=unheard,
    )
