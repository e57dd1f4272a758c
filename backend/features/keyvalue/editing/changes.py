"""The changes of one key: made, edited, deleted, put back as it was."""

from __future__ import annotations

from backend.errors import Conflict
from backend.features.keyvalue.editing.performing import Doing
from backend.features.keyvalue.editing.schemas import CreateKey, EditKey
from backend.features.keyvalue.editing.state import Asking
from backend.features.keyvalue.editing.values import bytes_of
from backend.features.keyvalue.rules import check_key
from integrations.etcd.errors import Compacted
from integrations.etcd.leases import Leases
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import ABSENT, NO_LEASE, EtcdWriter, Written

__all__ = ["creating", "deleting", "editing", "restoring"]


def creating(asking: Asking, body: CreateKey) -> Doing:
    """A key that is not there yet."""
    key = asking.of.key
    value, lease = bytes_of(body, key), _lease_id(body.lease)

    async def send(writer: EtcdWriter, _held: KeyValue | None) -> Written:
        return await writer.put(key, value, expected=ABSENT, lease=lease)

    return Doing(send, lambda _held: KeyValue(key, value=value, lease=lease), new=True)


def editing(asking: Asking, body: EditKey) -> Doing:
    """Another value. Where the key has gone meanwhile, and the person knows it, it is made anew."""
    key = asking.of.key
    value = bytes_of(body, key)
    wanted = None if body.keep_lease else _lease_id(body.lease)

    async def send(writer: EtcdWriter, held: KeyValue | None) -> Written:
        return await writer.put(key, value, expected=_revision(held), lease=wanted)

    def after(held: KeyValue | None) -> KeyValue:
        kept = held.lease if held else NO_LEASE
        return KeyValue(key, value=value, lease=kept if wanted is None else wanted)

    return Doing(send, after)


def deleting(asking: Asking) -> Doing:
    """The key goes."""
    key = asking.of.key

    async def send(writer: EtcdWriter, held: KeyValue | None) -> Written:
        return await writer.delete(key, expected=_revision(held))

    return Doing(send, lambda _held: None)


async def restoring(asking: Asking, revision: int) -> Doing:
    """The key as it was at `revision`, with the lease it had if that still runs."""
    key, connection = asking.of.key, asking.of.connection
    check_key(connection.settings, key)
    try:
        old, _ = await EtcdWriter(connection.client).read(key, revision=revision)
    except Compacted as error:
        raise Conflict(
            f"etcd has compacted what was before: revision {revision} is not held any more, and "
            "cannot be put back."
        ) from error
    if old is None:
        raise Conflict(f"At revision {revision} there was no such key.")
    check_key(connection.settings, key, old.value)
    # Whether it lives must be known: without its lease a lock would stay for ever.
    lives = old.lease != NO_LEASE and await Leases(connection.client).find(old.lease) is not None
    lease = old.lease if lives else NO_LEASE
    over = "The lease it had is over: it has none now, and stays until it is deleted."
    notes = (over,) if old.lease != NO_LEASE and not lives else ()

    async def send(writer: EtcdWriter, held: KeyValue | None) -> Written:
        return await writer.put(key, old.value, expected=_revision(held), lease=lease)

    return Doing(send, lambda _held: KeyValue(key, value=old.value, lease=lease), notes=notes)


def _revision(held: KeyValue | None) -> int:
    return held.mod_revision if held else ABSENT


def _lease_id(text: str) -> str:
    """As the gateway takes it: a decimal number."""
    return str(int(text, 16)) if text else NO_LEASE
