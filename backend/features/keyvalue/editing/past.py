"""What a key held before, as far as etcd still holds it."""

from __future__ import annotations

from backend.errors import Conflict
from backend.features.keyvalue.editing.schemas import HeldRevision, KeyHistory, KeyState
from backend.features.keyvalue.editing.state import Asking, KeyOf, state_of
from backend.features.keyvalue.project import lease_text
from integrations.contract import NotFound
from integrations.etcd.errors import Compacted
from integrations.etcd.history import walk_back
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import EtcdWriter

__all__ = ["history", "state_at"]


async def history(of: KeyOf, before: int, most: int) -> KeyHistory:
    """Its revisions, the newest first; `before` is where a page goes on."""
    found = await walk_back(of.connection.client, of.key, before=before, most=most)
    if not found.held and not before:
        raise NotFound(of.connection.client.upstream, "the key does not exist")
    whole = found.begins or found.compacted
    return KeyHistory(
        items=[_held(of, one) for one in found.held],
        begins=found.begins,
        compacted=found.compacted,
        next=None if whole else found.held[-1].mod_revision,
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
