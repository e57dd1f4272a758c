"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import etcd, etcd_key
from auth.verb import EDIT, READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (
    Kind(
        "etcdmember",
        "etcd members",
        READ | EDIT | {Verb.EXPORT, Verb.MAINTAIN, Verb.SNAPSHOT},
        scope=etcd,
    ),
    Kind("key", "Keys", READ | EDIT | {Verb.REVEAL, Verb.EXPORT}, scope=etcd_key),
)
