"""What the console says and does when real members die, hang, fill up or ask for a password."""

import asyncio
import signal

import pytest

from integrations.contract import FeedState, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.errors import NoLeader
from integrations.etcd.snapshot import MemberCondition, quorum_sentence
from tests.contract.etcd.recording import SOON, until

pytestmark = pytest.mark.stack


def reasons(feeds) -> list[str]:
    return [event.reason for event in feeds.events.rows.values()]


async def settled(connection, feeds) -> None:
    await until(lambda: feeds.keys.now is FeedState.LIVE and connection.state is not None)
    await until(lambda: connection.state.answering == len(connection.state.voters))


async def test_a_put_by_etcdctl_shows_within_a_second(real, watch):
    cluster = await real()
    connection, feeds = watch(cluster.settings())
    await settled(connection, feeds)
    for n in range(5):
        await cluster.put(b"/live/%d" % n, b"x")
        await until(lambda n=n: f"/live/{n}" in feeds.keys.rows, SOON)


async def test_the_leader_dies_and_the_stream_goes_on(real, watch):
    cluster = await real()
    connection, feeds = watch(cluster.settings(poll_interval=0.5))
    await settled(connection, feeds)
    writing = True

    async def write() -> int:
        count = 0
        while writing:
            try:
                await cluster.put(b"/w/%d" % count, b"x")
                count += 1
            except (RuntimeError, TimeoutError):
                await asyncio.sleep(0.1)
        return count

    writer = asyncio.create_task(write())
    await until(lambda: "/w/0" in feeds.keys.rows)
    await cluster.kill(await cluster.leader())
    await until(lambda: "LeaderChanged" in reasons(feeds))
    await asyncio.sleep(0.5)
    writing = False
    count = await writer
    await until(lambda: f"/w/{count - 1}" in feeds.keys.rows)
    assert sum(key.startswith("/w/") for key in feeds.keys.rows) >= count
    await until(lambda: "MemberDown" in reasons(feeds))
    said = "2 of 3 members, tolerates no more failures"
    await until(lambda: quorum_sentence(connection.state) == said)


async def test_a_lost_quorum_is_said_as_such_and_heals(real, watch):
    cluster = await real()
    connection, feeds = watch(cluster.settings(poll_interval=0.5))
    await settled(connection, feeds)
    await cluster.put(b"/before", b"1")
    await cluster.kill(0)
    await cluster.kill(1)
    await until(lambda: "QuorumLost" in reasons(feeds))
    expected = "quorum lost: 1 of 3 members answers; reads may be old, writes fail"
    await until(lambda: quorum_sentence(connection.state) == expected)
    await until(lambda: feeds.keys.now is FeedState.STALE)
    await until(lambda: feeds.members.states[-1] == (FeedState.LIVE, expected))
    held, _ = await connection.client.value(b"/before")  # serializable reads still answer
    assert held.value == b"1"
    with pytest.raises((NoLeader, UpstreamFailed, UpstreamUnreachable)):
        await connection.client.value(b"/before", fresh=True)
    assert "/before" in feeds.keys.rows
    await cluster.revive(0)
    await cluster.revive(1)
    await until(lambda: "QuorumRegained" in reasons(feeds))
    await until(lambda: feeds.keys.now is FeedState.LIVE)
    await cluster.put(b"/after", b"1")
    await until(lambda: "/after" in feeds.keys.rows, SOON)


async def test_a_frozen_member_is_left(real, watch):
    cluster = await real()
    connection, feeds = watch(cluster.settings(poll_interval=0.5))
    await settled(connection, feeds)
    await until(lambda: connection.stats.endpoint)
    number = connection.settings.endpoints.index(connection.stats.endpoint)
    process = cluster._processes[number]
    process.send_signal(signal.SIGSTOP)
    try:
        await until(
            lambda: (
                connection.stats.endpoint
                and connection.stats.endpoint != connection.settings.endpoints[number]
            )
        )
        others = (
            f"--endpoints={','.join(e for n, e in enumerate(cluster.endpoints) if n != number)}"
        )
        await cluster.ctl("put", "/moved", "1", others)
        await until(lambda: "/moved" in feeds.keys.rows)
    finally:
        process.send_signal(signal.SIGCONT)


async def fill(cluster) -> None:
    for n in range(400):
        await cluster.put(b"/fill/%d" % n, b"x" * 100_000)


async def test_a_full_database_raises_the_alarm(real, watch):
    cluster = await real(size=1, args=("--quota-backend-bytes=2000000",))
    connection, feeds = watch(cluster.settings(poll_interval=0.3))
    await settled(connection, feeds)
    with pytest.raises(RuntimeError, match="database space exceeded"):
        await fill(cluster)
    await until(lambda: "AlarmRaised" in reasons(feeds))
    assert connection.state.alarms == (("m1", "NOSPACE"),)
    assert connection.state.members[0].condition is MemberCondition.UNHEALTHY
    by_id = {signal.id: signal for signal in connection.signals()}
    assert by_id["alarms"].status == "critical"
    assert (await connection.client.alarms()).alarms[0].alarm == "NOSPACE"


async def test_user_and_password_renewal_and_recovery(real, watch):
    cluster = await real(args=("--auth-token-ttl=2",))
    for argv in (
        ("user", "add", "root:secret"),
        ("user", "grant-role", "root", "root"),
        ("role", "add", "reader"),
        ("role", "grant-permission", "reader", "--prefix=true", "read", "/app/"),
        ("user", "add", "viewer:reading"),
        ("user", "grant-role", "viewer", "reader"),
        ("put", "/app/x", "1"),
        ("auth", "enable"),
    ):
        await cluster.ctl(*argv)
    root = "--user=root:secret"
    connection, feeds = watch(
        cluster.settings(username="viewer", password="reading", prefix="/app/")
    )
    await until(lambda: feeds.keys.now is FeedState.LIVE)
    await asyncio.sleep(6)  # longer than a token lives unused
    await cluster.ctl("put", "/app/y", "2", root)
    await until(lambda: "/app/y" in feeds.keys.rows, SOON)
    held, _ = await connection.client.value(b"/app/y")
    assert held.value == b"2"
    refused, denied = watch(cluster.settings(username="viewer", password="reading"))
    await until(lambda: denied.keys.now is FeedState.DENIED)
    wrong, unknown = watch(cluster.settings(username="viewer", password="wrong"))
    await until(lambda: unknown.keys.now is FeedState.DENIED)
    assert "reading" not in str(unknown.keys.states)
    assert refused.name == wrong.name
