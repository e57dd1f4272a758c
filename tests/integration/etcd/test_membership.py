"""What a real cluster refuses when its members are changed, and in which words that is told."""

import pytest

from integrations.contract import NotFound, UpstreamDenied, UpstreamRefused
from integrations.etcd.backup import snapshot
from integrations.etcd.client import EtcdClient
from integrations.etcd.membership import Membership, NotInSync
from integrations.etcd.transport import Gateway
from integrations.etcd.upkeep import Upkeep

pytestmark = pytest.mark.stack


async def test_refusals_say_what_to_do(real):
    cluster = await real(size=1)
    (endpoint,) = cluster.endpoints
    gateway = Gateway(cluster.settings())
    client, membership = EtcdClient(gateway), Membership(gateway)
    try:
        (first,) = (await client.members()).members
        with pytest.raises(UpstreamRefused, match="another member has this peer URL"):
            await membership.add_learner(endpoint, first.peerURLs)
        added = await membership.add_learner(endpoint, ("http://127.0.0.1:1",))
        with pytest.raises(UpstreamRefused, match="there is a learner already"):
            await membership.add_learner(endpoint, ("http://127.0.0.1:2",))
        with pytest.raises(UpstreamRefused, match="it is no learner"):
            await membership.promote(endpoint, first.ID)
        with pytest.raises(NotInSync, match="has not caught up"):
            await membership.promote(endpoint, added.ID)
        await membership.remove(endpoint, added.ID)
        with pytest.raises(NotFound):
            await membership.remove(endpoint, added.ID)
    finally:
        await gateway.aclose()


async def test_only_the_leader_can_hand_over_and_compacting_twice_is_once(real):
    cluster = await real()
    gateway = Gateway(cluster.settings())
    try:
        upkeep, leader = Upkeep(gateway), await cluster.leader()
        members = (await EtcdClient(gateway).members()).members
        others = [n for n in range(3) if n != leader]
        target = next(one for one in members if one.name == f"m{others[0] + 1}")
        with pytest.raises(UpstreamRefused):
            await upkeep.move_leader(cluster.endpoints[others[0]], target.ID)
        await upkeep.move_leader(cluster.endpoints[leader], target.ID)
        assert await cluster.leader() == others[0]
        for number in range(3):
            await cluster.put(b"/k", b"%d" % number)
        newest = (await EtcdClient(gateway).position()).revision
        assert await upkeep.compact(cluster.endpoints[0], newest)
        assert not await upkeep.compact(cluster.endpoints[0], newest)
    finally:
        await gateway.aclose()


async def test_a_snapshot_needs_etcds_root(real):
    cluster = await real(size=1)
    await cluster.allow("viewer", "reading", "/app/")
    gateway = Gateway(cluster.settings(username="viewer", password="reading"))
    try:
        with pytest.raises(UpstreamDenied):
            async with snapshot(gateway, cluster.endpoints[0]):
                pass
    finally:
        await gateway.aclose()
