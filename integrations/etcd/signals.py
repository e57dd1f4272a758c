"""Health signals: value, threshold, verdict and words (etcd's own mixin, reference §8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from integrations.etcd.consistency import Consistency
from integrations.etcd.metrics import WINDOW, History
from integrations.etcd.snapshot import (
    ClusterState,
    MemberCondition,
    MemberState,
    quorum_sentence,
    version_tuple,
)

Verdict = Literal["ok", "warning", "critical", "unknown"]
Unit = Literal["", "seconds", "percent", "bytes", "count"]

_MIB: Final = 1024 * 1024
FRAGMENTED_ABOVE: Final = 100 * _MIB
SECURITY_FLOOR: Final[dict[tuple[int, ...], tuple[int, ...]]] = {
    (3, 5): (3, 5, 33),
    (3, 6): (3, 6, 14),
    (3, 7): (3, 7, 1),
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One judged number. `member` is empty for the whole cluster; None means not known.
    `bound` says which way `threshold` limits; `at` (Unix seconds) is set where the judgement is
    not of now: when it was made, or since when a member is silent."""

    id: str
    title: str
    member: str
    value: float | None
    unit: Unit
    threshold: float | None
    status: Verdict
    words: str
    bound: Literal["most", "least"] = "most"
    at: float | None = None


def signals(
    state: ClusterState, history: Mapping[str, History], compared: Consistency | None = None
) -> list[Signal]:
    """Every signal of a cluster: first of the whole, then of each member. Of one that does not
    answer nothing is known, and since when."""
    found = [_quorum(state), _alarm(state), _consistency(state, compared), _version(state)]
    for member in state.members:
        told = list(_member(member, history.get(member.id, History())))
        if member.condition is MemberCondition.DOWN:
            told = [_silent(signal, member) for signal in told]
        if member.answers or member.condition is MemberCondition.DOWN:
            found += told
    return found


def health_sentence(state: ClusterState, found: Sequence[Signal]) -> str:
    """The quorum in words, and what else is not as it should be: a sentence that reassures
    beside a warning would be false."""
    wrong = [
        signal
        for signal in found
        if signal.status in {"warning", "critical"} and signal.id != "quorum"
    ]
    said = [quorum_sentence(state), *(_short(signal) for signal in wrong[:1])]
    said += [f"{len(wrong) - 1} more warnings" if len(wrong) > 2 else "1 more warning"] * (
        len(wrong) > 1
    )
    return "; ".join(said)


def _short(signal: Signal) -> str:
    where = f" on {signal.member}" if signal.member else ""
    if signal.value is None or signal.unit == "":
        return f"{signal.words}{where}"
    amount = {
        "seconds": f"{signal.value * 1000:.0f} ms",
        "percent": f"{signal.value:.0f} %",
    }.get(signal.unit, f"{signal.value:.0f}")
    return f"{signal.title}{where}: {amount}"


def _silent(signal: Signal, member: MemberState) -> Signal:
    at = member.seen or None
    words = "no answer since" if at else "has not answered yet"
    return replace(signal, value=None, status="unknown", words=words, at=at)


def _quorum(state: ClusterState) -> Signal:
    up = state.answering + state.unwatched
    status: Verdict = "ok" if up == len(state.voters) else "warning"
    if not state.has_quorum:
        status = "critical"
    if state.denied:
        return Signal(
            "quorum", "Members", "", None, "count", None, "unknown", quorum_sentence(state)
        )
    value, least = float(state.answering), float(state.quorum)
    words = quorum_sentence(state)
    return Signal("quorum", "Members", "", value, "count", least, status, words, bound="least")


def _alarm(state: ClusterState) -> Signal:
    raised = [f"{alarm} on {name}" for name, alarm in state.alarms]
    words = ", ".join(raised) if raised else "no alarm is raised"
    status: Verdict = "critical" if raised else "ok"
    return Signal("alarms", "Alarms", "", float(len(raised)), "count", 0.0, status, words)


def _consistency(state: ClusterState, compared: Consistency | None) -> Signal:
    """A comparison from before a member fell silent says nothing of now."""
    if compared is None:
        words = "the members have not been compared yet"
        return Signal("consistency", "Same data", "", None, "", None, "unknown", words)
    old = compared.status == "ok" and any(
        member.voter and member.condition is MemberCondition.DOWN for member in state.members
    )
    words = f"before a member stopped answering: {compared.words}" if old else compared.words
    status: Verdict = "unknown" if old else compared.status
    return Signal("consistency", "Same data", "", None, "", None, status, words, at=compared.at)


