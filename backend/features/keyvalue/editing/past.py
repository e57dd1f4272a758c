"""What a key held before, as far as etcd still holds it."""

from __future__ import annotations

from backend.errors import Conflict
from backend.features.keyvalue.editing.schemas import HeldRevision, KeyGone, KeyHistory, KeyState
from backend.features.keyvalue.editing.state import Asking, KeyOf, state_of
from backend.features.keyvalue.project import lease_text
from integrations.contract import NotFound
from integrations.etcd.deleted import find_deletion
from integrations.etcd.errors import Compacted
from integrations.etcd.history import walk_back
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import EtcdWriter

__all__ = ["history", "state_at"]


async def history(of: KeyOf, before: int, most: int) -> KeyHistory:
    """Its revisions, the newest first; `before` is where a page goes on."""
    client = of.connection.client
    found, gone = await walk_back(client, of.key, before=before, most=most), None
    if not found.held and not before:
        gone = await _gone(of)
        found = await walk_back(client, of.key, before=gone.revision, most=most)
    whole = found.begins or found.compacted
    return KeyHistory(
        items=[_held(of, one) for one in found.held],
        begins=found.begins,
        compacted=found.compacted,
        next=None if whole else found.held[-1].mod_revision,
        gone=gone,
    )


async def _gone(of: KeyOf) -> KeyGone:
    """How a key that is not there went; 404 where nothing tells that there ever was one."""
    seen = of.connection.went(of.path)
    went = await find_deletion(of.connection.client, of.key, seen)
    if went is None:
        raise NotFound(of.connection.client.upstream, "the key does not exist")
    return KeyGone(
        revision=went.revision,
        seen=seen.at if seen and went.certain else None,
        held=went.last is not None,
    )


async def state_at(asking: Asking, revision: int) -> KeyState:
    """The key as it was at a revision (0: as it is), its secrets not shown; 409 where that is
    compacted."""
    of = asking.of
    try:
        held, _ = await EtcdWriter(of.connection.client).read(of.key, revision=revision)
    except Compacted as error:
        raise Conflict(
            f"etcd has compacted its history: revision {revision} is not held any more."
        ) from error
    if held is None:
        raise NotFound(of.connection.client.upstream, "the key does not exist")
    return await state_of(asking, held)


def _held(of: KeyOf, one: KeyValue) -> HeldRevision:
    entry = of.connection.index.get(of.path)
    seen = entry.changed if entry and entry.mod_revision == one.mod_revision else 0
    return HeldRevision(
        revision=one.mod_revision,
        version=one.version,
        size=len(one.value),
        lease=lease_text(one.lease),
        changed=seen or None,
    )
