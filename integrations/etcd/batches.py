"""Several keys read at one revision, and written together: each compared with what was seen of it.

As single writes (`writing.py`), a transaction is sent to one member, once, and what became of one
whose answer was lost is asked after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.errors import NoSpace
from integrations.etcd.models import KeyValue, RangeRequest
from integrations.etcd.txn import Compare, Operation, PutRequest, TxnRequest, TxnResponse
from integrations.etcd.writing import ABSENT

__all__ = ["MOST_TOGETHER", "BatchWriter", "Put", "Written"]

MOST_TOGETHER: Final = 25
"""Few enough that the largest values fit into an answer; etcd itself takes 128 operations."""
_EVER: Final = 2**62
"""No revision is as late as this: a comparison that always holds."""
_UNKNOWN: Final = (UpstreamUnreachable, UpstreamFailed, NoSpace)


@dataclass(frozen=True, slots=True)
class Put:
    """A key, what it is to hold, and the revision of its last change as it was seen (`ABSENT`: it
    is not there). One that is there keeps its lease."""

    key: bytes
    value: bytes = field(repr=False)
    expected: int


@dataclass(frozen=True, slots=True)
class Written:
    """The keys that were written, by the revision they have now, and those that were not, since
    they were not as expected. `asked`: no answer came, and they were found so."""

    made: Mapping[bytes, int]
    changed: frozenset[bytes]
    asked: bool = False


class BatchWriter:
    """Reads and writes several keys of one cluster at once, by its quorum."""

    def __init__(self, client: EtcdClient) -> None:
        self._gateway = client.gateway

    async def read(
        self, keys: Sequence[bytes], *, revision: int = 0
    ) -> tuple[dict[bytes, KeyValue], int]:
        """Those of at most `MOST_TOGETHER` keys that are there (or were, at `revision`), and the
        revision they were read at."""
        if not keys:
            raise ValueError("no keys to read")
        reads = tuple(
            Operation(request_range=RangeRequest(key=key, revision=revision)) for key in keys
        )
        always = Compare(key=keys[0], result="LESS", mod_revision=_EVER)
        request = TxnRequest(compare=(always,), success=reads)
        answer = await self._gateway.call("kv/txn", request, TxnResponse)
        return _found(answer), revision or answer.header.revision

    async def put(self, puts: Sequence[Put]) -> Written:
        """Write those that are as expected, together; the others are left as they are."""
        left, changed = list(puts), set[bytes]()
        while left:
            try:
                answer = await self._gateway.call_once("kv/txn", _guarded(left), TxnResponse)
            except _UNKNOWN as error:
                return await self._after(left, changed, error)
            if answer.succeeded:
                made = {put.key: answer.header.revision for put in left}
                return Written(made, frozenset(changed))
            # Read in the same transaction: at least one of them is not as expected.
            now = _found(answer)
            stale = {put.key for put in left if _revision(now.get(put.key)) != put.expected}
            if not stale:
                raise UpstreamFailed(
                    self._gateway.upstream, "it refused a transaction whose comparisons hold"
                )
            changed |= stale
            left = [put for put in left if put.key not in stale]
        return Written({}, frozenset(changed))

    async def _after(
        self, puts: Sequence[Put], changed: set[bytes], error: IntegrationError
    ) -> Written:
        """What became of writes without an answer; raises `error` where none was made."""
        try:
            now, _ = await self.read([put.key for put in puts])
        except IntegrationError:
            raise error from None
        made = {
            put.key: held.mod_revision
            for put in puts
            if (held := now.get(put.key))
            and held.mod_revision > put.expected
            and held.value == put.value
        }
        if not made:
            raise error
        others = {put.key for put in puts if put.key not in made}
        return Written(made, frozenset(changed | others), asked=True)


def _guarded(puts: Sequence[Put]) -> TxnRequest:
    return TxnRequest(
        compare=tuple(_compare(put) for put in puts),
        success=tuple(
            Operation(
                request_put=PutRequest(
                    key=put.key, value=put.value, ignore_lease=put.expected != ABSENT
                )
            )
            for put in puts
        ),
        failure=tuple(
            Operation(request_range=RangeRequest(key=put.key, keys_only=True)) for put in puts
        ),
    )


def _compare(put: Put) -> Compare:
    if put.expected == ABSENT:
        return Compare(key=put.key, target="CREATE", create_revision=0)
    return Compare(key=put.key, target="MOD", mod_revision=put.expected)


def _found(answer: TxnResponse) -> dict[bytes, KeyValue]:
    ranges = (one.response_range for one in answer.responses if one.response_range)
    return {held.key: held for read in ranges for held in read.kvs}


def _revision(held: KeyValue | None) -> int:
    return held.mod_revision if held else ABSENT