def _version(state: ClusterState) -> Signal:
    lowest = state.lowest_version
    if not lowest:
        return Signal("version", "Version", "", None, "", None, "unknown", "no version known yet")
    number = version_tuple(lowest)
    floor = SECURITY_FLOOR.get(number[:2])
    if floor and number < floor:
        fixed = ".".join(map(str, floor))
        words = f"{lowest} has published vulnerabilities: update to {fixed} or newer"
        return Signal("version", "Version", "", None, "", None, "warning", words)
    if number < (3, 5):
        words = f"{lowest} gets no security fixes: update to a supported release"
        return Signal("version", "Version", "", None, "", None, "warning", words)
    return Signal("version", "Version", "", None, "", None, "ok", f"lowest version {lowest}")


def _member(member: MemberState, past: History) -> Iterator[Signal]:
    name = member.name or member.id
    yield _space(member, name)
    yield _fragmentation(member, name)
    yield _forecast(member, name, past)
    for signal_id, title, family, warn, critical in _LATENCIES:
        yield _latency(
            name,
            past,
            signal_id=signal_id,
            title=title,
            family=family,
            warn=warn,
            critical=critical,
        )
    for signal_id, title, family, most in _COUNTS:
        yield _count(name, past, signal_id=signal_id, title=title, family=family, most=most)


def _space(member: MemberState, name: str) -> Signal:
    used = member.quota_used
    if used is None:
        return Signal(
            "space", "Quota used", name, None, "percent", 95.0, "unknown", "quota not known"
        )
    status: Verdict = "ok" if used <= 80 else "warning" if used <= 95 else "critical"
    words = f"{used:.1f} % of the quota is used"
    if status != "ok":
        words += "; compact and defragment before it is full, then writes stop"
    return Signal("space", "Quota used", name, used, "percent", 95.0, status, words)


def _fragmentation(member: MemberState, name: str) -> Signal:
    size, used = member.db_size, member.db_in_use
    if not size or used is None:
        return Signal(
            "fragmentation", "Space in use", name, None, "percent", 50.0, "unknown", "not known"
        )
    share = 100.0 * used / size
    loose = share < 50 and used > FRAGMENTED_ABOVE
    words = f"{share:.0f} % of the file is in use"
    if loose:
        words += "; defragment this member to give the rest back"
    status: Verdict = "warning" if loose else "ok"
    return Signal(
        "fragmentation", "Space in use", name, share, "percent", 50.0, status, words, bound="least"
    )


def _forecast(member: MemberState, name: str, past: History) -> Signal:
    growth = past.growth("etcd_mvcc_db_total_size_in_bytes")
    title, limit = "Full in", 4 * 3600.0
    if growth is None or not member.quota or member.db_size is None:
        words = "needs five minutes of history"
        return Signal("forecast", title, name, None, "seconds", limit, "unknown", words)
    if growth <= 0:
        return Signal("forecast", title, name, None, "seconds", limit, "ok", "not growing")
    left = max(0.0, (member.quota - member.db_size) / growth)
    status: Verdict = "warning" if left < limit else "ok"
    words = f"at the growth of the last minutes full in {left / 3600:.1f} h"
    return Signal("forecast", title, name, left, "seconds", limit, status, words)


_LATENCIES: Final = (
    ("fsync", "WAL fsync p99", "etcd_disk_wal_fsync_duration_seconds", 0.5, 1.0),
    ("commit", "Backend commit p99", "etcd_disk_backend_commit_duration_seconds", 0.25, None),
    ("peer_rtt", "Peer round trip p99", "etcd_network_peer_round_trip_time_seconds", 0.15, None),
)
_COUNTS: Final = (
    ("leader_changes", "Leader changes", "etcd_server_leader_changes_seen_total", 3.0),
    ("proposals_failed", "Failed proposals", "etcd_server_proposals_failed_total", 5.0),
    ("slow_applies", "Slow applies", "etcd_server_slow_apply_total", 50.0),
    ("slow_reads", "Slow reads", "etcd_server_slow_read_indexes_total", 5.0),
)


def _latency(
    name: str,
    past: History,
    *,
    signal_id: str,
    title: str,
    family: str,
    warn: float,
    critical: float | None,
) -> Signal:
    value = past.quantile(family, 0.99)
    if value is None:
        return Signal(signal_id, title, name, None, "seconds", warn, "unknown", "no samples yet")
    status: Verdict = "ok" if value <= warn else "warning"
    if critical is not None and value > critical:
        status = "critical"
    words = f"99 of 100 take at most {value * 1000:.1f} ms"
    if status != "ok":
        words += f"; more than {warn * 1000:.0f} ms means a slow disk or network"
    return Signal(signal_id, title, name, value, "seconds", warn, status, words)


def _count(
    name: str, past: History, *, signal_id: str, title: str, family: str, most: float
) -> Signal:
    value = past.increase(family)
    if value is None:
        return Signal(signal_id, title, name, None, "count", most, "unknown", "no history yet")
    minutes = max(1, round(min(past.span, WINDOW) / 60))
    status: Verdict = "ok" if value <= most else "warning"
    words = f"{value:.0f} in the last {minutes} min"
    return Signal(signal_id, title, name, value, "count", most, status, words)
