from dataclasses import replace

import pytest

from integrations.etcd.changes import changes
from integrations.etcd.metrics import History, parse
from integrations.etcd.signals import signals
from integrations.etcd.snapshot import (
    ClusterState,
    MemberCondition,
    MemberState,
    RaftRole,
    quorum_sentence,
    version_tuple,
)

UP, DOWN, UNKNOWN = MemberCondition.HEALTHY, MemberCondition.DOWN, MemberCondition.UNKNOWN


def cluster(
    *conditions: MemberCondition, leader: int | None = 0, learner: bool = False
) -> ClusterState:
    members = []
    for n, condition in enumerate(conditions):
        role = RaftRole.UNKNOWN
        if condition is UP:
            role = RaftRole.LEADER if n == leader else RaftRole.FOLLOWER
        members.append(MemberState(str(n + 1), f"m{n + 1}", f"e{n}", role, condition))
    if learner:
        members.append(MemberState("9", "m9", "e9", RaftRole.LEARNER, UP))
    leader_id = "" if leader is None else str(leader + 1)
    return ClusterState("c", tuple(members), 10, 100.0, leader_id)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (cluster(UP, UP, UP), "3 of 3 members, tolerates 1 failure"),
        (cluster(UP, UP, UP, learner=True), "3 of 3 members, tolerates 1 failure"),
        (cluster(UP, UP, UP, UP, UP), "5 of 5 members, tolerates 2 failures"),
        (cluster(UP, UP, UP, UP, DOWN), "4 of 5 members, tolerates 1 more failure"),
        (cluster(UP, UP, DOWN), "2 of 3 members, tolerates no more failures"),
        (cluster(UP), "1 of 1 member, tolerates no failures"),
        (
            cluster(UP, DOWN, DOWN, leader=None),
            "quorum lost: 1 of 3 members answers; reads may be old, writes fail",
        ),
        (
            cluster(UP, DOWN, DOWN, leader=0),  # the old leader does not know it yet
            "quorum lost: 1 of 3 members answers; reads may be old, writes fail",
        ),
        (
            cluster(UP, UP, UP, leader=None),
            "no leader: 3 of 3 members answer but none leads; reads may be old, writes fail",
        ),
        (
            cluster(DOWN, DOWN, DOWN, leader=None),
            "unreachable: none of 3 members answers; what is shown is old",
        ),
        (
            cluster(UP, UNKNOWN, UNKNOWN, leader=2),
            "1 of 3 members answers, 2 without an endpoint here; a leader is known",
        ),
        (ClusterState("c", (), 0, 0.0), "no member is known yet"),
    ],
)
def test_the_quorum_sentence(state, sentence):
    assert quorum_sentence(state) == sentence


def told(before, after) -> list[str]:
    return [event.reason for event in changes(before, after)]


def test_changes_become_events():
    healthy = cluster(UP, UP, UP)
    assert told(None, healthy) == []
    assert told(None, cluster(UP, DOWN, UP)) == ["MemberDown"]
    assert told(healthy, healthy) == []
    assert told(healthy, cluster(UP, UP, UP, leader=1)) == ["LeaderChanged"]
    assert told(healthy, cluster(UP, DOWN, UP)) == ["MemberDown"]
    assert told(cluster(UP, DOWN, UP), healthy) == ["MemberUp"]
    lost = cluster(UP, DOWN, DOWN, leader=None)
    assert told(healthy, lost) == ["QuorumLost", "MemberDown", "MemberDown"]
    assert told(lost, healthy)[:2] == ["QuorumRegained", "LeaderChanged"]
    assert told(healthy, cluster(UP, UP)) == ["MemberRemoved"]
    assert told(cluster(UP, UP), healthy) == ["MemberAdded"]
    full = replace(healthy.members[0], alarms=("NOSPACE",))
    raised = replace(healthy, members=(full, *healthy.members[1:]))
    assert told(healthy, raised) == ["AlarmRaised"]
    assert told(raised, healthy) == ["AlarmCleared"]
    newer = replace(healthy.members[0], version="3.7.3")
    older = replace(healthy.members[0], version="3.7.2")
    with_old = replace(healthy, members=(older, *healthy.members[1:]))
    assert told(with_old, replace(healthy, members=(newer, *healthy.members[1:]))) == [
        "VersionChanged"
    ]


def test_version_words():
    assert version_tuple("3.5.33-rc.1") == (3, 5, 33)
    for version, status in (("3.5.32", "warning"), ("3.7.3", "ok"), ("3.4.45", "warning")):
        member = replace(cluster(UP).members[0], version=version)
        found = {s.id: s for s in signals(ClusterState("c", (member,), 1, 0.0, "1"), {})}
        assert found["version"].status == status


EXPOSITION = b"""# HELP etcd_server_has_leader x
# TYPE etcd_server_has_leader gauge
etcd_server_has_leader 1
etcd_server_has_leader_other 5
# TYPE etcd_disk_wal_fsync_duration_seconds histogram
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} %d
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.002"} %d
etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} %d
etcd_disk_wal_fsync_duration_seconds_sum 4
etcd_server_leader_changes_seen_total %d
go_goroutines 12
process_start_time_seconds %d
"""


def test_metrics_are_reduced_and_compared_over_time():
    first = parse(EXPOSITION % (100, 100, 100, 3, 1), 0.0)
    assert first.values["etcd_server_has_leader"] == 1
    assert "go_goroutines" not in first.values
    assert "etcd_server_has_leader_other" not in first.values
    history = History()
    fsync = "etcd_disk_wal_fsync_duration_seconds"
    assert history.quantile(fsync, 0.99) is None
    history.add(first)
    assert history.quantile(fsync, 0.5) == pytest.approx(0.0005)
    history.add(parse(EXPOSITION % (100, 200, 200, 5, 1), 60.0))
    assert history.quantile(fsync, 0.5) == pytest.approx(0.0015)  # only what came since
    assert history.increase("etcd_server_leader_changes_seen_total") == 2
    assert history.growth("etcd_server_has_leader") is None
    history.add(parse(EXPOSITION % (1, 1, 1, 0, 2), 120.0))  # the member was restarted
    assert history.span == 0
