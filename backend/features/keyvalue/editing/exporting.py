"""A folder of keys as one JSON document, as it was at one revision. The format: `README.md`.

Values that the viewer masks are left out and say so: a copy of secrets is the store's snapshot.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from backend.errors import Conflict
from backend.features.keyvalue.editing.folders import check_folder
from backend.features.keyvalue.editing.state import KeyOf, shown
from backend.features.keyvalue.editing.values import typed_of
from backend.features.keyvalue.project import lease_text
from integrations.etcd.keytext import key_text
from integrations.etcd.models import KeyValue
from integrations.etcd.ranges import RangeWriter

__all__ = ["FORMAT", "MOST_EXPORTED", "begun", "exported"]

FORMAT: Final = "craton.keys/1"
MOST_EXPORTED: Final = 10_000


async def begun(of: KeyOf) -> int:
    """The revision the folder is exported at. Raises 409 where it holds too many keys."""
    folder = check_folder(shown(of))
    found = await RangeWriter(folder.connection.client).count(folder.key)
    if found.count > MOST_EXPORTED:
        raise Conflict(
            f"It holds {found.count:,} keys: at most {MOST_EXPORTED:,} are exported at once. "
            "Choose a narrower folder, or take a snapshot of the store."
        )
    return found.revision


async def exported(of: KeyOf, revision: int) -> AsyncIterator[bytes]:
    """The document, a key a line. It ends with ``"complete": true``: without that it was cut."""
    head = {"format": FORMAT, "etcd": of.connection.name, "prefix": of.path, "revision": revision}
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "keys": [\n'.encode()
    reader, after, number = RangeWriter(of.connection.client), b"", 0
    while True:
        page = await reader.page(of.key, after=after, revision=revision)
        # Whether each is a secret takes a while to tell: others are served meanwhile.
        for line in await asyncio.to_thread(_lines, page.kvs):
            yield f"{',' if number else ''}{line}\n".encode()
            number += 1
        if not page.more or not page.kvs:
            break
        after = page.kvs[-1].key
    yield f'], "count": {number}, "complete": true}}\n'.encode()


def _lines(page: Sequence[KeyValue]) -> list[str]:
    return [json.dumps(_entry(held), ensure_ascii=False) for held in page]


def _entry(held: KeyValue) -> dict[str, Any]:
    typed = typed_of(held.key, held.value)
    entry: dict[str, Any] = {"key": key_text(held.key), "revision": held.mod_revision}
    if held.lease != "0":
        entry["lease"] = lease_text(held.lease)
    if typed.base64 is None:
        return {**entry, "hidden": typed.hidden}
    if typed.encoding == "base64":
        return {**entry, "base64": base64.b64encode(held.value).decode()}
    return {**entry, "value": typed.text}
