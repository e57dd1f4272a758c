"""What the poller knows of a cluster at one moment, and the sentence that sums it up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RaftRole(StrEnum):
    """A member's part in the cluster; UNKNOWN while it does not answer."""

    LEADER = "leader"
    FOLLOWER = "follower"
    LEARNER = "learner"
    UNKNOWN = "unknown"


class MemberCondition(StrEnum):
    """How a member is."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"  # answers, and says that something is wrong
    DOWN = "down"  # does not answer
    UNKNOWN = "unknown"  # no endpoint of ours leads to it, or it refuses us


@dataclass(frozen=True, slots=True)
class MemberState:
    """One member. Sizes in bytes, latency in seconds; None means not known.

    `db_size`, `db_in_use`, `quota`, `version` and `raft_index` keep their last known value
    while the member is down, `seen` says from when (Unix seconds).
    """

    id: str
    name: str
    endpoint: str
    role: RaftRole
    condition: MemberCondition
    reason: str = ""
    version: str = ""
    db_size: int | None = None
    db_in_use: int | None = None
    quota: int | None = None
    raft_term: int | None = None
    raft_index: int | None = None
    raft_lag: int | None = None
    latency: float | None = None
    alarms: tuple[str, ...] = ()
    seen: float = 0.0
    peer_urls: tuple[str, ...] = ()
    client_urls: tuple[str, ...] = ()
    differs: bool = False
    """Its data was not that of the other members when they were last compared."""

    @property
    def quota_used(self) -> float | None:
        """Database size as a share of the quota, in percent."""
        if self.db_size is None or not self.quota:
            return None
        return 100.0 * self.db_size / self.quota

    @property
    def voter(self) -> bool:
        """Counts for the quorum."""
        return self.role is not RaftRole.LEARNER

    @property
    def answers(self) -> bool:
        """Answered the last poll."""
        return self.condition in {MemberCondition.HEALTHY, MemberCondition.UNHEALTHY}


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The whole cluster at one poll. `revision` is the newest any member told; `leader_id`
    is what the answering members say (empty: none), even if we cannot reach that one. `denied`
    is why all that answer refuse us: then nothing is known of the quorum."""

    cluster_id: str
    members: tuple[MemberState, ...]
    revision: int
    at: float
    leader_id: str = ""
    denied: str = ""

    @property
    def voters(self) -> tuple[MemberState, ...]:
        """Members that count for the quorum."""
        return tuple(member for member in self.members if member.voter)

    @property
    def answering(self) -> int:
        """Voters that answered."""
        return sum(member.answers for member in self.voters)

    @property
    def unwatched(self) -> int:
        """Voters that no endpoint of ours leads to: neither up nor down for us."""
        return sum(member.condition is MemberCondition.UNKNOWN for member in self.voters)

    @property
    def quorum(self) -> int:
        """Voters needed to elect and to commit."""
        return len(self.voters) // 2 + 1

    @property
    def leader(self) -> MemberState | None:
        """The member that leads, None without one."""
        return next((m for m in self.members if self.leader_id and m.id == self.leader_id), None)

    @property
    def has_quorum(self) -> bool:
        """A leader is known, and no more voters are down than the cluster tolerates. One that
        refuses us is not taken for lost."""
        return bool(self.denied) or (
            bool(self.leader_id) and self.answering + self.unwatched >= self.quorum
        )

    @property
    def alarms(self) -> tuple[tuple[str, str], ...]:
        """Raised alarms as (member name, alarm), each once."""
        return tuple(sorted({(m.name or m.id, alarm) for m in self.members for alarm in m.alarms}))

    @property
    def lowest_version(self) -> str:
        """The lowest version any member runs: what features are gated on."""
        known = [m.version for m in self.members if m.version]
        return min(known, key=version_tuple) if known else ""


def version_tuple(text: str) -> tuple[int, ...]:
    """``3.5.33`` → (3, 5, 33); a suffix such as ``-rc.1`` is left out."""
    parts = text.split("-", 1)[0].split(".")
    return tuple(int(part) if part.isdigit() else 0 for part in parts)


def quorum_sentence(state: ClusterState) -> str:
    """Whether the store is safe, in one line for the top of the page."""
    if state.denied:
        return f"{state.denied}; how the members are is not known"
    return _counted(state)


def _counted(state: ClusterState) -> str:
    total, answering = len(state.voters), state.answering
    if not total:
        return "no member is known yet"
    if answering == 0:
        return f"unreachable: none of {total} members answers; what is shown is old"
    counted = f"{answering} of {total} {_plural(total, 'member')}"
    answer = "answers" if answering == 1 else "answer"
    if answering + state.unwatched < state.quorum:
        return f"quorum lost: {counted} {answer}; reads may be old, writes fail"
    if not state.leader_id:
        return f"no leader: {counted} {answer} but none leads; reads may be old, writes fail"
    if state.unwatched:
        return f"{counted} {answer}, {state.unwatched} without an endpoint here; a leader is known"
    spare = answering - state.quorum
    more = "more " if answering < total else ""
    return f"{counted}, tolerates {spare or 'no'} {more}{_plural(spare, 'failure')}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
