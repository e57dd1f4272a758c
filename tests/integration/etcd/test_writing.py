"""Guarded writes to a real etcd whose answers get lost."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from integrations.contract import UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.transport import Gateway, network
from integrations.etcd.txn import TxnRequest
from integrations.etcd.writing import ABSENT, EtcdWriter

pytestmark = pytest.mark.stack


class Losing(httpx2.AsyncBaseTransport):
    """Everything arrives, but of the next transaction no answer comes back: it was made where
    `after`, else it never arrived."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.loses = False
        self.after = True
        self.sent = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("kv/txn"):
            return await self._inner.handle_async_request(request)
        self.sent += 1
        if self.loses and not self.after:
            raise httpx2.ReadError("the line broke")
        answer = await self._inner.handle_async_request(request)
        if self.loses:
            await answer.aread()
            raise httpx2.ReadError("the line broke")
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture
async def losing(real):
    """A writer on a cluster of three, and what loses its answers."""
    cluster = await real()
    settings = cluster.settings()
    line = Losing(network(settings))
    gateway = Gateway(settings, line)
    yield cluster, EtcdWriter(EtcdClient(gateway)), line
    await gateway.aclose()


async def test_a_write_whose_answer_is_lost_is_found_made_and_sent_once(losing):
    _, writer, line = losing
    line.loses = True
    made = await writer.put(b"/a", b"1", expected=ABSENT)
    assert (made.made, made.asked, line.sent) == (True, True, 1)
    again = await writer.put(b"/a", b"2", expected=made.revision)
    assert (again.made, again.asked) == (True, True)
    gone = await writer.delete(b"/a", expected=again.revision)
    assert (gone.made, gone.asked, line.sent) == (True, True, 3)


async def test_a_write_that_did_not_arrive_is_not_taken_for_made(losing):
    _, writer, line = losing
    first = await writer.put(b"/a", b"1", expected=ABSENT)
    line.loses, line.after = True, False
    with pytest.raises(UpstreamUnreachable):
        await writer.put(b"/a", b"2", expected=first.revision)
    with pytest.raises(UpstreamUnreachable):
        await writer.delete(b"/a", expected=first.revision)
    held, _ = await writer.read(b"/a")
    assert held.value == b"1"
    assert line.sent == 3


async def test_of_many_writers_on_one_version_one_wins(losing):
    _, writer, _ = losing
    first = await writer.put(b"/a", b"0", expected=ABSENT)
    tries = await asyncio.gather(
        *(writer.put(b"/a", b"%d" % n, expected=first.revision) for n in range(1, 13))
    )
    won = [outcome for outcome in tries if outcome.made]
    assert len(won) == 1
    assert all(lost.now.mod_revision == won[0].revision for lost in tries if not lost.made)


async def test_a_write_goes_to_a_member_that_answers(losing):
    cluster, writer, _ = losing
    await cluster.kill(0)
    await writer.read(b"/a")
    assert (await writer.put(b"/a", b"1", expected=ABSENT)).made


def test_a_transaction_without_comparisons_cannot_be_built():
    with pytest.raises(ValueError, match="unconditionally"):
        TxnRequest(compare=(), success=())
