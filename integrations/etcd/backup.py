"""A snapshot of one member, verified while it passes.

etcd sends the file of its data and, last, the sha256 of it: 32 bytes that belong to what is kept,
as `etcdctl snapshot save` writes it. They are held back until the whole was seen to match, so that
whoever gets less, or something else, gets no end of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from integrations.contract import UpstreamFailed
from integrations.etcd import errors
from integrations.etcd.models import EtcdError, Request
from integrations.etcd.transport import Gateway

__all__ = ["HASH_SIZE", "Snapshot", "snapshot"]

HASH_SIZE: Final = hashlib.sha256().digest_size


class _SnapshotRequest(Request, frozen=True, kw_only=True):
    """`maintenance/snapshot`."""


class _Part(msgspec.Struct, frozen=True):
    remaining_bytes: int = 0
    blob: bytes = b""


class _Line(msgspec.Struct, frozen=True):
    result: _Part | None = None
    error: EtcdError | None = None


@dataclass(slots=True)
class Snapshot:
    """`size` is that of the whole file with its hash. `digest` is the hash in hexadecimal, once all
    of `parts` was taken."""

    size: int
    parts: AsyncIterator[bytes]
    digest: str = ""


@asynccontextmanager
async def snapshot(gateway: Gateway, endpoint: str) -> AsyncIterator[Snapshot]:
    """Have one member send all it holds. Taking the parts raises `UpstreamFailed` where it ends
    before its time or does not match its hash."""
    async with gateway.stream(endpoint, "maintenance/snapshot", [_SnapshotRequest()]) as lines:
        parts = _parts(gateway, lines)
        first = await anext(parts, None)
        if first is None:
            raise UpstreamFailed(gateway.upstream, "the snapshot ended before it began")
        made = Snapshot(len(first.blob) + first.remaining_bytes + HASH_SIZE, lines)
        made.parts = _verified(gateway, made, first, parts)
        yield made


async def _parts(gateway: Gateway, lines: AsyncIterator[bytes]) -> AsyncIterator[_Part]:
    async for line in lines:
        try:
            found = msgspec.json.decode(line, type=_Line, strict=False)
        except msgspec.DecodeError as error:
            raise UpstreamFailed(gateway.upstream, "the snapshot is damaged") from error
        if found.error is not None:
            raise errors.from_problem(gateway.upstream, found.error)
        if found.result is not None:
            yield found.result


async def _verified(
    gateway: Gateway, made: Snapshot, first: _Part, more: AsyncIterator[_Part]
) -> AsyncIterator[bytes]:
    seen, held, size = hashlib.sha256(), first.blob, len(first.blob)
    async for part in more:
        held += part.blob
        size += len(part.blob)
        if size > made.size:
            raise UpstreamFailed(gateway.upstream, "the snapshot is larger than it was said to be")
        whole, held = held[:-HASH_SIZE], held[-HASH_SIZE:]
        seen.update(whole)
        if whole:
            yield whole
    if size != made.size:
        words = f"the snapshot ended after {size} of {made.size} bytes"
        raise UpstreamFailed(gateway.upstream, words)
    if seen.digest() != held:
        raise UpstreamFailed(gateway.upstream, "the snapshot does not match its own hash")
    made.digest = held.hex()
    yield held
