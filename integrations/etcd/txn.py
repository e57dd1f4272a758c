"""Typed requests and answers of guarded writes: comparisons, what is done, what came of it.

The gateway drops what it does not know without a word, and a transaction without comparisons
writes unconditionally: a `TxnRequest` has at least one (reference, section 3).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from integrations.etcd.models import Header, KeyValue, RangeRequest, RangeResponse, Request

__all__ = [
    "Compare",
    "DeleteRangeRequest",
    "DeleteRangeResponse",
    "Operation",
    "PutRequest",
    "TxnRequest",
    "TxnResponse",
    "TxnResult",
]


class PutRequest(Request, frozen=True, kw_only=True):
    """`request_put`. Without `ignore_lease` it detaches the key from its lease."""

    key: bytes
    value: bytes
    lease: str = "0"
    ignore_lease: bool = False


class DeleteRangeRequest(Request, frozen=True, kw_only=True):
    """`request_delete_range`: one key, or all from `key` to before `range_end`."""

    key: bytes
    range_end: bytes = b""


class Compare(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison; all its members are sent, since a missing target means another one. With
    `range_end` it must hold for each key of the range, and holds for none."""

    key: bytes
    target: Literal["MOD", "CREATE"] = "MOD"
    result: Literal["EQUAL", "LESS"] = "EQUAL"
    mod_revision: int | msgspec.UnsetType = msgspec.UNSET
    create_revision: int | msgspec.UnsetType = msgspec.UNSET
    range_end: bytes | msgspec.UnsetType = msgspec.UNSET


class Operation(Request, frozen=True, kw_only=True):
    """One thing that is done: exactly one of its members."""

    request_put: PutRequest | None = None
    request_range: RangeRequest | None = None
    request_delete_range: DeleteRangeRequest | None = None


class TxnRequest(Request, frozen=True, kw_only=True):
    """`kv/txn`: `success` where every comparison holds, else `failure`."""

    compare: tuple[Compare, ...]
    success: tuple[Operation, ...]
    failure: tuple[Operation, ...] = ()

    def __post_init__(self) -> None:
        if not self.compare:
            raise ValueError("a transaction without comparisons would write unconditionally")


class DeleteRangeResponse(msgspec.Struct, frozen=True):
    """How many keys went."""

    deleted: int = 0


class TxnResult(msgspec.Struct, frozen=True):
    """What came of one operation."""

    response_range: RangeResponse | None = None
    response_delete_range: DeleteRangeResponse | None = None


class TxnResponse(msgspec.Struct, frozen=True):
    """`succeeded` is absent, not false, where a comparison did not hold."""

    header: Header = Header()
    succeeded: bool = False
    responses: tuple[TxnResult, ...] = ()

    @property
    def found(self) -> KeyValue | None:
        """The first key of the first range that was read; None where there is none."""
        ranges = (one.response_range for one in self.responses if one.response_range)
        return next((read.kvs[0] for read in ranges if read.kvs), None)
