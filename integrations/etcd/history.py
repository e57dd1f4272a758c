"""What a key held before: walked back revision by revision, as far as etcd still holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integrations.etcd.client import EtcdClient
from integrations.etcd.errors import Compacted
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import EtcdWriter

__all__ = ["History", "walk_back"]

_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class History:
    """Revisions of a key, the newest first. `begins`: the last of them made the key. `compacted`:
    what was before is not held any more. Neither: there are more."""

    held: tuple[KeyValue, ...]
    begins: bool = False
    compacted: bool = False


async def walk_back(
    client: EtcdClient, key: bytes, *, before: int = 0, most: int = _MOST
) -> History:
    """The key's revisions, from its present one or, exclusively, from the revision `before` on.

    Each costs a read: etcd has no call for a key's history.
    """
    reader, found = EtcdWriter(client), list[KeyValue]()
    revision = before - 1 if before else 0
    while len(found) < most:
        try:
            held, _ = await reader.read(key, revision=revision)
        except Compacted:
            return History(tuple(found), compacted=True)
        if held is None:
            return History(tuple(found), begins=bool(found or before))
        found.append(held)
        if held.version == 1:
            return History(tuple(found), begins=True)
        revision = held.mod_revision - 1
    return History(tuple(found))
