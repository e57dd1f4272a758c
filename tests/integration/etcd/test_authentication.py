"""A real etcd with its authentication on: each refusal is said as itself, none as a lost quorum."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.contract import FeedState, UpstreamDenied
from integrations.etcd.probe import probe
from integrations.etcd.snapshot import MemberCondition, quorum_sentence
from tests.contract.etcd.recording import until

pytestmark = pytest.mark.stack

ROOT = "--user=root:root-password"
PATIENCE = 90


@pytest.fixture
async def guarded(real):
    """A cluster in which `viewer` may read below /app/ and `writer` may only write there."""

    async def make(**options):
        cluster = await real(size=1, **options)
        await cluster.ctl("put", "/app/x", "1")
        for argv in (
            ("role", "add", "writes"),
            ("role", "grant-permission", "writes", "write", "/app/", "--prefix=true"),
            ("user", "add", "writer:writing"),
            ("user", "grant-role", "writer", "writes"),
        ):
            await cluster.ctl(*argv)
        await cluster.allow("viewer", "reading", "/app/")
        return cluster

    return make


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"username": "viewer", "password": "wrong"}, "sign-in failed: etcdserver: authentication"),
        ({"username": "nobody", "password": "reading"}, "sign-in failed: etcdserver: auth"),
        ({}, "sign-in failed: the cluster asks for a user and a password"),
    ],
    ids=["password", "user", "none"],
)
async def test_a_sign_in_that_fails_is_said_as_such(guarded, watch, user, words):
    cluster = await guarded()
    settings = cluster.settings(poll_interval=0.3, **user)
    connection, feeds = watch(settings)
    for feed in (feeds.members, feeds.keys, feeds.events):
        await until(lambda feed=feed: feed.now is FeedState.DENIED, PATIENCE)
        assert words in feed.states[-1][1]
    assert quorum_sentence(connection.state).startswith(words)
    quorum = next(signal for signal in connection.signals() if signal.id == "quorum")
    assert quorum.status == "unknown"
    assert not feeds.events.rows
    with pytest.raises(UpstreamDenied, match="sign-in failed"):
        await probe(settings)


async def test_a_user_with_a_prefix_is_told_which(guarded, watch):
    cluster = await guarded()
    settings = cluster.settings(username="viewer", password="reading")
    connection, feeds = watch(settings)
    await until(lambda: feeds.keys.now is FeedState.DENIED, PATIENCE)
    told = 'viewer may read "/app/" only: give one of them as the prefix of this connection'
    assert feeds.keys.states[-1] == (FeedState.DENIED, told)
    await until(lambda: feeds.members.now is FeedState.LIVE, PATIENCE)
    assert connection.state.has_quorum
    rights = {right.title: right for right in (await probe(settings)).rights}
    right = rights["read and watch the keys of the whole store"]
    assert (right.held, right.without) == (False, f"the keys stay empty; {told}")
    within = await probe(cluster.settings(username="viewer", password="reading", prefix="/app/"))
    assert all(right.held for right in within.rights)
    _, blind = watch(cluster.settings(username="writer", password="writing"))
    await until(lambda: blind.keys.now is FeedState.DENIED, PATIENCE)
    assert "writer may read no key" in blind.keys.states[-1][1]


async def test_a_password_that_changes_is_no_lost_quorum_and_heals(guarded, watch):
    cluster = await guarded()
    connection, feeds = watch(
        cluster.settings(username="viewer", password="reading", prefix="/app/", poll_interval=0.3)
    )
    await until(lambda: feeds.keys.now is FeedState.LIVE and feeds.members.rows, PATIENCE)
    await cluster.ctl("user", "delete", "viewer", ROOT)
    await until(lambda: feeds.members.now is FeedState.DENIED, PATIENCE)
    assert [m.condition for m in connection.state.members] == [MemberCondition.UNKNOWN]
    assert "QuorumLost" not in {event.reason for event in feeds.events.rows.values()}
    assert "MemberDown" not in {event.reason for event in feeds.events.rows.values()}
    assert "quorum lost" not in quorum_sentence(connection.state)
    await cluster.ctl("user", "add", "viewer:reading", ROOT)
    await cluster.ctl("user", "grant-role", "viewer", "reader", ROOT)
    await until(lambda: feeds.members.now is FeedState.LIVE, PATIENCE)


async def test_tokens_that_expire_or_are_older_than_the_roles_are_renewed(guarded, watch, tmp_path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = tmp_path / "jwt.key", tmp_path / "jwt.pub"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    token = f"--auth-token=jwt,pub-key={public},priv-key={private},sign-method=RS256,ttl=2s"
    cluster = await guarded(args=(token,))
    connection, feeds = watch(
        cluster.settings(username="viewer", password="reading", prefix="/app/", poll_interval=0.3)
    )
    await until(lambda: "/app/x" in feeds.keys.rows, PATIENCE)
    first = connection.client.gateway.current_token
    await until(lambda: connection.client.gateway.current_token not in {"", first}, PATIENCE)
    await cluster.ctl("role", "add", "later", ROOT)
    held, _ = await connection.client.value(b"/app/x")
    assert held.value == b"1"
    assert FeedState.DENIED not in {state for state, _ in feeds.members.states}


@pytest.mark.parametrize("user", [{}, {"username": "viewer", "password": "reading"}])
async def test_authentication_switched_on_and_off_under_a_connection(real, watch, user):
    cluster = await real(size=1)
    await cluster.ctl("put", "/app/x", "1")
    connection, feeds = watch(cluster.settings(prefix="/app/", poll_interval=0.3, **user))
    await until(lambda: feeds.members.now is FeedState.LIVE and feeds.keys.rows, PATIENCE)
    await cluster.allow("viewer", "reading", "/app/")
    if user:
        await until(lambda: connection.client.gateway.current_token, PATIENCE)
        assert FeedState.DENIED not in {state for state, _ in feeds.members.states}
    else:
        await until(lambda: feeds.members.now is FeedState.DENIED, PATIENCE)
        assert "asks for a user and a password" in feeds.members.states[-1][1]
        assert "quorum lost" not in quorum_sentence(connection.state)
    await cluster.ctl("auth", "disable", ROOT)
    await until(lambda: feeds.members.now is FeedState.LIVE, PATIENCE)
    polled = connection.state.at
    await until(lambda: connection.state.at > polled and connection.state.has_quorum, PATIENCE)
    assert "QuorumLost" not in {event.reason for event in feeds.events.rows.values()}


async def test_a_user_with_a_prefix_goes_on_after_the_watch_broke_and_its_token_is_gone(
    guarded, watch
):
    """etcd keeps its simple tokens in memory: a member that starts again knows none."""
    cluster = await guarded(args=("--auth-token-ttl=5",))
    _, feeds = watch(
        cluster.settings(username="viewer", password="reading", prefix="/app/", poll_interval=0.3)
    )
    await until(lambda: feeds.keys.now is FeedState.LIVE and feeds.members.rows, PATIENCE)
    await cluster.kill(0)
    await until(lambda: feeds.keys.now is FeedState.STALE, PATIENCE)
    await cluster.revive(0)
    await until(lambda: feeds.keys.now is FeedState.LIVE, PATIENCE)
    await cluster.ctl("put", "/app/later", "1", ROOT)
    await until(lambda: "/app/later" in feeds.keys.rows, PATIENCE)
    for feed in (feeds.keys, feeds.members):
        assert FeedState.DENIED not in {state for state, _ in feed.states}


async def test_a_prefix_that_is_not_the_users_is_refused_with_the_one_that_is(guarded, watch):
    cluster = await guarded()
    _, feeds = watch(cluster.settings(username="viewer", password="reading", prefix="/other/"))
    await until(lambda: feeds.keys.now is FeedState.DENIED, PATIENCE)
    assert feeds.keys.states[-1][1].startswith('viewer may read "/app/" only: give one of them')
    _, narrower = watch(cluster.settings(username="viewer", password="reading", prefix="/app/x"))
    await until(lambda: narrower.keys.now is FeedState.LIVE and narrower.keys.rows, PATIENCE)
