"""What an import would do, key by key, by what the store holds at one revision. Writes nothing."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Final

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.features.keyvalue.editing.values import typed_of
from backend.features.keyvalue.importing.document import Document, Entry
from backend.features.keyvalue.importing.schemas import ImportItem, ImportPlan
from backend.features.keyvalue.rules import key_refusal
from integrations.etcd.batches import MOST_TOGETHER, BatchWriter
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.keytext import key_text
from integrations.etcd.models import KeyValue
from integrations.etcd.value import hidden_in

__all__ = ["Planner"]

_AT_A_TIME: Final = 4 * MOST_TOGETHER
_SHOWN: Final = 16 * 1024
"""Characters of a text that is shown."""
_SHOWN_IN_ALL: Final = 2 * 1024 * 1024
_NOT_SHOWN: Final = "your roles here do not show you values"
_LARGE: Final = "too large to be shown here"
_BYTES: Final = "no text: its bytes are compared"
_NO_LEASE: Final = "It hung on a lease where it came from: here it is made without one."


class Planner:
    """Plans one import for one caller."""

    def __init__(self, connection: EtcdConnection, caller: Principal) -> None:
        self._connection = connection
        self._caller = caller
        self._left = _SHOWN_IN_ALL

    async def plan(self, document: Document) -> ImportPlan:
        """What would be created, changed, left as it is and refused."""
        items: list[ImportItem] = []
        revision = 0
        # Some at a time: what the store holds may be far larger than the file.
        for at in range(0, len(document.entries), _AT_A_TIME):
            some = document.entries[at : at + _AT_A_TIME]
            refused = [self._refusal(entry) for entry in some]
            asked = [entry.key for entry, why in zip(some, refused, strict=True) if not why]
            held, revision = await self._held(asked, revision)
            items += await asyncio.to_thread(self._items, some, refused, held)
        if not revision:
            revision = (await self._connection.client.position()).revision
        return ImportPlan(
            etcd=self._connection.name, source=document.source, revision=revision, items=items
        )

    def _refusal(self, entry: Entry) -> str:
        """Why it is not even looked for. Of a key the caller cannot see nothing is told."""
        if entry.why:
            return entry.why
        if why := key_refusal(self._connection.settings, entry.key):
            return why
        return (
            "" if self._may(Verb.LIST, entry.key) else "Your roles here do not show you this key."
        )

    async def _held(
        self, keys: Sequence[bytes], revision: int
    ) -> tuple[dict[bytes, KeyValue], int]:
        """Those that are there, all at one revision: the one they are first read at."""
        reader = BatchWriter(self._connection.client)
        parts = [keys[at : at + MOST_TOGETHER] for at in range(0, len(keys), MOST_TOGETHER)]
        found: dict[bytes, KeyValue] = {}
        if parts and not revision:
            found, revision = await reader.read(parts.pop(0))
        for held, _ in await asyncio.gather(
            *(reader.read(part, revision=revision) for part in parts)
        ):
            found |= held
        return found, revision

    def _items(
        self,
        entries: Sequence[Entry],
        refused: Sequence[str],
        held: Mapping[bytes, KeyValue],
    ) -> list[ImportItem]:
        return [
            ImportItem(path=entry.path, does="refused", why=why, size=len(entry.value))
            if why
            else self._item(entry, held.get(entry.key))
            for entry, why in zip(entries, refused, strict=True)
        ]

    def _item(self, entry: Entry, now: KeyValue | None) -> ImportItem:
        path, size = key_text(entry.key), len(entry.value)
        was = len(now.value) if now else 0
        verb = Verb.UPDATE if now else Verb.CREATE
        why = key_refusal(self._connection.settings, entry.key, now.value if now else b"")
        if not self._may(verb, entry.key):
            why = f"Your roles here lack the right key:{verb.value}."
        if why:
            return ImportItem(path=path, does="refused", why=why, size=size)
        unshown = self._unshown(entry, now)
        # Whether a secret is the same as what was sent would let one guess it.
        if now and not unshown and now.value == entry.value:
            return ImportItem(path=path, does="same", size=size, was=was)
        before, after, told = (None, None, unshown) if unshown else self._texts(entry, now)
        return ImportItem(
            path=path,
            does="change" if now else "create",
            why=_NO_LEASE if entry.leased and not now else "",
            version=str(now.mod_revision if now else 0),
            base64=base64.b64encode(entry.value).decode(),
            size=size,
            was=was,
            before=before,
            after=after,
            unshown=told,
        )

    def _unshown(self, entry: Entry, now: KeyValue | None) -> str:
        if not self._may(Verb.GET, entry.key):
            return _NOT_SHOWN
        before = hidden_in(entry.key, now.value) if now else ""
        return before or hidden_in(entry.key, entry.value)

    def _texts(self, entry: Entry, now: KeyValue | None) -> tuple[str | None, str | None, str]:
        """Before and after, or why they are not shown."""
        both = (now.value if now else b"", entry.value)
        if max(map(len, both)) > _SHOWN or sum(map(len, both)) > self._left:
            return None, None, _LARGE
        before, after = (typed_of(entry.key, value) for value in both)
        if "base64" in {before.encoding, after.encoding}:
            return None, None, _BYTES
        self._left -= sum(map(len, both))
        return before.text, after.text, ""

    def _may(self, verb: Verb, key: bytes) -> bool:
        where = scope.etcd_key(self._caller.organisation, self._connection.name, key_text(key))
        return self._caller.policy.decide("key", verb, where).allowed
