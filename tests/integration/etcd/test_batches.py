"""Batches of guarded writes to a real etcd: raced, and with answers that get lost."""

from __future__ import annotations

import httpx2
import pytest

from integrations.contract import UpstreamUnreachable
from integrations.etcd.batches import BatchWriter, Put
from integrations.etcd.client import EtcdClient
from integrations.etcd.transport import Gateway, network
from integrations.etcd.writing import ABSENT
from tests.integration.etcd.test_writing import Losing

pytestmark = pytest.mark.stack


class LosingWrites(Losing):
    """Loses the answers of transactions that write; those that read are let through."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if b"request_put" in request.content:
            return await super().handle_async_request(request)
        return await self._inner.handle_async_request(request)


@pytest.fixture
async def losing(real):
    cluster = await real(size=1)
    settings = cluster.settings()
    line = LosingWrites(network(settings))
    gateway = Gateway(settings, line)
    yield BatchWriter(EtcdClient(gateway)), line
    await gateway.aclose()


def new(*names: bytes, value: bytes = b"1", expected: int = ABSENT) -> list[Put]:
    return [Put(name, value, expected) for name in names]


async def test_those_that_are_not_as_expected_are_left_and_the_others_written_together(losing):
    writer, line = losing
    first = await writer.put(new(b"/a", b"/b"))
    assert set(first.made) == {b"/a", b"/b"}
    assert len(set(first.made.values())) == 1, "one transaction is one revision"
    seen = first.made[b"/a"]
    mixed = [
        *new(b"/a", b"/b", value=b"2", expected=seen),
        *new(b"/b2", value=b"2", expected=seen),
        *new(b"/c", value=b"2"),
        *new(b"/a2", value=b"2", expected=seen - 1),
    ]
    line.sent = 0
    done = await writer.put(mixed)
    assert set(done.made) == {b"/a", b"/b", b"/c"}
    assert done.changed == {b"/b2", b"/a2"}
    assert line.sent == 2
    assert (await writer.put(new(b"/a", b"/c"))).changed == {b"/a", b"/c"}
    held, revision = await writer.read([b"/a", b"/none"])
    assert (held[b"/a"].value, set(held)) == (b"2", {b"/a"})
    before, at = await writer.read([b"/a"], revision=seen)
    assert (before[b"/a"].value, at < revision) == (b"1", True)


async def test_a_batch_whose_answer_is_lost_is_found_made_or_said_to_be_unknown(losing):
    writer, line = losing
    line.loses = True
    made = await writer.put(new(b"/a", b"/b"))
    assert (set(made.made), made.asked, line.sent) == ({b"/a", b"/b"}, True, 1)
    line.after = False
    with pytest.raises(UpstreamUnreachable):
        await writer.put(new(b"/a", b"/b", value=b"2", expected=made.made[b"/a"]))
    held, _ = await writer.read([b"/a"])
    assert held[b"/a"].value == b"1"
    assert "value" not in repr(new(b"/a")), "what is written is in no log"
